package codec_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/testenv"
	"github.com/redshift-go/redshift/internal/wiretest"
)

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// The types of this file are like generated types, with a member of every kind. encoding/xml reads them by their tags.

type color string

type tag = wiretest.Tag

type item struct {
	Name      string      `xml:"Name"`
	Color     color       `xml:"Color"`
	Port      int         `xml:"Port"`
	Bytes     int64       `xml:"Bytes"`
	Rate      float64     `xml:"Rate"`
	Encrypted bool        `xml:"Encrypted"`
	Created   time.Time   `xml:"Created"`
	Retention *int        `xml:"Retention"`
	Limit     *int64      `xml:"Limit"`
	Share     *float64    `xml:"Share"`
	Public    *bool       `xml:"Public"`
	Note      *string     `xml:"Note"`
	Deleted   time.Time   `xml:"Deleted"`
	Owner     *tag        `xml:"Owner"`
	Tags      []tag       `xml:"Tags>Tag"`
	Types     []string    `xml:"Types>Type"`
	Colors    []color     `xml:"Colors>Color"`
	Ports     []int       `xml:"Ports>Port"`
	Sizes     []int64     `xml:"Sizes>Size"`
	Rates     []float64   `xml:"Rates>Rate"`
	Flags     []bool      `xml:"Flags>Flag"`
	Times     []time.Time `xml:"Times>Time"`
}

func (m *item) DecodeQuery(d *codec.Decoder) {
	for d.Next() {
		switch string(d.Name()) {
		case "Name":
			m.Name = d.Text()
		case "Color":
			m.Color = color(d.Text())
		case "Port":
			m.Port = d.Integer()
		case "Bytes":
			m.Bytes = d.Long()
		case "Rate":
			m.Rate = d.Double()
		case "Encrypted":
			m.Encrypted = d.Boolean()
		case "Created":
			m.Created = d.Time()
		case "Retention":
			m.Retention = d.OptionalInteger()
		case "Limit":
			m.Limit = d.OptionalLong()
		case "Share":
			m.Share = d.OptionalDouble()
		case "Public":
			m.Public = d.OptionalBoolean()
		case "Note":
			m.Note = d.OptionalString()
		case "Deleted":
			m.Deleted = d.Time()
		case "Owner":
			m.Owner = codec.DecodeStructure(d, m.Owner)
		case "Tags":
			m.Tags = codec.DecodeStructures(d, "Tag", m.Tags)
		case "Types":
			m.Types = codec.DecodeStrings(d, "Type", m.Types)
		case "Colors":
			m.Colors = codec.DecodeStrings(d, "Color", m.Colors)
		case "Ports":
			m.Ports = codec.DecodeIntegers(d, "Port", m.Ports)
		case "Sizes":
			m.Sizes = codec.DecodeLongs(d, "Size", m.Sizes)
		case "Rates":
			m.Rates = codec.DecodeDoubles(d, "Rate", m.Rates)
		case "Flags":
			m.Flags = codec.DecodeBooleans(d, "Flag", m.Flags)
		case "Times":
			m.Times = codec.DecodeTimes(d, "Time", m.Times)
		default:
			d.Skip()
		}
	}
}

type listItemsResult struct {
	Marker    string `xml:"ListItemsResult>Marker"`
	First     item   `xml:"ListItemsResult>First"`
	Items     []item `xml:"ListItemsResult>Items>Item"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

func (r *listItemsResult) DecodeQuery(d *codec.Decoder) {
	for d.NextMember() {
		switch string(d.Name()) {
		case "Marker":
			r.Marker = d.Text()
		case "First":
			r.First.DecodeQuery(d)
		case "Items":
			r.Items = codec.DecodeStructures(d, "Item", r.Items)
		default:
			d.Skip()
		}
	}
	r.RequestID = d.RequestID()
}

// decode reads a whole document, as the reader of responses does.
func decode(document []byte) (*listItemsResult, error) {
	d := codec.NewDecoder(document)
	result := new(listItemsResult)
	if d.Next() {
		result.DecodeQuery(d)
		d.Next()
	}

	return result, d.Err()
}

const fullItem = `
      <Name>nightly-%[1]d</Name>
      <Color>blue</Color>
      <Port>5439</Port>
      <Bytes>%[1]d000000</Bytes>
      <Rate>5.2521</Rate>
      <Encrypted>true</Encrypted>
      <Created>2026-11-23T01:02:03.%03[1]dZ</Created>
      <Retention>-1</Retention>
      <Limit/>
      <Share>NaN</Share>
      <Public>false</Public>
      <Note></Note>
      <Owner><Key>team</Key><Value>R&amp;D</Value></Owner>
      <VpcId>vpc-0123456789abcdef0</VpcId>
      <Tags>
        <Tag><Key>env</Key><Value>prod</Value></Tag>
        <Tag><Key>cost</Key><Value/></Tag>
      </Tags>
      <Types><Type>dc2.large</Type><Type>ra3.xlplus</Type></Types>
      <Colors><Color>red</Color></Colors>
      <Ports><Port>1</Port><Port>-2</Port></Ports>
      <Sizes><Size>9223372036854775807</Size></Sizes>
      <Rates><Rate>1e3</Rate></Rates>
      <Flags><Flag>true</Flag><Flag>0</Flag></Flags>
      <Times><Time>2026-11-23T01:02:03+02:00</Time></Times>
`

// snapshotItem is Redshift's description of a snapshot. The type item has only some of its members.
const snapshotItem = `<Item>
        <SnapshotIdentifier>nightly-2026-11-%03[1]d</SnapshotIdentifier>
        <ClusterIdentifier>analytics</ClusterIdentifier>
        <SnapshotCreateTime>2026-11-23T01:02:03.%03[1]dZ</SnapshotCreateTime>
        <Status>available</Status>
        <Port>5439</Port>
        <AvailabilityZone>eu-west-1a</AvailabilityZone>
        <ClusterCreateTime>2024-01-17T09:51:12.345Z</ClusterCreateTime>
        <MasterUsername>admin</MasterUsername>
        <ClusterVersion>1.0</ClusterVersion>
        <EngineFullVersion>1.0.77467</EngineFullVersion>
        <SnapshotType>manual</SnapshotType>
        <NodeType>ra3.4xlarge</NodeType>
        <NumberOfNodes>4</NumberOfNodes>
        <DBName>dev</DBName>
        <VpcId>vpc-0123456789abcdef0</VpcId>
        <Encrypted>true</Encrypted>
        <KmsKeyId>arn:aws:kms:eu-west-1:123456789012:key/0e1d2c3b-4a59-6877-8695-a4b3c2d1e0f%03[1]d</KmsKeyId>
        <EncryptedWithHSM>false</EncryptedWithHSM>
        <OwnerAccount>123456789012</OwnerAccount>
        <TotalBackupSizeInMegaBytes>182764.5</TotalBackupSizeInMegaBytes>
        <ActualIncrementalBackupSizeInMegaBytes>%[1]d.25</ActualIncrementalBackupSizeInMegaBytes>
        <BackupProgressInMegaBytes>182764.5</BackupProgressInMegaBytes>
        <CurrentBackupRateInMegaBytesPerSecond>42.5</CurrentBackupRateInMegaBytesPerSecond>
        <EstimatedSecondsToCompletion>0</EstimatedSecondsToCompletion>
        <ElapsedTimeInSeconds>4312</ElapsedTimeInSeconds>
        <Tags>
          <Tag><Key>env</Key><Value>prod</Value></Tag>
          <Tag><Key>run</Key><Value>%[1]d</Value></Tag>
        </Tags>
        <RestorableNodeTypes><NodeType>ra3.4xlarge</NodeType><NodeType>ra3.16xlarge</NodeType></RestorableNodeTypes>
        <EnhancedVpcRouting>false</EnhancedVpcRouting>
        <MaintenanceTrackName>current</MaintenanceTrackName>
        <ManualSnapshotRetentionPeriod>-1</ManualSnapshotRetentionPeriod>
        <SnapshotRetentionStartTime>2026-11-23T01:02:03.%03[1]dZ</SnapshotRetentionStartTime>
        <SnapshotArn>arn:aws:redshift:eu-west-1:123456789012:snapshot:analytics/nightly-2026-11-%03[1]d</SnapshotArn>
      </Item>
`

func page(items int) []byte {
	var list strings.Builder
	list.WriteString("<Items>\n")
	for i := range items {
		fmt.Fprintf(&list, snapshotItem, i+1)
	}
	list.WriteString("</Items><Marker>next</Marker>")

	return []byte(wiretest.Envelope(list.String()))
}

type snapshotLike struct {
	SnapshotIdentifier                     string    `xml:"SnapshotIdentifier"`
	ClusterIdentifier                      string    `xml:"ClusterIdentifier"`
	SnapshotCreateTime                     time.Time `xml:"SnapshotCreateTime"`
	Status                                 color     `xml:"Status"`
	Port                                   int       `xml:"Port"`
	AvailabilityZone                       string    `xml:"AvailabilityZone"`
	ClusterCreateTime                      time.Time `xml:"ClusterCreateTime"`
	MasterUsername                         string    `xml:"MasterUsername"`
	ClusterVersion                         string    `xml:"ClusterVersion"`
	EngineFullVersion                      string    `xml:"EngineFullVersion"`
	SnapshotType                           string    `xml:"SnapshotType"`
	NodeType                               string    `xml:"NodeType"`
	NumberOfNodes                          int       `xml:"NumberOfNodes"`
	DBName                                 string    `xml:"DBName"`
	VpcID                                  string    `xml:"VpcId"`
	Encrypted                              bool      `xml:"Encrypted"`
	KmsKeyID                               string    `xml:"KmsKeyId"`
	EncryptedWithHSM                       bool      `xml:"EncryptedWithHSM"`
	OwnerAccount                           string    `xml:"OwnerAccount"`
	TotalBackupSizeInMegaBytes             float64   `xml:"TotalBackupSizeInMegaBytes"`
	ActualIncrementalBackupSizeInMegaBytes float64   `xml:"ActualIncrementalBackupSizeInMegaBytes"`
	BackupProgressInMegaBytes              float64   `xml:"BackupProgressInMegaBytes"`
	CurrentBackupRateInMegaBytesPerSecond  float64   `xml:"CurrentBackupRateInMegaBytesPerSecond"`
	EstimatedSecondsToCompletion           int64     `xml:"EstimatedSecondsToCompletion"`
	ElapsedTimeInSeconds                   int64     `xml:"ElapsedTimeInSeconds"`
	Tags                                   []tag     `xml:"Tags>Tag"`
	RestorableNodeTypes                    []string  `xml:"RestorableNodeTypes>NodeType"`
	EnhancedVpcRouting                     bool      `xml:"EnhancedVpcRouting"`
	MaintenanceTrackName                   string    `xml:"MaintenanceTrackName"`
	ManualSnapshotRetentionPeriod          *int      `xml:"ManualSnapshotRetentionPeriod"`
	SnapshotRetentionStartTime             time.Time `xml:"SnapshotRetentionStartTime"`
	SnapshotArn                            string    `xml:"SnapshotArn"`
}

func (m *snapshotLike) DecodeQuery(d *codec.Decoder) {
	for d.Next() {
		switch string(d.Name()) {
		case "SnapshotIdentifier":
			m.SnapshotIdentifier = d.Text()
		case "ClusterIdentifier":
			m.ClusterIdentifier = d.Text()
		case "SnapshotCreateTime":
			m.SnapshotCreateTime = d.Time()
		case "Status":
			m.Status = color(d.Text())
		case "Port":
			m.Port = d.Integer()
		case "AvailabilityZone":
			m.AvailabilityZone = d.Text()
		case "ClusterCreateTime":
			m.ClusterCreateTime = d.Time()
		case "MasterUsername":
			m.MasterUsername = d.Text()
		case "ClusterVersion":
			m.ClusterVersion = d.Text()
		case "EngineFullVersion":
			m.EngineFullVersion = d.Text()
		case "SnapshotType":
			m.SnapshotType = d.Text()
		case "NodeType":
			m.NodeType = d.Text()
		case "NumberOfNodes":
			m.NumberOfNodes = d.Integer()
		case "DBName":
			m.DBName = d.Text()
		case "VpcId":
			m.VpcID = d.Text()
		case "Encrypted":
			m.Encrypted = d.Boolean()
		case "KmsKeyId":
			m.KmsKeyID = d.Text()
		case "EncryptedWithHSM":
			m.EncryptedWithHSM = d.Boolean()
		case "OwnerAccount":
			m.OwnerAccount = d.Text()
		case "TotalBackupSizeInMegaBytes":
			m.TotalBackupSizeInMegaBytes = d.Double()
		case "ActualIncrementalBackupSizeInMegaBytes":
			m.ActualIncrementalBackupSizeInMegaBytes = d.Double()
		case "BackupProgressInMegaBytes":
			m.BackupProgressInMegaBytes = d.Double()
		case "CurrentBackupRateInMegaBytesPerSecond":
			m.CurrentBackupRateInMegaBytesPerSecond = d.Double()
		case "EstimatedSecondsToCompletion":
			m.EstimatedSecondsToCompletion = d.Long()
		case "ElapsedTimeInSeconds":
			m.ElapsedTimeInSeconds = d.Long()
		case "Tags":
			m.Tags = codec.DecodeStructures(d, "Tag", m.Tags)
		case "RestorableNodeTypes":
			m.RestorableNodeTypes = codec.DecodeStrings(d, "NodeType", m.RestorableNodeTypes)
		case "EnhancedVpcRouting":
			m.EnhancedVpcRouting = d.Boolean()
		case "MaintenanceTrackName":
			m.MaintenanceTrackName = d.Text()
		case "ManualSnapshotRetentionPeriod":
			m.ManualSnapshotRetentionPeriod = d.OptionalInteger()
		case "SnapshotRetentionStartTime":
			m.SnapshotRetentionStartTime = d.Time()
		case "SnapshotArn":
			m.SnapshotArn = d.Text()
		default:
			d.Skip()
		}
	}
}

type listSnapshotsResult struct {
	Marker    string         `xml:"ListItemsResult>Marker"`
	Snapshots []snapshotLike `xml:"ListItemsResult>Items>Item"`
	RequestID string         `xml:"ResponseMetadata>RequestId"`
}

func (r *listSnapshotsResult) DecodeQuery(d *codec.Decoder) {
	for d.NextMember() {
		switch string(d.Name()) {
		case "Marker":
			r.Marker = d.Text()
		case "Items":
			r.Snapshots = codec.DecodeStructures(d, "Item", r.Snapshots)
		default:
			d.Skip()
		}
	}
	r.RequestID = d.RequestID()
}

package redshifttest_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

var (
	tagsOfCall = contract.Param{Name: "Tags.Tag", Type: "structure", List: true, Members: []contract.Member{
		{Name: "Key", Type: "string", Required: true}, {Name: "Value", Type: "string", Required: true},
	}}
	pagesOfCall = []contract.Param{
		{Name: "Marker", Type: "string"},
		{Name: "MaxRecords", Type: "integer", Minimum: 2, Maximum: 5},
		{Name: "TagKeys.TagKey", Type: "string", List: true},
		{Name: "TagValues.TagValue", Type: "string", List: true},
	}
)

func stringParam(name string) contract.Param { return contract.Param{Name: name, Type: "string"} }
func requiredParam(name string) contract.Param {
	return contract.Param{Name: name, Type: "string", Required: true}
}

// warehouses returns the operations of a kind that has a name and the structure of clusters. Results contain the structure.
func warehouses() []contract.Operation {
	warehouse := []contract.Member{{Name: "Warehouse", Type: "structure", Structure: "Cluster"}}
	named := []contract.Pair{{Name: "ClusterIdentifier", Value: "Name"}}
	settings := []contract.Param{
		{Name: "NumberOfNodes", Type: "integer", Minimum: 1, Maximum: 100},
		{Name: "Encrypted", Type: "boolean"},
		{Name: "KmsKeyId", Type: "string"},
		{Name: "Password", Type: "string", Secret: true},
		{Name: "PendingActions.Action", Type: "string", List: true},
		{Name: "Endpoint", Type: "structure", Members: contract.Definition("Endpoint")},
		{Name: "IamRoles.Role", Type: "structure", List: true, Members: contract.Definition("ClusterIamRole")},
		tagsOfCall,
	}

	return []contract.Operation{
		{
			Name:   "CreateWarehouse",
			Params: slices.Concat([]contract.Param{requiredParam("Name"), stringParam("Owner")}, settings),
			Errors: []awsquery.ErrorCode{"OtherQuotaExceeded", "WarehouseExists", "WarehouseQuotaExceededFault"},
			Result: warehouse,
			Recovery: &contract.Recovery{
				Describe: "DescribeWarehouses",
				Keys:     named,
				List:     "Warehouses",
				Result:   "Warehouse",
				Settled:  []awsquery.ErrorCode{"WarehouseExists"},
				Missing:  []awsquery.ErrorCode{"WarehouseMissing"},
				Identity: []contract.Pair{{Name: "Name", Value: "ClusterIdentifier"}, {Name: "Owner", Value: "MasterUsername"}},
				Where:    []contract.Pair{{Name: "NodeType", Value: "shelf"}, {Name: "DBName"}},
				Same:     []contract.Pair{{Name: "Tags", Value: "Tags"}},
				Since:    "ClusterCreateTime",
			},
		},
		{
			Name:     "DescribeWarehouses",
			ReadOnly: true,
			Params: slices.Concat([]contract.Param{
				stringParam("ClusterIdentifier"), stringParam("MasterUsername"), stringParam("Colour"), {Name: "StartTime",
					Type: "date-time"}, {Name: "EndTime", Type: "date-time"},
				{Name: "Owners.MasterUsername", Type: "string", List: true}, {Name: "NumberOfNodes", Type: "integer"},
			}, pagesOfCall),
			Errors: []awsquery.ErrorCode{"WarehouseMissing"},
			Result: []contract.Member{
				{Name: "Warehouses", Type: "structure", Structure: "Cluster", Item: "Warehouse", List: true},
				{Name: "Marker", Type: "string"},
			},
		},
		{
			Name:   "ModifyWarehouse",
			Params: append([]contract.Param{requiredParam("Name"), stringParam("Owner")}, settings...),
			Result: warehouse,
			Recovery: &contract.Recovery{
				Describe: "DescribeWarehouses",
				Keys:     named,
				Missing:  []awsquery.ErrorCode{"WarehouseMissing"},
				Same:     []contract.Pair{{Name: "Owner", Value: "MasterUsername"}},
			},
		},
		{
			Name:   "DeleteWarehouse",
			Params: []contract.Param{requiredParam("Name")},
			Result: warehouse,
			Recovery: &contract.Recovery{
				Describe: "DescribeWarehouses",
				Keys:     named,
				Missing:  []awsquery.ErrorCode{"WarehouseMissing"},
			},
		},
	}
}

// timetables returns the operations of a kind with an identifier that Redshift generates, and with flat results. The Describe operation
// has no error for a missing resource.
func timetables() []contract.Operation {
	flat := contract.Definition("SnapshotSchedule")
	described := func(keys ...contract.Pair) *contract.Recovery {
		return &contract.Recovery{Describe: "DescribeTimetables", Keys: keys, Missing: []awsquery.ErrorCode{"TimetableMissing"}}
	}
	create := described(contract.Pair{Name: "ScheduleDescription", Value: "ScheduleDescription"})
	create.Settled = []awsquery.ErrorCode{"TimetableExists"}

	return []contract.Operation{
		{
			Name: "CreateTimetable",
			Params: []contract.Param{
				stringParam("ScheduleDescription"), {Name: "ScheduleDefinitions.ScheduleDefinition", Type: "string", List: true, Required: true},
			},
			Result:   flat,
			Recovery: create,
		},
		{
			Name:   "DescribeTimetables",
			Params: []contract.Param{stringParam("ScheduleIdentifier"), stringParam("ScheduleDescription")},
			Result: []contract.Member{{Name: "Timetables", Type: "structure", Structure: "SnapshotSchedule", Item: "member", List: true}},
		},
		{
			Name:     "ModifyTimetable",
			Params:   []contract.Param{requiredParam("ScheduleIdentifier"), stringParam("ScheduleDescription")},
			Result:   flat,
			Recovery: &contract.Recovery{Describe: "DescribeTimetables"},
		},
		{
			Name:     "DeleteTimetable",
			Params:   []contract.Param{requiredParam("ScheduleIdentifier")},
			Recovery: described(contract.Pair{Name: "ScheduleIdentifier", Value: "ScheduleIdentifier"}),
		},
	}
}

func newDeclared(tb testing.TB, options redshifttest.Options) *redshifttest.Fake {
	tb.Helper()
	fake := newFake(tb, options)
	fake.Declare(append(warehouses(), timetables()...)...)

	return fake
}

// elements returns the texts of the elements with a name.
func elements(body, name string) []string {
	var texts []string
	for _, found := range regexp.MustCompile("<"+name+">([^<]*)</"+name+">").FindAllStringSubmatch(body, -1) {
		texts = append(texts, found[1])
	}

	return texts
}

// TestDeclaredResource creates, describes, modifies and deletes a resource without hand-written handlers.
func TestDeclaredResource(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{})
	created := must(t, fake, "CreateWarehouse",
		"Name", "north", "Owner", "ann", "NumberOfNodes", "+04", "Encrypted", "true", "Password", "hush",
		"PendingActions.Action.2", "b & c", "PendingActions.Action.1", "a", "Endpoint.Address", "north.example", "Endpoint.Port", "5439",
		"IamRoles.Role.1.IamRoleArn", "arn:r", "Tags.Tag.1.Key", "env", "Tags.Tag.1.Value", "")
	golden(t, "declared-create.xml.golden", created.Body)

	described := must(t, fake, "DescribeWarehouses", "ClusterIdentifier", "NORTH")
	inside := func(body string) string {
		_, rest, _ := strings.Cut(body, "<Warehouse>")
		inner, _, _ := strings.Cut(rest, "</Warehouse>")

		return strings.Join(strings.Fields(inner), " ")
	}
	if got, want := inside(described.Body), inside(created.Body); got != want || got == "" {
		t.Errorf("DescribeWarehouses returned\n%s\nand CreateWarehouse\n%s", got, want)
	}

	fake.Advance(time.Hour)
	modified := must(t, fake, "ModifyWarehouse",
		"Name", "North", "NumberOfNodes", "7", "Owner", "bob", "PendingActions", "", "KmsKeyId", "key-1")
	for name, want := range map[string][]string{
		"ClusterIdentifier": {"north"}, "NumberOfNodes": {"7"}, "MasterUsername": {"bob"}, "Encrypted": {"true"}, "member": nil,
		"KmsKeyId": {"arn:aws:kms:us-east-1:123456789012:key/key-1"}, "Port": {"5439"},
		"ClusterCreateTime": {"2026-11-23T09:30:00.250Z"}, "Key": {"env"},
	} {
		if got := elements(modified.Body, name); !slices.Equal(got, want) {
			t.Errorf("after ModifyWarehouse, %s = %q, want %q", name, got, want)
		}
	}

	deleted := must(t, fake, "DeleteWarehouse", "Name", "north")
	if got := elements(deleted.Body, "ClusterStatus"); !slices.Equal(got, []string{"deleting"}) {
		t.Errorf("the deleted resource has the status %q", got)
	}
	for _, call := range [][]string{{"DeleteWarehouse", "Name"}, {"ModifyWarehouse", "Name"}, {"DescribeWarehouses", "ClusterIdentifier"}} {
		if got := do(t, fake, call[0], call[1], "north"); got.Code != "WarehouseMissing" || got.Status != http.StatusBadRequest {
			t.Errorf("%s of a deleted resource = %d %s", call[0], got.Status, got.Code)
		}
	}
	if got := must(t, fake, "DescribeWarehouses"); !strings.Contains(got.Body, "<Warehouses/>") {
		t.Errorf("DescribeWarehouses without warehouses returned\n%s", got.Body)
	}
	must(t, fake, "CreateWarehouse", "Name", "north")
}

// TestSecretParameters checks that Requests has no secrets, even if the call was refused.
func TestSecretParameters(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{})
	for _, parameters := range [][]string{
		{"Name", "north", "Password", "hush"},
		{"Name", "north", "Password", "hush"},
		{"Nam", "south", "Settings.password", "hush"},
	} {
		do(t, fake, "CreateWarehouse", parameters...)
		do(t, fake, "CreateWarehouses", parameters...)
	}
	requests := fake.Requests()
	if len(requests) != 6 || strings.Contains(fmt.Sprint(requests), "hush") || requests[0].Params.Get("Name") != "north" {
		t.Errorf("Requests() = %v", requests)
	}
}

// TestDeclaredRefusals makes calls that the fake refuses. They must change nothing.
func TestDeclaredRefusals(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{Quotas: redshifttest.Quotas{OtherResources: 2, Tags: 1}})
	must(t, fake, "CreateWarehouse", "Name", "north", "Owner", "ann")
	tests := map[string]struct {
		call []string
		code string
	}{
		"exists":            {[]string{"CreateWarehouse", "Name", "North"}, "WarehouseExists"},
		"no name":           {[]string{"CreateWarehouse"}, "MissingParameter"},
		"empty name":        {[]string{"CreateWarehouse", "Name", ""}, "InvalidParameterValue"},
		"unknown parameter": {[]string{"CreateWarehouse", "Name", "a", "Size", "3"}, "InvalidQueryParameter"},
		"no number":         {[]string{"CreateWarehouse", "Name", "a", "NumberOfNodes", "x"}, "MalformedInput"},
		"no number inside":  {[]string{"CreateWarehouse", "Name", "a", "Endpoint.Port", "x"}, "MalformedInput"},
		"too many nodes":    {[]string{"CreateWarehouse", "Name", "a", "NumberOfNodes", "101"}, "InvalidParameterValue"},
		"modify to 0 nodes": {[]string{"ModifyWarehouse", "Name", "north", "NumberOfNodes", "0"}, "InvalidParameterValue"},
		"too many tags": {[]string{"CreateWarehouse", "Name", "a", "Tags.Tag.1.Key", "a", "Tags.Tag.1.Value", "", "Tags.Tag.2.Key", "b",
			"Tags.Tag.2.Value", ""},
			"TagLimitExceededFault"},
		"bad tag":        {[]string{"CreateWarehouse", "Name", "a", "Tags.Tag.1.Key", "aws:a"}, "InvalidTagFault"},
		"small pages":    {[]string{"DescribeWarehouses", "MaxRecords", "1"}, "InvalidParameterValue"},
		"large pages":    {[]string{"DescribeWarehouses", "MaxRecords", "6"}, "InvalidParameterValue"},
		"bad marker":     {[]string{"DescribeWarehouses", "Marker", "x"}, "InvalidParameterValue"},
		"unknown filter": {[]string{"DescribeWarehouses", "Colour", "red"}, "InvalidAction"},
		"missing":        {[]string{"DeleteWarehouse", "Name", "south"}, "WarehouseMissing"},
		"no identifier":  {[]string{"DeleteTimetable"}, "MissingParameter"},
		"no timetable":   {[]string{"DeleteTimetable", "ScheduleIdentifier", "x"}, "TimetableMissing"},
		"modify missing": {[]string{"ModifyTimetable", "ScheduleIdentifier", "x"}, "TimetableMissing"},
	}
	before := must(t, fake, "DescribeWarehouses").Body
	for name, test := range tests {
		if got := do(t, fake, test.call[0], test.call[1:]...); got.Code != test.code {
			t.Errorf("%s: got %d %s %s, want %s", name, got.Status, got.Code, got.Message, test.code)
		}
	}
	withoutID := regexp.MustCompile("<RequestId>.*?</RequestId>")
	if after := must(t, fake, "DescribeWarehouses").Body; withoutID.ReplaceAllString(after, "") != withoutID.ReplaceAllString(before, "") {
		t.Errorf("the refused calls changed\n%s\nto\n%s", before, after)
	}
	must(t, fake, "CreateWarehouse", "Name", "south")
	got := do(t, fake, "CreateWarehouse", "Name", "west")
	if got.Code != "WarehouseQuotaExceededFault" || !strings.Contains(got.Message, "Options.Quotas.OtherResources") {
		t.Errorf("a call beyond the quota returned %s %q", got.Code, got.Message)
	}
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	if got := doAs(t, fake, partnerKeys, "CreateWarehouse", "Name", "north"); got.Status != http.StatusOK {
		t.Errorf("another account was refused: %s", got.Message)
	}
	must(t, fake.InRegion("eu-west-1"), "CreateWarehouse", "Name", "north")
}

// TestDeclaredFilters filters by members, lists, times and tags. A named resource that does not exist is an error.
func TestDeclaredFilters(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{})
	for i, owner := range []string{"ann", "bob", "ann"} {
		must(t, fake, "CreateWarehouse", "Name", fmt.Sprintf("w%d", i), "Owner", owner, "NumberOfNodes", strconv.Itoa(i+1),
			"Tags.Tag.1.Key", "k"+owner, "Tags.Tag.1.Value", strconv.Itoa(i))
		fake.Advance(time.Hour)
	}
	tests := map[string]struct {
		parameters []string
		want       string
	}{
		"all":                {nil, "w0 w1 w2"},
		"owner":              {[]string{"MasterUsername", "ann"}, "w0 w2"},
		"owners":             {[]string{"Owners.MasterUsername.1", "bob", "Owners.MasterUsername.2", "carol"}, "w1"},
		"number":             {[]string{"NumberOfNodes", "3"}, "w2"},
		"name and owner":     {[]string{"ClusterIdentifier", "w0", "MasterUsername", "ann"}, "w0"},
		"name, not owner":    {[]string{"ClusterIdentifier", "w0", "MasterUsername", "bob"}, ""},
		"missing":            {[]string{"ClusterIdentifier", "w9"}, "WarehouseMissing"},
		"from":               {[]string{"StartTime", "2026-11-23T10:30:00.250Z"}, "w1 w2"},
		"until":              {[]string{"EndTime", "2026-11-23T10:30:00.250Z"}, "w0 w1"},
		"between":            {[]string{"StartTime", "2026-11-23T10:00:00Z", "EndTime", "2026-11-23T11:00:00Z"}, "w1"},
		"tag key":            {[]string{"TagKeys.TagKey.1", "kann"}, "w0 w2"},
		"tag key and value":  {[]string{"TagKeys.TagKey.1", "kann", "TagValues.TagValue.1", "2"}, "w2"},
		"name and other tag": {[]string{"ClusterIdentifier", "w1", "TagKeys.TagKey.1", "kann"}, ""},
	}
	for name, test := range tests {
		got := do(t, fake, "DescribeWarehouses", test.parameters...)
		if shown := strings.Join(elements(got.Body, "ClusterIdentifier"), " ") + got.Code; shown != test.want {
			t.Errorf("%s: %q, want %q", name, shown, test.want)
		}
	}
}

// TestDeclaredPages checks that pages neither repeat nor skip resources while other resources are created and deleted.
func TestDeclaredPages(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{})
	for i := range 7 {
		must(t, fake, "CreateWarehouse", "Name", fmt.Sprintf("w%d", i), "Owner", "ann")
	}
	first := must(t, fake, "DescribeWarehouses", "MaxRecords", "3", "MasterUsername", "ann")
	marker := elements(first.Body, "Marker")
	if got := elements(first.Body, "ClusterIdentifier"); !slices.Equal(got, []string{"w0", "w1", "w2"}) || len(marker) != 1 {
		t.Fatalf("the first page has %q and the Marker %q", got, marker)
	}
	must(t, fake, "DeleteWarehouse", "Name", "w0")
	must(t, fake, "DeleteWarehouse", "Name", "w4")
	second := must(t, fake, "DescribeWarehouses", "MaxRecords", "3", "MasterUsername", "ann", "Marker", marker[0])
	if got := elements(second.Body, "ClusterIdentifier"); !slices.Equal(got, []string{"w3", "w5", "w6"}) ||
		strings.Contains(second.Body, "Marker") {
		t.Errorf("the second page has %q\n%s", got, second.Body)
	}
	if got := do(t, fake, "DescribeWarehouses", "Marker", marker[0]); got.Code != "InvalidParameterValue" {
		t.Errorf("the Marker with other filters returned %s", got.Code)
	}
	if got := elements(must(t, fake, "DescribeWarehouses").Body, "ClusterIdentifier"); len(got) != 5 {
		t.Errorf("without MaxRecords, the page has %d resources", len(got))
	}
}

// TestDeclaredVisibility checks that Describe operations do not show a new resource before VisibilityDelay has passed.
func TestDeclaredVisibility(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{VisibilityDelay: time.Minute})
	must(t, fake, "CreateWarehouse", "Name", "north")
	if got := do(t, fake, "DescribeWarehouses", "ClusterIdentifier", "north"); got.Code != "WarehouseMissing" {
		t.Errorf("DescribeWarehouses of a new resource = %d %s", got.Status, got.Code)
	}
	if got := elements(must(t, fake, "DescribeWarehouses").Body, "ClusterIdentifier"); got != nil {
		t.Errorf("the list has %q", got)
	}
	if got := do(t, fake, "CreateWarehouse", "Name", "north"); got.Code != "WarehouseExists" {
		t.Errorf("the second CreateWarehouse returned %s", got.Code)
	}
	fake.Advance(time.Minute)
	must(t, fake, "DescribeWarehouses", "ClusterIdentifier", "north")
}

// TestDeclaredTags calls the operations for tags with declared resources.
func TestDeclaredTags(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{})
	must(t, fake, "CreateWarehouse", "Name", "north", "Tags.Tag.1.Key", "a", "Tags.Tag.1.Value", "1")
	const arn = "arn:aws:redshift:us-east-1:123456789012:warehouse:north"
	must(t, fake, "CreateTags", "ResourceName", arn, "Tags.Tag.1.Key", "b", "Tags.Tag.1.Value", "2")
	must(t, fake, "DeleteTags", "ResourceName", arn, "TagKeys.TagKey.1", "a")
	for _, parameters := range [][]string{nil, {"ResourceName", arn}, {"ResourceType", "Warehouse"}} {
		got := must(t, fake, "DescribeTags", parameters...)
		if keys, kinds := elements(got.Body, "Key"), elements(got.Body, "ResourceType"); !slices.Equal(keys, []string{"b"}) ||
			!slices.Equal(kinds, []string{"warehouse"}) {
			t.Errorf("DescribeTags with %q: keys %q of the types %q", parameters, keys, kinds)
		}
	}
	if got := elements(must(t, fake, "DescribeWarehouses", "TagKeys.TagKey.1", "b").Body, "Value"); !slices.Equal(got, []string{"2"}) {
		t.Errorf("DescribeWarehouses has the tags %q", got)
	}
}

// TestDeclaredIdentifiers checks generated identifiers and flat results.
func TestDeclaredIdentifiers(t *testing.T) {
	t.Parallel()
	fake := newDeclared(t, redshifttest.Options{})
	var made []string
	for range 2 { // without names, they are different resources
		created := must(t, fake, "CreateTimetable", "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)")
		made = append(made, elements(created.Body, "ScheduleIdentifier")...)
		if got := elements(created.Body, "ScheduleDefinition"); !slices.Equal(got, []string{"rate(1 hour)"}) {
			t.Errorf("CreateTimetable returned %q", got)
		}
	}
	if len(made) != 2 || made[0] == made[1] || made[0] == "" {
		t.Fatalf("the identifiers are %q", made)
	}
	must(t, fake, "ModifyTimetable", "ScheduleIdentifier", made[1], "ScheduleDescription", "second")
	if got := elements(must(t, fake, "DescribeTimetables",
		"ScheduleDescription", "second").Body, "ScheduleIdentifier"); !slices.Equal(got, made[1:]) {
		t.Errorf("the second timetable is %q", got)
	}
	if got := do(t, fake, "CreateTimetable",
		"ScheduleDescription", "second", "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)"); got.Code != "TimetableExists" {
		t.Errorf("CreateTimetable with the same description returned %s", got.Code)
	}
	// The operation documents no error for a missing resource.
	if got := must(t, fake, "DescribeTimetables", "ScheduleIdentifier", "x"); !strings.Contains(got.Body, "<Timetables/>") {
		t.Errorf("DescribeTimetables of a missing resource returned\n%s", got.Body)
	}
	if got := must(t, fake, "DeleteTimetable", "ScheduleIdentifier", made[0]); strings.Contains(got.Body, "DeleteTimetableResult") {
		t.Errorf("DeleteTimetable returned\n%s", got.Body)
	}
	if got := elements(must(t, fake, "DescribeTimetables").Body, "ScheduleIdentifier"); !slices.Equal(got, made[1:]) {
		t.Errorf("the remaining identifiers are %q", got)
	}
}

// TestDeclaredNextToHandlers checks that a declaration does not replace hand-written handlers. If a kind has some, the fake does not
// implement its other operations either.
func TestDeclaredNextToHandlers(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	fake.Declare(contract.Operation{
		Name:   "CreateClusterTwin",
		Params: []contract.Param{requiredParam("ClusterIdentifier")},
		Recovery: &contract.Recovery{
			Describe: "DescribeClusters",
			Keys:     []contract.Pair{{Name: "ClusterIdentifier", Value: "ClusterIdentifier"}},
			Settled:  []awsquery.ErrorCode{models.ErrClusterAlreadyExists},
		},
	})
	if got := do(t, fake, "CreateClusterTwin", "ClusterIdentifier", "new"); got.Code != "InvalidAction" ||
		!strings.Contains(got.Message, "Respond") {
		t.Errorf("got %s %q", got.Code, got.Message)
	}
	if got := elements(must(t, fake, "DescribeClusters").Body, "ClusterIdentifier"); !slices.Equal(got, []string{"analytics"}) {
		t.Errorf("the clusters are %q", got)
	}
}

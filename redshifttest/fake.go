package redshifttest

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/sigv4"
)

// What [Options] are where they are left empty.
const (
	DefaultRegion           = "us-east-1"
	DefaultAccountID        = "123456789012"
	DefaultSnapshotDuration = 5 * time.Minute
	DefaultRestoreDuration  = 10 * time.Minute

	// ExampleAccessKeyID and ExampleSecretAccessKey are the key pair that Amazon's documentation signs its examples with.
	// It opens nothing.
	ExampleAccessKeyID     = "AKIDEXAMPLE"
	ExampleSecretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// The quotas where [Quotas] are left empty. They are Amazon's, except for snapshot schedules, clusters and
// table restores, where Amazon publishes none.
const (
	DefaultManualSnapshots     = 20
	DefaultAccountsPerSnapshot = 20
	DefaultTagsPerResource     = 50
	DefaultNodes               = 200
	DefaultSnapshotCopyGrants  = 10
	DefaultSnapshotSchedules   = 20
	DefaultClusters            = 100
	DefaultTableRestores       = 10
	DefaultOtherResources      = 20
)

// Options says what [New] makes. The zero Options are a whole Redshift without clusters.
type Options struct {
	// The region that the fake is, and that requests must be signed for. Default: [DefaultRegion].
	Region string

	// The account, 12 digits, that Credentials belong to. Default: [DefaultAccountID]. AddAccount adds others.
	AccountID string

	// What callers sign with. A SessionToken, where there is one, must be sent; Expires is compared with the SignatureClock.
	// Default: [ExampleAccessKeyID] and [ExampleSecretAccessKey].
	Credentials sigv4.Credentials

	// What the fake's clock shows when New returns. Default: the time that it really is.
	Start time.Time

	// How many seconds pass on the fake's clock in a real one, 86,400 at most. Negative: none, the clock then moves by
	// Advance alone. Default: 1.
	ClockSpeed float64

	// The clock that the dates of signatures and the expiry of credentials are compared with, and that the Date of answers
	// shows. [time.Now] lets callers with a clock of their own, such as the AWS CLI, call a fake whose clock runs fast or was
	// advanced. Default: the fake's own clock.
	SignatureClock func() time.Time

	// ClockSkewCode is the error code for a request whose date differs from the SignatureClock by more than 5 minutes, or whose
	// presigned URL has expired. [awsquery.ErrSignatureDoesNotMatch], with HTTP status 403 and a message such as "Signature expired:
	// ... is now earlier than ...", is what users of the real service report. [awsquery.ErrRequestExpired], with status 400, is what
	// Amazon documents. Default: [awsquery.ErrSignatureDoesNotMatch].
	ClockSkewCode awsquery.ErrorCode

	// How long a snapshot is creating, on the fake's clock. Negative: a new snapshot is still answered as creating, and is
	// available the moment after. Default: [DefaultSnapshotDuration].
	SnapshotDuration time.Duration

	// How long it takes to restore a cluster, or a table, on the fake's clock. A cluster is creating for the first third, and
	// then available while the rest of its data arrives. Negative: it is all there the moment after. Default:
	// [DefaultRestoreDuration].
	RestoreDuration time.Duration

	// AutomatedSnapshots takes a snapshot of each cluster every 8 hours, as Redshift does of clusters that have no snapshot
	// schedule. The hours count from when the cluster was created. It is off by default, so that a test that advances the clock
	// finds only the snapshots that it caused. Command redshift-fake has it on.
	AutomatedSnapshots bool

	// Resources are the parameter groups, subnet groups and other things that a restore can name. Default: the default groups.
	Resources Resources

	// VisibilityDelay is how long Describe operations do not show what a caller has just made, on the fake's clock: clusters,
	// snapshots, copy grants and schedules, access to a snapshot, the schedule of a cluster, and resources by declaration. If the caller names a resource
	// that is not visible yet, the error is the one for a missing resource, or the list is empty where Redshift has no such error.
	// Other operations see the resource immediately: making it again is an error such as ClusterSnapshotAlreadyExists. What
	// methods of the Fake add is visible immediately, as is what happens automatically. Default: 0, no delay.
	VisibilityDelay time.Duration

	// How much an account may have of what, in each region.
	Quotas Quotas

	// Take every request for genuine, whoever signed it and when. A request is then taken to come from the account whose
	// access key it names and, where it names none that is known, from AccountID.
	DisableSignatureCheck bool

	// Hosts are host names, without ports, that ServeHTTP accepts in the Host header in addition to names of this machine (localhost and
	// the names below it, 127.0.0.1, [::1]). Other hosts, and requests that web pages send, are refused if Hosts is not empty or
	// DisableSignatureCheck is true: otherwise a web page could use a browser on this machine to call the fake. Transport
	// accepts every host. Default: every host if signatures are checked, only this machine if they are not.
	Hosts []string

	// Where each request is logged once it is answered: its operation, account, HTTP status, error code, request id and how
	// long it took in real time, at level Info where it succeeded and Warn where it did not. Neither parameters nor headers
	// are logged. The name of an operation that Redshift does not have is left out unless it is 1 to 64 letters. Default: nowhere.
	Logger *slog.Logger
}

// Quotas are the limits whose passing is an error. Where one is 0 it is the default; a negative one allows nothing.
type Quotas struct {
	// Manual snapshots an account has at once. Default: [DefaultManualSnapshots].
	ManualSnapshots int
	// Accounts that a snapshot is shared with. Default: [DefaultAccountsPerSnapshot].
	AccountsPerSnapshot int
	// Tags that a resource has. Default: [DefaultTagsPerResource].
	Tags int
	// Snapshot copy grants an account has. Default: [DefaultSnapshotCopyGrants].
	SnapshotCopyGrants int
	// Snapshot schedules an account has. Default: [DefaultSnapshotSchedules].
	SnapshotSchedules int
	// Clusters an account has when it restores another. Default: [DefaultClusters].
	Clusters int
	// Nodes that all clusters of an account have together, when it restores another. Default: [DefaultNodes].
	Nodes int
	// Table restores of an account that have not ended. Default: [DefaultTableRestores].
	TableRestores int
	// OtherResources is how many resources of each other kind an account has. Default: [DefaultOtherResources].
	OtherResources int
}

// Fake is a Redshift in the memory of this process: a region with any number of accounts, and a clock of its own. It is
// an [http.Handler], and may be used by any number of goroutines at once. Make it with [New], and more regions of it with
// [Fake.InRegion].
type Fake struct {
	*global
	region string
	log    requestLog
	faults faultQueue

	responses suppliedResponses
	state     *state // guarded by the world's mutex; the parts above guard themselves or never change
}

// world is what the regions of a fake have in common.
type global struct {
	account            string
	keys               accessKeys
	clock              clock
	skipSignatureCheck bool
	hosts              []string // in lower case
	clockSkewCode      awsquery.ErrorCode
	signatureClock     func() time.Time // the SignatureClock
	operations         map[string]registeredOperation
	secrets            map[string]bool // see secretNames
	logger             *slog.Logger

	mutex   sync.Mutex
	regions map[string]*Fake
	states  states
}

// operation is what the fake does for one value of Action.
type registeredOperation struct {
	contract contract.Operation
	handle   handler
}

// handler does the work of an operation. It returns a pointer to the result struct of the operation in package client, or
// nil where the answer has no result. It runs with the state locked and the parameters' types checked.
type handler func(*call) (any, *failure)

// call is one request that was found genuine and well-formed.
type call struct {
	*state
	operation string
	params    parameters
	account   string // the caller's
	now       time.Time
}

// handlers has the work of each operation, by name. Each group of operations has a file.
func handlers() map[string]handler {
	return map[string]handler{
		"AuthorizeSnapshotAccess":           authorizeSnapshotAccess,
		"BatchDeleteClusterSnapshots":       batchDeleteClusterSnapshots,
		"BatchModifyClusterSnapshots":       batchModifyClusterSnapshots,
		"CopyClusterSnapshot":               copyClusterSnapshot,
		"CreateClusterSnapshot":             createClusterSnapshot,
		"CreateSnapshotCopyGrant":           createSnapshotCopyGrant,
		"CreateSnapshotSchedule":            createSnapshotSchedule,
		"CreateTags":                        createTags,
		"DeleteClusterSnapshot":             deleteClusterSnapshot,
		"DeleteSnapshotCopyGrant":           deleteSnapshotCopyGrant,
		"DeleteSnapshotSchedule":            deleteSnapshotSchedule,
		"DeleteTags":                        deleteTags,
		"DescribeClusterSnapshots":          describeClusterSnapshots,
		"DescribeClusters":                  describeClusters,
		"DescribeSnapshotCopyGrants":        describeSnapshotCopyGrants,
		"DescribeSnapshotSchedules":         describeSnapshotSchedules,
		"DescribeTableRestoreStatus":        describeTableRestoreStatus,
		"DescribeTags":                      describeTags,
		"DisableSnapshotCopy":               disableSnapshotCopy,
		"EnableSnapshotCopy":                enableSnapshotCopy,
		"ModifyClusterSnapshot":             modifyClusterSnapshot,
		"ModifyClusterSnapshotSchedule":     modifyClusterSnapshotSchedule,
		"ModifySnapshotCopyRetentionPeriod": modifySnapshotCopyRetentionPeriod,
		"ModifySnapshotSchedule":            modifySnapshotSchedule,
		"RestoreFromClusterSnapshot":        restoreFromClusterSnapshot,
		"RestoreTableFromClusterSnapshot":   restoreTableFromClusterSnapshot,
		"RevokeSnapshotAccess":              revokeSnapshotAccess,
	}
}

// maxClockSpeed is a day in a second.
const maxClockSpeed = 24 * 60 * 60

var (
	twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)
	regionName   = regexp.MustCompile(`^[a-z0-9-]+$`)
)

// New returns a fake. It starts no goroutine and opens no socket. It panics if an option makes no sense, naming it: that
// is a mistake in the test, which nothing at run time can put right.
func New(options Options) *Fake {
	options = options.withDefaults()
	if !twelveDigits.MatchString(options.AccountID) {
		panic(fmt.Sprintf("redshifttest: Options.AccountID %q: an account has 12 digits", options.AccountID))
	}
	if !regionName.MatchString(options.Region) {
		panic(fmt.Sprintf("redshifttest: Options.Region %q: not the name of a region, such as eu-west-1", options.Region))
	}
	for _, host := range options.Hosts {
		if hostName(host) == "" || strings.ContainsAny(host, "/ ") {
			panic(fmt.Sprintf("redshifttest: Options.Hosts %q: not the name of a host, such as redshift.test", host))
		}
	}
	if code := options.ClockSkewCode; code != awsquery.ErrSignatureDoesNotMatch && code != awsquery.ErrRequestExpired {
		panic(fmt.Sprintf("redshifttest: Options.ClockSkewCode %q: want SignatureDoesNotMatch or RequestExpired", code))
	}
	if !(options.ClockSpeed <= maxClockSpeed) { // not a number is not
		panic(fmt.Sprintf("redshifttest: Options.ClockSpeed %v: it can be %d at most", options.ClockSpeed, maxClockSpeed))
	}
	if err := options.Resources.check(); err != nil {
		panic("redshifttest: Options.Resources." + err.Error())
	}
	all := &global{
		account:            options.AccountID,
		skipSignatureCheck: options.DisableSignatureCheck,
		hosts:              hostNames(options.Hosts),
		clockSkewCode:      options.ClockSkewCode,
		signatureClock:     options.SignatureClock,
		operations:         make(map[string]registeredOperation),
		secrets:            make(map[string]bool),
		logger:             options.Logger,
		regions:            make(map[string]*Fake),
		states:             newStates(options),
	}
	if all.signatureClock == nil {
		all.signatureClock = all.clock.now
	}
	if err := all.keys.add(options.AccountID, options.Credentials); err != nil {
		panic("redshifttest: Options.Credentials: " + err.Error())
	}
	all.register(contract.Operations())
	all.clock.start(options.Start, options.ClockSpeed)

	return all.inRegion(options.Region)
}

// play registers the operations of the contract: with a handler, or by the declaration of a resource, or without any work.
func (g *global) register(described []contract.Operation) {
	work := handlers()
	for _, declared := range declaredKinds(described, work) {
		g.states.declared[declared.describe.Name] = declared
		maps.Copy(work, declared.handlers())
	}
	for _, operation := range described {
		g.operations[operation.Name] = registeredOperation{contract: operation, handle: work[operation.Name]}
	}
	maps.Copy(g.secrets, secretNames(described))
}

// InRegion returns the same Redshift in another region: it has the accounts, their keys and the clock in common with this
// one, and clusters, snapshots, quotas, requests and faults of its own. Snapshots that [redshift.Client.EnableSnapshotCopy]
// sends to a region are found there. Each region is always the same Fake, its own region is the one it is called on.
//
// It panics if the name is not that of a region, such as eu-west-1: that is a mistake in the test.
func (f *Fake) InRegion(region string) *Fake {
	if !regionName.MatchString(region) {
		panic(fmt.Sprintf("redshifttest: InRegion(%q): not the name of a region, such as eu-west-1", region))
	}

	return f.inRegion(region)
}

func (g *global) inRegion(region string) *Fake {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.regions[region] == nil {
		fake := &Fake{
			global: g,
			region: region,
			log:    requestLog{logger: g.logger, isOperation: g.isOperation, secrets: g.secrets},
			state:  g.states.in(region),
		}
		if len(g.regions) > 0 {
			fake.log.region = region
		}
		g.regions[region] = fake
	}

	return g.regions[region]
}

func (o Options) withDefaults() Options {
	setDefault(&o.Region, DefaultRegion)
	setDefault(&o.AccountID, DefaultAccountID)
	setDefault(&o.Credentials, sigv4.Credentials{AccessKeyID: ExampleAccessKeyID, SecretAccessKey: ExampleSecretAccessKey})
	if o.Start.IsZero() {
		o.Start = time.Now()
	}
	setDefault(&o.ClockSpeed, 1)
	setDefault(&o.ClockSkewCode, awsquery.ErrSignatureDoesNotMatch)
	setDefault(&o.SnapshotDuration, DefaultSnapshotDuration)
	setDefault(&o.RestoreDuration, DefaultRestoreDuration)
	setDefault(&o.Quotas.ManualSnapshots, DefaultManualSnapshots)
	setDefault(&o.Quotas.AccountsPerSnapshot, DefaultAccountsPerSnapshot)
	setDefault(&o.Quotas.Tags, DefaultTagsPerResource)
	setDefault(&o.Quotas.SnapshotCopyGrants, DefaultSnapshotCopyGrants)
	setDefault(&o.Quotas.SnapshotSchedules, DefaultSnapshotSchedules)
	setDefault(&o.Quotas.Clusters, DefaultClusters)
	setDefault(&o.Quotas.Nodes, DefaultNodes)
	setDefault(&o.Quotas.TableRestores, DefaultTableRestores)
	setDefault(&o.Quotas.OtherResources, DefaultOtherResources)

	return o
}

func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// Region returns the region that requests must be signed for.
func (f *Fake) Region() string { return f.region }

// AccountID returns the account that [Fake.Credentials] belong to.
func (f *Fake) AccountID() string { return f.account }

// Credentials returns what requests of the fake's own account are signed with.
func (f *Fake) Credentials() sigv4.Credentials { return f.keys.credentialsOf(f.account) }

// AddAccount lets another account call the fake, so that sharing can be seen from the other side. Calling it again for
// an account adds a second key for it. It is an error if the account does not have 12 digits, if the credentials are
// incomplete, or if their access key id is known already.
func (f *Fake) AddAccount(accountID string, credentials sigv4.Credentials) error {
	if !twelveDigits.MatchString(accountID) {
		return fmt.Errorf("redshifttest: add account %q: an account has 12 digits", accountID)
	}
	if err := f.keys.add(accountID, credentials); err != nil {
		return fmt.Errorf("redshifttest: add account %s: %w", accountID, err)
	}

	return nil
}

// Now returns what the fake's clock shows.
func (f *Fake) Now() time.Time { return f.clock.now() }

// Advance moves the fake's clock forward: snapshots become available, and expire. It does not wait, and ignores a
// duration that is not positive, since time does not go back.
func (f *Fake) Advance(by time.Duration) { f.clock.advance(by) }

var _ http.Handler = (*Fake)(nil)

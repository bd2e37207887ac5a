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

// Defaults of [Options].
const (
	DefaultRegion           = "us-east-1"
	DefaultAccountID        = "123456789012"
	DefaultSnapshotDuration = 5 * time.Minute
	DefaultRestoreDuration  = 10 * time.Minute
	DefaultClusterDuration  = 5 * time.Minute
	DefaultResizeDuration   = 15 * time.Minute

	// ExampleAccessKeyID and ExampleSecretAccessKey are the key pair of the examples in Amazon's documentation. It belongs to no account.
	ExampleAccessKeyID     = "AKIDEXAMPLE"
	ExampleSecretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// Defaults of [Quotas]. They are Amazon's quotas, except for snapshot schedules, scheduled actions, clusters, table restores and other
// resources. For the first four, Amazon publishes no quotas. DefaultOtherResources is the same for each other kind of resource.
const (
	DefaultManualSnapshots     = 20
	DefaultAccountsPerSnapshot = 20
	DefaultTagsPerResource     = 50
	DefaultNodes               = 200
	DefaultSnapshotCopyGrants  = 10
	DefaultSnapshotSchedules   = 20
	DefaultClusters            = 100
	DefaultTableRestores       = 10
	DefaultParameterGroups     = 20
	DefaultSubnetGroups        = 50
	DefaultEventSubscriptions  = 20
	DefaultScheduledActions    = 20
	DefaultOtherResources      = 20
)

// Options configures a fake. The fake of the zero Options has no clusters and the defaults below.
type Options struct {
	// Region is the region of the fake. Requests must be signed for it. Default: [DefaultRegion].
	Region string

	// AccountID is the account, 12 digits, that Credentials belong to. AddAccount adds others. Default: [DefaultAccountID].
	AccountID string

	// Credentials sign the requests of AccountID. If they have a SessionToken, requests must contain it. If they have Expires, they
	// expire at that time by the SignatureClock. Default: [ExampleAccessKeyID] and [ExampleSecretAccessKey].
	Credentials sigv4.Credentials

	// Start is the time on the fake's clock when New returns. Default: the real time.
	Start time.Time

	// ClockSpeed is the number of seconds that pass on the fake's clock in one real second, at most 86,400. If it is negative, only
	// Advance moves the clock. Default: 1.
	ClockSpeed float64

	// SignatureClock is the clock for the dates of signatures, the expiry of credentials and the Date of responses. Set it to [time.Now]
	// if the test advances the fake's clock or lets it run fast, and callers use the real time, as the AWS CLI does. Default: the fake's
	// clock.
	SignatureClock func() time.Time

	// ClockSkewCode is the error code for a request whose date differs from the SignatureClock by more than 5 minutes, or whose
	// presigned URL has expired. Users of Redshift report [awsquery.ErrSignatureDoesNotMatch], with HTTP status 403 and a message such as
	// "Signature expired: ... is now earlier than ...". Amazon documents [awsquery.ErrRequestExpired], with status 400.
	// Default: [awsquery.ErrSignatureDoesNotMatch].
	ClockSkewCode awsquery.ErrorCode

	// SnapshotDuration is how long a snapshot has the status creating, on the fake's clock. If it is negative, the snapshot is available
	// immediately after the call that creates it. The response of that call still has the status creating. Default:
	// [DefaultSnapshotDuration].
	SnapshotDuration time.Duration

	// RestoreDuration is how long the restore of a cluster or a table takes, on the fake's clock. A cluster has the status creating for
	// the first third. It is then available while the rest of its data is restored. If RestoreDuration is negative, the restore
	// ends immediately after the call.
	// Default: [DefaultRestoreDuration].
	RestoreDuration time.Duration

	// ClusterDuration is how long each of these changes of a cluster takes, on the fake's clock: creation, modification, rename, reboot,
	// pause, resume, deletion, and the cancellation of a resize. A deletion with a final snapshot takes SnapshotDuration before that. If
	// it is negative, the response still shows the change in progress, and the change ends immediately afterwards.
	// Default: [DefaultClusterDuration].
	ClusterDuration time.Duration

	// ResizeDuration is how long a resize takes, on the fake's clock, and a change of the encryption of a cluster. An elastic resize has
	// three phases of the same length: preparation, the move to the new nodes, and the transfer of the remaining data. If it is
	// negative, the resize ends immediately after the call. Default: [DefaultResizeDuration].
	ResizeDuration time.Duration

	// AutomatedSnapshots makes the fake take snapshots of each cluster without a snapshot schedule, as Redshift does: when a created or
	// restored cluster becomes available, and every 8 hours. The hours count from the creation of the cluster. It is off by default: a
	// test that advances the clock finds only the snapshots that it caused. The command redshift-fake turns it on.
	AutomatedSnapshots bool

	// Resources are the names of parameter groups, subnet groups and other resources that a restore can refer to. Default: the default
	// groups.
	Resources Resources

	// VisibilityDelay is how long Describe operations do not show a new resource after the call that created it, on the fake's clock. It
	// applies to clusters, snapshots, copy grants, schedules, parameter groups, subnet groups, event subscriptions, scheduled actions,
	// access to a snapshot, the schedule of a cluster, and declared resources. If a Describe call names a resource that is not visible yet,
	// the error is the one for a missing resource. If Redshift has no such error, the list is empty. Other operations find the resource
	// immediately: a call that creates it again returns an error such as ClusterSnapshotAlreadyExists. Resources that methods of Fake add,
	// and changes that the clock causes, are visible immediately. Default: 0, no delay.
	VisibilityDelay time.Duration

	// Quotas limit the resources of each account, in each region. Default: the default of each quota.
	Quotas Quotas

	// DisableSignatureCheck makes the fake accept every request, with any signature and any date. The account is the one that
	// the access key in the request belongs to. If the fake does not know the key, it is AccountID.
	DisableSignatureCheck bool

	// Permissive makes the fake accept values that Redshift refuses: other characters in the identifiers of new resources, in users,
	// databases and roles, passwords without an upper-case letter or a digit, and node types that are retired or unknown. It is for test
	// suites that were written for another fake. Default: false, as Redshift.
	Permissive bool

	// Hosts are host names, without ports, that ServeHTTP accepts in the Host header in addition to the names of this machine (localhost
	// and the names below it, 127.0.0.1, [::1]). If Hosts is not empty or DisableSignatureCheck is true, ServeHTTP refuses other hosts,
	// and requests that web pages send. Otherwise, a web page in a browser on this machine could call the fake. Transport accepts every
	// host. Default: every host if signatures are checked, only this machine if they are not.
	Hosts []string

	// Logger logs each request when it ends: operation, account, HTTP status, error code, request id and duration in real time. The level
	// is Info for a success and Warn for a failure. The fake does not log parameters and headers. It logs the name of an unknown
	// operation only if it has 1 to 64 letters. Default: nil, no log.
	Logger *slog.Logger
}

// Quotas limit the resources of an account. A call that would exceed a quota fails. 0 means the default. A negative quota allows no
// resource.
type Quotas struct {
	// ManualSnapshots is the number of manual snapshots of an account. Default: [DefaultManualSnapshots].
	ManualSnapshots int
	// AccountsPerSnapshot is the number of accounts that a snapshot is shared with. Default: [DefaultAccountsPerSnapshot].
	AccountsPerSnapshot int
	// Tags is the number of tags of a resource. Default: [DefaultTagsPerResource].
	Tags int
	// SnapshotCopyGrants is the number of snapshot copy grants of an account. Default: [DefaultSnapshotCopyGrants].
	SnapshotCopyGrants int
	// SnapshotSchedules is the number of snapshot schedules of an account. Default: [DefaultSnapshotSchedules].
	SnapshotSchedules int
	// Clusters is the number of clusters of an account. Restores and CreateCluster check it. Default: [DefaultClusters].
	Clusters int
	// Nodes is the number of nodes of all clusters of an account. Restores, CreateCluster and resizes check it. Default: [DefaultNodes].
	Nodes int
	// TableRestores is the number of table restores of an account that have not ended. Default: [DefaultTableRestores].
	TableRestores int
	// ParameterGroups is the number of parameter groups of an account, without the default groups. Default: [DefaultParameterGroups].
	ParameterGroups int
	// SubnetGroups is the number of subnet groups of an account, without the default group. Default: [DefaultSubnetGroups].
	SubnetGroups int
	// EventSubscriptions is the number of event subscriptions of an account. Default: [DefaultEventSubscriptions].
	EventSubscriptions int
	// ScheduledActions is the number of scheduled actions of an account. Default: [DefaultScheduledActions].
	ScheduledActions int
	// OtherResources is the number of resources of each other kind of an account. Default: [DefaultOtherResources].
	OtherResources int
}

// Fake is an in-memory Redshift: one region with any number of accounts, and its own clock. It is an [http.Handler], and it is safe for
// concurrent use. Create it with [New]. [Fake.InRegion] returns its other regions.
type Fake struct {
	*global
	region string
	log    requestLog
	faults faultQueue

	responses suppliedResponses
	state     *state // global.mutex guards it; the fields above guard themselves or never change
}

// global is the part of a fake that all regions share.
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

// registeredOperation is an operation of the contract. The handler is nil if the fake does not implement it.
type registeredOperation struct {
	contract contract.Operation
	handle   handler
}

// handler implements an operation. It returns a pointer to the result struct of the operation, or nil if the response has no result. Its
// caller has locked the state and checked the types of the parameters.
type handler func(*call) (any, *failure)

// call is a request with a valid signature and well-formed parameters.
type call struct {
	*state
	operation string
	params    parameters
	account   string // of the caller
	now       time.Time
}

// handlers returns the hand-written handlers by the names of their operations. Each group of operations has a file.
func handlers() map[string]handler {
	return map[string]handler{
		"CancelResize":          cancelResize,
		"CreateCluster":         createCluster,
		"DeleteCluster":         deleteCluster,
		"DescribeResize":        describeResize,
		"ModifyCluster":         modifyCluster,
		"ModifyClusterIamRoles": modifyClusterIamRoles,
		"PauseCluster":          pauseCluster,
		"RebootCluster":         rebootCluster,
		"ResizeCluster":         resizeCluster,
		"ResumeCluster":         resumeCluster,

		"AuthorizeSnapshotAccess":           authorizeSnapshotAccess,
		"BatchDeleteClusterSnapshots":       batchDeleteClusterSnapshots,
		"BatchModifyClusterSnapshots":       batchModifyClusterSnapshots,
		"CopyClusterSnapshot":               copyClusterSnapshot,
		"CreateClusterParameterGroup":       createClusterParameterGroup,
		"CreateClusterSnapshot":             createClusterSnapshot,
		"CreateClusterSubnetGroup":          createClusterSubnetGroup,
		"CreateEventSubscription":           createEventSubscription,
		"CreateScheduledAction":             createScheduledAction,
		"CreateSnapshotCopyGrant":           createSnapshotCopyGrant,
		"CreateSnapshotSchedule":            createSnapshotSchedule,
		"CreateTags":                        createTags,
		"DeleteClusterParameterGroup":       deleteClusterParameterGroup,
		"DeleteClusterSnapshot":             deleteClusterSnapshot,
		"DeleteClusterSubnetGroup":          deleteClusterSubnetGroup,
		"DeleteEventSubscription":           deleteEventSubscription,
		"DeleteScheduledAction":             deleteScheduledAction,
		"DeleteSnapshotCopyGrant":           deleteSnapshotCopyGrant,
		"DeleteSnapshotSchedule":            deleteSnapshotSchedule,
		"DeleteTags":                        deleteTags,
		"DescribeAccountAttributes":         describeAccountAttributes,
		"DescribeClusterParameterGroups":    describeClusterParameterGroups,
		"DescribeClusterParameters":         describeClusterParameters,
		"DescribeClusterSnapshots":          describeClusterSnapshots,
		"DescribeClusterSubnetGroups":       describeClusterSubnetGroups,
		"DescribeClusterTracks":             describeClusterTracks,
		"DescribeClusterVersions":           describeClusterVersions,
		"DescribeClusters":                  describeClusters,
		"DescribeDefaultClusterParameters":  describeDefaultClusterParameters,
		"DescribeEventCategories":           describeEventCategories,
		"DescribeEventSubscriptions":        describeEventSubscriptions,
		"DescribeEvents":                    describeEvents,
		"DescribeLoggingStatus":             describeLoggingStatus,
		"DescribeNodeConfigurationOptions":  describeNodeConfigurationOptions,
		"DescribeOrderableClusterOptions":   describeOrderableClusterOptions,
		"DescribeScheduledActions":          describeScheduledActions,
		"DescribeSnapshotCopyGrants":        describeSnapshotCopyGrants,
		"DescribeSnapshotSchedules":         describeSnapshotSchedules,
		"DescribeStorage":                   describeStorage,
		"DescribeTableRestoreStatus":        describeTableRestoreStatus,
		"DescribeTags":                      describeTags,
		"DisableLogging":                    disableLogging,
		"DisableSnapshotCopy":               disableSnapshotCopy,
		"EnableLogging":                     enableLogging,
		"EnableSnapshotCopy":                enableSnapshotCopy,
		"GetClusterCredentials":             getClusterCredentials,
		"GetClusterCredentialsWithIAM":      getClusterCredentialsWithIAM,
		"ModifyClusterParameterGroup":       modifyClusterParameterGroup,
		"ModifyClusterSnapshot":             modifyClusterSnapshot,
		"ModifyClusterSnapshotSchedule":     modifyClusterSnapshotSchedule,
		"ModifyClusterSubnetGroup":          modifyClusterSubnetGroup,
		"ModifyEventSubscription":           modifyEventSubscription,
		"ModifyScheduledAction":             modifyScheduledAction,
		"ModifySnapshotCopyRetentionPeriod": modifySnapshotCopyRetentionPeriod,
		"ModifySnapshotSchedule":            modifySnapshotSchedule,
		"ResetClusterParameterGroup":        resetClusterParameterGroup,
		"RestoreFromClusterSnapshot":        restoreFromClusterSnapshot,
		"RestoreTableFromClusterSnapshot":   restoreTableFromClusterSnapshot,
		"RevokeSnapshotAccess":              revokeSnapshotAccess,
	}
}

// maxClockSpeed is one day in a second.
const maxClockSpeed = 24 * 60 * 60

var (
	twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)
	regionName   = regexp.MustCompile(`^[a-z0-9-]+$`)
)

// New returns a new fake. It starts no goroutine and opens no socket. It panics if an option is invalid, because that is a mistake in
// the test. The panic names the option.
func New(options Options) *Fake {
	options = options.withDefaults()
	if !twelveDigits.MatchString(options.AccountID) {
		panic(fmt.Sprintf("redshifttest: Options.AccountID %q: an account has 12 digits", options.AccountID))
	}
	if !regionName.MatchString(options.Region) {
		panic(fmt.Sprintf("redshifttest: Options.Region %q: want the name of a region, such as eu-west-1", options.Region))
	}
	for _, host := range options.Hosts {
		if hostName(host) == "" || strings.ContainsAny(host, "/ ") {
			panic(fmt.Sprintf("redshifttest: Options.Hosts %q: want the name of a host, such as redshift.test", host))
		}
	}
	if code := options.ClockSkewCode; code != awsquery.ErrSignatureDoesNotMatch && code != awsquery.ErrRequestExpired {
		panic(fmt.Sprintf("redshifttest: Options.ClockSkewCode %q: want SignatureDoesNotMatch or RequestExpired", code))
	}
	if !(options.ClockSpeed <= maxClockSpeed) { // true for NaN
		panic(fmt.Sprintf("redshifttest: Options.ClockSpeed %v: want at most %d", options.ClockSpeed, maxClockSpeed))
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

// register registers the operations of the contract. Each has a hand-written handler, the handler of a declared resource, or none.
func (g *global) register(described []contract.Operation) {
	work := handlers()
	for _, declared := range declaredKinds(described, work) {
		g.states.declared[declared.describe.Name] = declared
		maps.Copy(work, declared.handlers())
	}
	maps.Copy(g.states.handlers, work)
	for _, operation := range described {
		g.operations[operation.Name] = registeredOperation{contract: operation, handle: work[operation.Name]}
	}
	maps.Copy(g.secrets, secretNames(described))
}

// InRegion returns another region of the same Redshift. The regions share the accounts, their keys and the clock. Each region has its
// own clusters, snapshots, quotas, requests and faults. Snapshots that [redshift.Client.EnableSnapshotCopy] copies to a region
// appear there. InRegion always returns the same Fake for a region. For the region of f, that is f.
//
// It panics if region is not the name of a region, such as eu-west-1, because that is a mistake in the test.
func (f *Fake) InRegion(region string) *Fake {
	if !regionName.MatchString(region) {
		panic(fmt.Sprintf("redshifttest: InRegion(%q): want the name of a region, such as eu-west-1", region))
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
	setDefault(&o.ClusterDuration, DefaultClusterDuration)
	setDefault(&o.ResizeDuration, DefaultResizeDuration)
	setDefault(&o.Quotas.ManualSnapshots, DefaultManualSnapshots)
	setDefault(&o.Quotas.AccountsPerSnapshot, DefaultAccountsPerSnapshot)
	setDefault(&o.Quotas.Tags, DefaultTagsPerResource)
	setDefault(&o.Quotas.SnapshotCopyGrants, DefaultSnapshotCopyGrants)
	setDefault(&o.Quotas.SnapshotSchedules, DefaultSnapshotSchedules)
	setDefault(&o.Quotas.Clusters, DefaultClusters)
	setDefault(&o.Quotas.Nodes, DefaultNodes)
	setDefault(&o.Quotas.TableRestores, DefaultTableRestores)
	setDefault(&o.Quotas.ParameterGroups, DefaultParameterGroups)
	setDefault(&o.Quotas.SubnetGroups, DefaultSubnetGroups)
	setDefault(&o.Quotas.EventSubscriptions, DefaultEventSubscriptions)
	setDefault(&o.Quotas.ScheduledActions, DefaultScheduledActions)
	setDefault(&o.Quotas.OtherResources, DefaultOtherResources)

	return o
}

func setDefault[T comparable](value *T, defaultValue T) {
	var zero T
	if *value == zero {
		*value = defaultValue
	}
}

// Region returns the region that requests must be signed for.
func (f *Fake) Region() string { return f.region }

// AccountID returns the account of [Fake.Credentials].
func (f *Fake) AccountID() string { return f.account }

// Credentials returns the credentials that sign the requests of the fake's own account.
func (f *Fake) Credentials() sigv4.Credentials { return f.keys.credentialsOf(f.account) }

// AddAccount lets another account call the fake, for example to test shared snapshots from both sides. A second call for the same
// account adds another key. It returns an error if the account does not have 12 digits, if the credentials are incomplete, or if
// the fake already has their access key id.
func (f *Fake) AddAccount(accountID string, credentials sigv4.Credentials) error {
	if !twelveDigits.MatchString(accountID) {
		return fmt.Errorf("redshifttest: add account %q: an account has 12 digits", accountID)
	}
	if err := f.keys.add(accountID, credentials); err != nil {
		return fmt.Errorf("redshifttest: add account %s: %w", accountID, err)
	}

	return nil
}

// Now returns the time on the fake's clock.
func (f *Fake) Now() time.Time { return f.clock.now() }

// Advance moves the fake's clock forward by a duration, so that snapshots become available or expire. It does not wait. It ignores a
// duration that is not positive.
func (f *Fake) Advance(by time.Duration) { f.clock.advance(by) }

var _ http.Handler = (*Fake)(nil)

package redshift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/internal/wire"
	"github.com/redshift-go/redshift/models"
)

// OutcomeUnknownError is a call that changes something, and of which it is not known whether Redshift carried it out: the
// answer was lost on the way, and no later attempt could settle it. It unwraps to what happened.
//
// No operation has a token by which Redshift would recognise a repetition. Instead, where an attempt may have been carried
// out, the client looks for its effect when a later one is refused because the thing exists already, or is gone already;
// docs/reliability.md says for each operation how. RestoreTableFromClusterSnapshot, and CreateSnapshotSchedule without a
// ScheduleIdentifier, have no effect that could be told from that of another call, and are not attempted again.
type OutcomeUnknownError struct {
	// Operation is the name of the call, such as RestoreTableFromClusterSnapshot.
	Operation string
	// Look says where it shows whether the call was carried out. Empty for an operation of which that is not known.
	Look string
	// Err is what happened: in it there is an awsquery.Error or an awsquery.SendError, and a RetryError where there were
	// several attempts.
	Err error
}

// Error says what happened and where to look.
func (e *OutcomeUnknownError) Error() string {
	if e == nil {
		return "no error of a call"
	}

	look := ""
	if e.Look != "" {
		look = ", " + e.Look
	}

	return fmt.Sprintf("%s: it may have been carried out%s: %v", e.Operation, look, e.Err)
}

// MarshalJSON writes the operation, where to look, and what happened.
func (e *OutcomeUnknownError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}

	return json.Marshal(struct {
		Operation string `json:"operation"`
		Look      string `json:"look,omitzero"`
		Cause     any    `json:"cause"`
	}{e.Operation, e.Look, errorForJSON(e.Err)})
}

// LogValue logs the error's text.
func (e *OutcomeUnknownError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// Unwrap returns what happened.
func (e *OutcomeUnknownError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// outcome is how it is found out whether an attempt was carried out whose answer was lost. Its zero value is an operation
// of which nothing is known, which is not repeated then.
type outcome struct {
	class outcomeClass
	// look says where it shows.
	look string
	// settled is the code by which a later attempt is told that there is nothing left to do.
	settled awsquery.ErrorCode
	// find returns the result of the call that is answered with settled, or nil if what is there is not its work.
	find func(context.Context, lostCall) (any, error)
	// adjust corrects the result of a later attempt that succeeded. An error says why it could not.
	adjust func(ctx context.Context, lost lostCall, result any) error
}

// outcomeClass is what a repetition does.
type outcomeClass string

const (
	// unrecognisable: it does the work a second time, and nothing tells which work was whose.
	unrecognisable outcomeClass = ""
	// readOnly: it reads again.
	readOnly outcomeClass = "reads"
	// idempotent: it leaves things as the first attempt did. Where it is refused since that is still being applied, or
	// has deleted what it was about, the effect shows too.
	idempotent outcomeClass = "naturally idempotent"
	// recognisable: it is refused since the thing exists, and that can be compared with what was asked for.
	recognisable outcomeClass = "recognisable"
	// goneMeansDone: it is refused since the thing is gone.
	goneMeansDone outcomeClass = "gone means done"
)

// lostCall is a call with an attempt whose answer was lost.
type lostCall struct {
	service *snapshots.Client
	params  any
	// since is when its first attempt was made, by Redshift's clock; zero if that is not known.
	since time.Time
}

// outcomes has every operation that changes something. Those of one class stand together.
func outcomes() map[string]outcome {
	const (
		ofSnapshot = "see DescribeClusterSnapshots"
		ofCluster  = "see DescribeClusters"
		ofGrant    = "see DescribeSnapshotCopyGrants"
		ofSchedule = "see DescribeSnapshotSchedules"
		ofTags     = "see DescribeTags"
	)

	return map[string]outcome{
		"BatchModifyClusterSnapshots":       {class: idempotent, look: ofSnapshot, adjust: countForcedAsDeleted},
		"CreateTags":                        {class: idempotent, look: ofTags},
		"DeleteTags":                        {class: idempotent, look: ofTags},
		"ModifyClusterSnapshot":             {idempotent, ofSnapshot, models.ErrClusterSnapshotNotFound, finder(findForced), nil},
		"ModifyClusterSnapshotSchedule":     {idempotent, ofCluster, models.ErrInvalidClusterSnapshotScheduleState, finder(findFollowing), nil},
		"ModifySnapshotCopyRetentionPeriod": {class: idempotent, look: ofCluster},
		"ModifySnapshotSchedule":            {idempotent, ofSchedule, models.ErrSnapshotScheduleUpdateInProgress, finder(findModified), nil},

		"AuthorizeSnapshotAccess":    {recognisable, ofSnapshot, models.ErrAuthorizationAlreadyExists, finder(findAuthorized), nil},
		"CopyClusterSnapshot":        {recognisable, ofSnapshot, models.ErrClusterSnapshotAlreadyExists, finder(findCopied), nil},
		"CreateClusterSnapshot":      {recognisable, ofSnapshot, models.ErrClusterSnapshotAlreadyExists, finder(findCreated), nil},
		"CreateSnapshotCopyGrant":    {recognisable, ofGrant, models.ErrSnapshotCopyGrantAlreadyExistsFault, finder(findGrant), nil},
		"CreateSnapshotSchedule":     {recognisable, ofSchedule, models.ErrSnapshotScheduleAlreadyExists, finder(findSchedule), nil},
		"EnableSnapshotCopy":         {recognisable, ofCluster, models.ErrSnapshotCopyAlreadyEnabledFault, finder(findCopying), nil},
		"RestoreFromClusterSnapshot": {recognisable, ofCluster, models.ErrClusterAlreadyExists, finder(findRestored), nil},

		"BatchDeleteClusterSnapshots": {class: goneMeansDone, look: ofSnapshot, adjust: countGoneAsDeleted},
		"DeleteClusterSnapshot":       {goneMeansDone, ofSnapshot, models.ErrClusterSnapshotNotFound, finder(findDeleted), nil},
		"DeleteSnapshotCopyGrant":     {goneMeansDone, ofGrant, models.ErrSnapshotCopyGrantNotFoundFault, nothingToFind[DeleteSnapshotCopyGrantResult], nil},
		"DeleteSnapshotSchedule":      {goneMeansDone, ofSchedule, models.ErrSnapshotScheduleNotFound, nothingToFind[DeleteSnapshotScheduleResult], nil},
		"DisableSnapshotCopy":         {goneMeansDone, ofCluster, models.ErrSnapshotCopyAlreadyDisabledFault, finder(findNotCopying), nil},
		"RevokeSnapshotAccess":        {goneMeansDone, ofSnapshot, models.ErrAuthorizationNotFound, finder(findRevoked), nil},

		"RestoreTableFromClusterSnapshot": {class: unrecognisable, look: "see DescribeTableRestoreStatus"},
	}
}

// outcomeOf returns how to find out about an operation.
func outcomeOf(operation *runtime.ClientOperation, table map[string]outcome) outcome {
	if wire.IsReadOnly(operation) {
		return outcome{class: readOnly}
	}
	known := table[wire.Action(operation)]
	if _, ours := operation.Params.(interface{ Validate() error }); !ours {
		// An option put something else in place of the parameters, so that nothing is known of what is asked for.
		return outcome{class: unrecognisable, look: known.look}
	}
	if params, ok := operation.Params.(*CreateSnapshotScheduleParams); ok && params.ScheduleIdentifier == "" {
		return outcome{class: unrecognisable, look: known.look}
	}

	return known
}

// unfindable is the outcome of a call of which the parameters do not say all: what they describe need not be its work.
func (o outcome) unfindable(operation *runtime.ClientOperation) outcome {
	o.settled, o.find, o.adjust = "", nil, nil
	if _, ok := operation.Params.(*CreateSnapshotScheduleParams); ok {
		o.class = unrecognisable // it may have no identifier
	}

	return o
}

// finder makes a find of a function that knows the types of an operation.
func finder[P, R any](find func(context.Context, *snapshots.Client, *P, time.Time) (*R, error)) func(context.Context, lostCall) (any, error) {
	return func(ctx context.Context, lost lostCall) (any, error) {
		params, ok := lost.params.(*P)
		if !ok {
			return nil, nil
		}
		result, err := find(ctx, lost.service, params, lost.since)
		if result == nil || err != nil {
			return nil, err
		}

		return result, nil
	}
}

func nothingToFind[R any](context.Context, lostCall) (any, error) { return new(R), nil }

func findCreated(ctx context.Context, service *snapshots.Client, params *CreateClusterSnapshotParams, since time.Time) (*CreateClusterSnapshotResult, error) {
	found, id, err := describeSnapshot(ctx, service, &DescribeClusterSnapshotsParams{SnapshotIdentifier: params.SnapshotIdentifier})
	if err != nil {
		return nil, err
	}
	if found.SnapshotType != models.SnapshotTypeManual || !strings.EqualFold(found.ClusterIdentifier, params.ClusterIdentifier) ||
		!sameTags(found.Tags, params.Tags) || otherRetention(found, params.ManualSnapshotRetentionPeriod) || since.IsZero() || found.SnapshotCreateTime.Before(since) {
		return nil, nil
	}

	return &CreateClusterSnapshotResult{Snapshot: found, RequestID: id}, nil
}

func findCopied(ctx context.Context, service *snapshots.Client, params *CopyClusterSnapshotParams, _ time.Time) (*CopyClusterSnapshotResult, error) {
	source, _, err := describeSnapshot(ctx, service, &DescribeClusterSnapshotsParams{SnapshotIdentifier: params.SourceSnapshotIdentifier})
	if err != nil || isOfOtherCluster(source, params.SourceSnapshotClusterIdentifier) {
		return nil, err
	}
	found, id, err := describeSnapshot(ctx, service, &DescribeClusterSnapshotsParams{SnapshotIdentifier: params.TargetSnapshotIdentifier})
	if err != nil {
		return nil, err
	}
	if found.SnapshotType != models.SnapshotTypeManual || found.ClusterIdentifier != source.ClusterIdentifier || !found.SnapshotCreateTime.Equal(source.SnapshotCreateTime) ||
		otherRetention(found, params.ManualSnapshotRetentionPeriod) {
		return nil, nil
	}

	return &CopyClusterSnapshotResult{Snapshot: found, RequestID: id}, nil
}

// otherRetention tells whether a snapshot is kept for another time than was asked for. Where none was, a default of the
// cluster's may stand in the place of Redshift's.
func otherRetention(found models.Snapshot, asked *int) bool {
	return asked != nil && found.ManualSnapshotRetentionPeriod != nil && *found.ManualSnapshotRetentionPeriod != *asked
}

func findAuthorized(ctx context.Context, service *snapshots.Client, params *AuthorizeSnapshotAccessParams, _ time.Time) (*AuthorizeSnapshotAccessResult, error) {
	found, id, err := describeSnapshot(ctx, service, &DescribeClusterSnapshotsParams{
		SnapshotIdentifier: params.SnapshotIdentifier, SnapshotArn: params.SnapshotArn,
	})
	if err != nil || isOfOtherCluster(found, params.SnapshotClusterIdentifier) || !hasAccess(found, params.AccountWithRestoreAccess) {
		return nil, err
	}

	return &AuthorizeSnapshotAccessResult{Snapshot: found, RequestID: id}, nil
}

func findRevoked(ctx context.Context, service *snapshots.Client, params *RevokeSnapshotAccessParams, _ time.Time) (*RevokeSnapshotAccessResult, error) {
	found, id, err := describeSnapshot(ctx, service, &DescribeClusterSnapshotsParams{
		SnapshotIdentifier: params.SnapshotIdentifier, SnapshotArn: params.SnapshotArn,
	})
	if err != nil || isOfOtherCluster(found, params.SnapshotClusterIdentifier) || hasAccess(found, params.AccountWithRestoreAccess) {
		return nil, err
	}

	return &RevokeSnapshotAccessResult{Snapshot: found, RequestID: id}, nil
}

// isOfOtherCluster reports whether a snapshot belongs to another cluster than the call named. Redshift refuses a look-up by both
// identifiers (InvalidParameterCombination), so that the client looks up the snapshot alone and compares the cluster itself.
func isOfOtherCluster(found models.Snapshot, cluster string) bool {
	return cluster != "" && found.ClusterIdentifier != "" && !strings.EqualFold(found.ClusterIdentifier, cluster)
}

func hasAccess(snapshot models.Snapshot, account string) bool {
	return slices.ContainsFunc(snapshot.AccountsWithRestoreAccess, func(access models.AccountWithRestoreAccess) bool {
		return access.AccountID == account || access.AccountAlias == account
	})
}

func findGrant(ctx context.Context, service *snapshots.Client, params *CreateSnapshotCopyGrantParams, _ time.Time) (*CreateSnapshotCopyGrantResult, error) {
	described, err := service.DescribeSnapshotCopyGrants(ctx, &DescribeSnapshotCopyGrantsParams{SnapshotCopyGrantName: params.SnapshotCopyGrantName})
	if err != nil || len(described.SnapshotCopyGrants) != 1 {
		return nil, err
	}
	found := described.SnapshotCopyGrants[0]
	if !sameTags(found.Tags, params.Tags) {
		return nil, nil
	}
	if same, err := isKey(found.KmsKeyID, params.KmsKeyID); !same || err != nil {
		return nil, err
	}

	return &CreateSnapshotCopyGrantResult{SnapshotCopyGrant: found, RequestID: described.RequestID}, nil
}

// isKey reports whether a KMS key, which Redshift describes by its ARN, is the one that a call named by its identifier or ARN.
// If the call named none, any key is the right one. It returns an error for an alias, because the client does not know its key.
func isKey(described, named string) (bool, error) {
	switch {
	case named == "" || described == named || strings.HasSuffix(described, ":key/"+named):
		return true, nil
	case strings.HasPrefix(named, "alias/") || strings.Contains(named, ":alias/"):
		return false, fmt.Errorf("the key of %s is not known, so that it cannot be compared with %s", named, described)
	default:
		return false, nil
	}
}

func findSchedule(ctx context.Context, service *snapshots.Client, params *CreateSnapshotScheduleParams, _ time.Time) (*CreateSnapshotScheduleResult, error) {
	found, err := describeSchedule(ctx, service, params.ScheduleIdentifier)
	if found == nil || err != nil {
		return nil, err
	}
	if !sameStrings(found.ScheduleDefinitions, params.ScheduleDefinitions) || found.ScheduleDescription != params.ScheduleDescription || !sameTags(found.Tags, params.Tags) {
		return nil, nil
	}

	return found, nil
}

func findModified(ctx context.Context, service *snapshots.Client, params *ModifySnapshotScheduleParams, _ time.Time) (*ModifySnapshotScheduleResult, error) {
	found, err := describeSchedule(ctx, service, params.ScheduleIdentifier)
	if found == nil || err != nil || !sameStrings(found.ScheduleDefinitions, params.ScheduleDefinitions) {
		return nil, err
	}
	modified := ModifySnapshotScheduleResult(*found)

	return &modified, nil
}

// describeSchedule returns a schedule as it is answered when it is made, nil if it is not there.
func describeSchedule(ctx context.Context, service *snapshots.Client, identifier string) (*CreateSnapshotScheduleResult, error) {
	described, err := service.DescribeSnapshotSchedules(ctx, &DescribeSnapshotSchedulesParams{ScheduleIdentifier: identifier})
	if err != nil || len(described.SnapshotSchedules) != 1 {
		return nil, err
	}
	found := described.SnapshotSchedules[0]

	return &CreateSnapshotScheduleResult{
		ScheduleDefinitions:    found.ScheduleDefinitions,
		ScheduleIdentifier:     found.ScheduleIdentifier,
		ScheduleDescription:    found.ScheduleDescription,
		Tags:                   found.Tags,
		NextInvocations:        found.NextInvocations,
		AssociatedClusterCount: found.AssociatedClusterCount,
		AssociatedClusters:     found.AssociatedClusters,
		RequestID:              described.RequestID,
	}, nil
}

func findFollowing(ctx context.Context, service *snapshots.Client, params *ModifyClusterSnapshotScheduleParams, _ time.Time) (*ModifyClusterSnapshotScheduleResult, error) {
	found, id, err := describeCluster(ctx, service, params.ClusterIdentifier)
	wanted := params.ScheduleIdentifier
	if params.DisassociateSchedule != nil && *params.DisassociateSchedule {
		wanted = ""
	}
	if err != nil || !strings.EqualFold(found.SnapshotScheduleIdentifier, wanted) {
		return nil, err
	}

	return &ModifyClusterSnapshotScheduleResult{RequestID: id}, nil
}

// couldDelete tells whether a change of how long snapshots are kept can delete one: not without Force, and not by keeping
// it for ever or as it was.
func couldDelete(force *bool, days *int) bool {
	const forEver = -1

	return force != nil && *force && days != nil && *days != forEver
}

// findForced returns what is known of a snapshot that Force may have deleted: its name.
func findForced(_ context.Context, _ *snapshots.Client, params *ModifyClusterSnapshotParams, _ time.Time) (*ModifyClusterSnapshotResult, error) {
	if !couldDelete(params.Force, params.ManualSnapshotRetentionPeriod) {
		return nil, nil
	}

	return &ModifyClusterSnapshotResult{Snapshot: models.Snapshot{
		SnapshotIdentifier: params.SnapshotIdentifier,
		Status:             models.SnapshotStatusDeleted,
	}}, nil
}

func findRestored(ctx context.Context, service *snapshots.Client, params *RestoreFromClusterSnapshotParams, since time.Time) (*RestoreFromClusterSnapshotResult, error) {
	found, id, err := describeCluster(ctx, service, params.ClusterIdentifier)
	if err != nil || found.RestoreStatus == nil || since.IsZero() {
		return nil, err
	}
	if found.ClusterCreateTime.IsZero() {
		return nil, errors.New("the cluster is still being created, and Redshift does not say yet since when")
	}
	if found.ClusterCreateTime.Before(since) || params.NodeType != "" && found.NodeType != params.NodeType ||
		params.NumberOfNodes != nil && found.NumberOfNodes != *params.NumberOfNodes {
		return nil, nil
	}

	return &RestoreFromClusterSnapshotResult{Cluster: found, RequestID: id}, nil
}

func findCopying(ctx context.Context, service *snapshots.Client, params *EnableSnapshotCopyParams, _ time.Time) (*EnableSnapshotCopyResult, error) {
	found, id, err := describeCluster(ctx, service, params.ClusterIdentifier)
	if err != nil {
		return nil, err
	}
	copying := found.ClusterSnapshotCopyStatus
	days := int64(7) // Redshift's default, for copies of automated snapshots
	if params.RetentionPeriod != nil {
		days = int64(*params.RetentionPeriod)
	}
	if copying == nil || copying.DestinationRegion != params.DestinationRegion || !strings.EqualFold(copying.SnapshotCopyGrantName, params.SnapshotCopyGrantName) ||
		copying.RetentionPeriod != days ||
		params.ManualSnapshotRetentionPeriod != nil && copying.ManualSnapshotRetentionPeriod != *params.ManualSnapshotRetentionPeriod {
		return nil, nil
	}

	return &EnableSnapshotCopyResult{Cluster: found, RequestID: id}, nil
}

func findNotCopying(ctx context.Context, service *snapshots.Client, params *DisableSnapshotCopyParams, _ time.Time) (*DisableSnapshotCopyResult, error) {
	found, id, err := describeCluster(ctx, service, params.ClusterIdentifier)
	if err != nil || found.ClusterSnapshotCopyStatus != nil {
		return nil, err
	}

	return &DisableSnapshotCopyResult{Cluster: found, RequestID: id}, nil
}

// findDeleted returns what is known of a snapshot that is gone: its name.
func findDeleted(ctx context.Context, service *snapshots.Client, params *DeleteClusterSnapshotParams, _ time.Time) (*DeleteClusterSnapshotResult, error) {
	if other, err := isOfOther(ctx, service, params.SnapshotIdentifier, params.SnapshotClusterIdentifier); other || err != nil {
		return nil, err
	}

	return &DeleteClusterSnapshotResult{Snapshot: models.Snapshot{
		SnapshotIdentifier: params.SnapshotIdentifier,
		ClusterIdentifier:  params.SnapshotClusterIdentifier,
		Status:             models.SnapshotStatusDeleted,
	}}, nil
}

// isOfOther tells whether a snapshot that was not found is there after all, as one of another cluster than was named.
func isOfOther(ctx context.Context, service *snapshots.Client, identifier, cluster string) (bool, error) {
	if cluster == "" {
		return false, nil
	}
	found, _, err := describeSnapshot(ctx, service, &DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier})
	if isNotFound(err) {
		return false, nil
	}

	return err == nil && !strings.EqualFold(found.ClusterIdentifier, cluster), err
}

// countGoneAsDeleted takes for deleted what a repeated batch did not find.
func countGoneAsDeleted(ctx context.Context, lost lostCall, result any) error {
	asked, ok := lost.params.(*BatchDeleteClusterSnapshotsParams)
	batch, found := result.(*BatchDeleteClusterSnapshotsResult)
	if !ok || !found {
		return nil
	}
	var failed error // of looking whether something is there
	cluster := make(map[string]string)
	for _, one := range asked.Identifiers {
		cluster[strings.ToLower(one.SnapshotIdentifier)] = one.SnapshotClusterIdentifier
	}
	batch.Resources, batch.Errors = withoutGone(batch.Resources, batch.Errors, func(one models.SnapshotErrorMessage) bool {
		if failed != nil {
			return false
		}
		other, err := isOfOther(ctx, lost.service, one.SnapshotIdentifier, cluster[strings.ToLower(one.SnapshotIdentifier)])
		failed = err

		return !other && err == nil
	})

	return failed
}

// countForcedAsDeleted does so where the batch was allowed to delete.
func countForcedAsDeleted(_ context.Context, lost lostCall, result any) error {
	asked, ok := lost.params.(*BatchModifyClusterSnapshotsParams)
	if batch, found := result.(*BatchModifyClusterSnapshotsResult); ok && found && couldDelete(asked.Force, asked.ManualSnapshotRetentionPeriod) {
		batch.Resources, batch.Errors = withoutGone(batch.Resources, batch.Errors, func(models.SnapshotErrorMessage) bool { return true })
	}

	return nil
}

// withoutGone moves the snapshots that were not found, and are gone, from those that failed to those that are done.
func withoutGone(done []string, failed []models.SnapshotErrorMessage, isGone func(models.SnapshotErrorMessage) bool) ([]string, []models.SnapshotErrorMessage) {
	left := slices.DeleteFunc(failed, func(one models.SnapshotErrorMessage) bool {
		gone := one.FailureCode == string(models.ErrClusterSnapshotNotFound) && isGone(one)
		if gone {
			done = append(done, one.SnapshotIdentifier)
		}

		return gone
	})

	return done, left
}

func describeSnapshot(ctx context.Context, service *snapshots.Client, params *DescribeClusterSnapshotsParams) (models.Snapshot, string, error) {
	described, err := service.DescribeClusterSnapshots(ctx, params)
	if err != nil {
		return models.Snapshot{}, "", err
	}
	found, err := onlyOne(described.Snapshots, described.Marker, errNoSnapshot, ErrNotOneSnapshot)

	return found, described.RequestID, err
}

func describeCluster(ctx context.Context, service *snapshots.Client, identifier string) (models.Cluster, string, error) {
	described, err := service.DescribeClusters(ctx, &DescribeClustersParams{ClusterIdentifier: strings.ToLower(identifier)})
	if err != nil {
		return models.Cluster{}, "", err
	}
	found, err := onlyOne(described.Clusters, described.Marker, errNoCluster, ErrNotOneCluster)

	return found, described.RequestID, err
}

// isNotFound tells whether something is not there that another answer says, or may say, is there.
func isNotFound(err error) bool {
	return snapshotIsMissing(err) || errors.Is(err, models.ErrClusterNotFound) || errors.Is(err, errNoCluster)
}

// sameTags compares tags without regard to their order.
func sameTags(a, b []models.Tag) bool {
	return sameStrings(pairs(a), pairs(b))
}

func pairs(tags []models.Tag) []string {
	texts := make([]string, len(tags))
	for i, tag := range tags {
		texts[i] = tag.Key + "\x00" + tag.Value
	}

	return texts
}

func sameStrings(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

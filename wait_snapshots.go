package redshift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/models"
)

// WaitSnapshotsAvailable polls DescribeClusterSnapshots until each of the snapshots is available, failed or deleted, and returns
// the snapshots in the order of the identifiers. Identifiers are compared without case, and duplicates are allowed. If identifiers
// is empty, the wait succeeds immediately. The wait ends when ctx is done.
//
// A poll makes as few calls as possible. It lists 100 snapshots with each call, or describes the remaining snapshots one by one if
// that takes fewer calls. The parameters restrict the list, usually to a ClusterIdentifier or a SnapshotType. They may be nil. They
// cannot have a SnapshotIdentifier, a SnapshotArn or a Marker. If the list does not show a snapshot, the poll describes it by its
// identifier.
//
// If a snapshot failed, was deleted or does not exist, the wait for the others continues. The error joins one [SnapshotWaitError]
// for each snapshot that is not available. Its method Unwrap() []error returns them. Each returned snapshot, and the Last of each
// SnapshotWaitError, has at least the SnapshotIdentifier. If ctx is done, if Redshift refuses to list snapshots, or if Redshift is
// unavailable for longer than MaxOutage, the wait ends. All snapshots that are not available yet then get this reason.
//
// WaitProgress.Resource is a []models.Snapshot in the order of the identifiers. WaitProgress.Fraction is the mean over the
// snapshots. WaitProgress.Polls counts polls, not calls.
func (c *Client) WaitSnapshotsAvailable(
	ctx context.Context, params *DescribeClusterSnapshotsParams, identifiers []string, options WaitOptions,
) ([]models.Snapshot, error) {
	set, err := c.newSnapshotSet(params, identifiers, options)
	wait := &poller[[]models.Snapshot]{
		subject:  "snapshots",
		options:  options,
		uses:     []string{optionExpectNew},
		invalid:  err,
		shared:   c.sharedState(),
		describe: set.poll,
		watch:    watch[[]models.Snapshot]{traits: set.traits(), accept: set.allDone},
	}
	if _, err := wait.run(ctx); err != nil {
		var waitErr *WaitError[[]models.Snapshot]
		if !errors.As(err, &waitErr) {
			return nil, err
		}
		set.fail(waitErr.Err)
	}

	return set.snapshots(), set.err()
}

// snapshotSet is the state of a wait for several snapshots.
type snapshotSet struct {
	client  *Client
	params  DescribeClusterSnapshotsParams
	members []*snapshotMember // in the order of the identifiers; duplicates share one
	cost    int               // the number of calls of the last poll that listed snapshots
	polls   int
	began   time.Time
}

// snapshotMember is one snapshot of a wait for several.
type snapshotMember struct {
	watch watch[models.Snapshot]
	done  bool
	err   *SnapshotWaitError
}

func (c *Client) newSnapshotSet(params *DescribeClusterSnapshotsParams, identifiers []string, options WaitOptions) (*snapshotSet, error) {
	set := &snapshotSet{
		client: c,
		params: codec.CopyParams(params),
		cost:   1,
		began:  time.Now(),
	}
	var invalid error
	if set.params.SnapshotIdentifier+set.params.SnapshotArn+set.params.Marker != "" {
		invalid = errors.New("the parameters cannot have a SnapshotIdentifier, a SnapshotArn or a Marker, because they filter a list")
	}
	known := make(map[string]*snapshotMember)
	for i, identifier := range identifiers {
		if identifier == "" {
			invalid = errors.Join(invalid, fmt.Errorf("identifiers[%d] is empty", i))
		}
		member := known[strings.ToLower(identifier)]
		if member == nil {
			member = &snapshotMember{watch: watch[models.Snapshot]{
				traits:    &snapshotTraits,
				accept:    snapshotAvailable,
				expectNew: options.ExpectNew || c.recentlyCreated(snapshotKind, identifier),
				last:      models.Snapshot{SnapshotIdentifier: identifier},
			}}
			known[strings.ToLower(identifier)] = member
		}
		set.members = append(set.members, member)
	}

	return set, invalid
}

// poll describes the snapshots that are not done.
func (s *snapshotSet) poll(ctx context.Context) ([]models.Snapshot, error) {
	s.polls++
	open := s.open()
	if len(open) > s.cost {
		var err error
		if open, err = s.list(ctx, open); err != nil {
			return nil, err
		}
	}
	for _, member := range open {
		params := &DescribeClusterSnapshotsParams{SnapshotIdentifier: member.watch.last.SnapshotIdentifier, OwnerAccount: s.params.OwnerAccount}
		snapshot, err := s.client.describeOneSnapshot(ctx, params)
		if err != nil && !concernsOneSnapshot(err) {
			return nil, err
		}
		s.observe(member, snapshot, err)
	}

	return s.snapshots(), nil
}

// list lists snapshots page by page, and returns the wanted snapshots that it did not find. It stops when it takes fewer calls to
// describe the rest one by one.
func (s *snapshotSet) list(ctx context.Context, wanted []*snapshotMember) ([]*snapshotMember, error) {
	missing := make(map[string]*snapshotMember)
	for _, member := range wanted {
		missing[strings.ToLower(member.watch.last.SnapshotIdentifier)] = member
	}
	pages := 0
	all := codec.Pages("DescribeClusterSnapshots", "", func(marker string) ([]models.Snapshot, string, error) {
		params := s.params
		params.Marker = marker
		result, err := s.client.DescribeClusterSnapshots(ctx, &params)
		if err != nil || result == nil {
			return nil, "", codec.NoPage("DescribeClusterSnapshots", err)
		}
		pages++
		for i := range result.Snapshots {
			name := strings.ToLower(result.Snapshots[i].SnapshotIdentifier)
			if member := missing[name]; member != nil {
				delete(missing, name)
				s.observe(member, result.Snapshots[i], nil)
			}
		}
		if len(missing) <= pages {
			return nil, "", nil
		}

		return nil, result.Marker, nil
	})
	for _, err := range all {
		if err != nil {
			return nil, err
		}
	}
	unlisted := slices.DeleteFunc(wanted, func(member *snapshotMember) bool {
		return missing[strings.ToLower(member.watch.last.SnapshotIdentifier)] == nil
	})
	s.cost = pages + len(unlisted)

	return unlisted, nil
}

// concernsOneSnapshot reports whether the error of a call that describes one snapshot does not concern other snapshots.
func concernsOneSnapshot(err error) bool {
	refused := attempts.ResponseIn(err)

	return errors.Is(err, ErrNotOneSnapshot) || refused != nil && refused.Code != "" && !attempts.CanRetry(err)
}

func (s *snapshotSet) observe(member *snapshotMember, snapshot models.Snapshot, err error) {
	done, reason := member.watch.observe(snapshot, err)
	member.done = done || reason != nil
	if reason != nil {
		member.err = member.watch.waitError("a snapshot", s.polls, time.Since(s.began), reason)
	}
}

// open returns the snapshots that are not done, each once.
func (s *snapshotSet) open() []*snapshotMember {
	var open []*snapshotMember
	seen := make(map[*snapshotMember]bool)
	for _, member := range s.members {
		if !member.done && !seen[member] {
			seen[member] = true
			open = append(open, member)
		}
	}

	return open
}

// fail ends the wait for all snapshots that are not done.
func (s *snapshotSet) fail(reason error) {
	for _, member := range s.open() {
		member.done = true
		member.err = member.watch.waitError("a snapshot", s.polls, time.Since(s.began), reason)
	}
}

// err joins the errors of the snapshots that are not available, in the order of the identifiers.
func (s *snapshotSet) err() error {
	var errs []error
	reported := make(map[*snapshotMember]bool)
	for _, member := range s.members {
		if member.err != nil && !reported[member] {
			reported[member] = true
			errs = append(errs, member.err)
		}
	}

	return errors.Join(errs...)
}

func (s *snapshotSet) snapshots() []models.Snapshot {
	snapshots := make([]models.Snapshot, len(s.members))
	for i, member := range s.members {
		snapshots[i] = member.watch.last
	}

	return snapshots
}

func (s *snapshotSet) allDone(*[]models.Snapshot) (bool, error) { return len(s.open()) == 0, nil }

func (s *snapshotSet) traits() *traits[[]models.Snapshot] {
	return &traits[[]models.Snapshot]{
		status: func(snapshots *[]models.Snapshot) string {
			available := 0
			for i := range *snapshots {
				if done, _ := snapshotAvailable(&(*snapshots)[i]); done {
					available++
				}
			}

			return fmt.Sprintf("%d of %d available", available, len(*snapshots))
		},
		fraction: func(snapshots *[]models.Snapshot) float64 {
			if len(s.members) == 0 {
				return 1
			}
			sum := 0.0
			for i, member := range s.members {
				if member.err != nil {
					sum++ // nothing is left to do
				} else {
					sum += snapshotFraction(&(*snapshots)[i])
				}
			}

			return sum / float64(len(s.members))
		},
		missing: func(error) bool { return false },
	}
}

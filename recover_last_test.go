package redshift_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// If no attempt can start before the deadline, the call returns immediately. It makes no look-up, which could last until the
// deadline and come before the time of Retry-After.
func TestNoLookUpIfRetryAfterIsBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		requests := 0
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{}
			config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if requests++; requests > 1 {
					<-request.Context().Done()

					return nil, request.Context().Err()
				}

				return &http.Response{
					StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"3600"}},
					Body: io.NopCloser(strings.NewReader("busy")), ContentLength: -1, Request: request,
				}, nil
			})}
		})
		ctx, cancel := contextWithTimeoutCause(t, 3*time.Second, errors.New("limit of the job"))
		defer cancel()
		_, err := client.CreateClusterSnapshot(ctx, create())
		if !isDeadline(err) || !errors.As(err, new(*redshift.OutcomeUnknownError)) {
			t.Errorf("err = %v, want an OutcomeUnknownError and context.DeadlineExceeded", err)
		}
		if took := time.Since(began); took != 0 || requests != 1 {
			t.Errorf("the call took %v and %d requests, want 0s and 1 request", took, requests)
		}
	})
}

// The look-up of a snapshot that does not exist yet is refused. The error of the call does not match the code of that refusal,
// because the caller did not name a missing snapshot.
func TestErrorDoesNotMatchTheCodeOfTheLookUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := scripted(t, reply{err: io.ErrUnexpectedEOF}, refusal(http.StatusNotFound, "ClusterSnapshotNotFound"))
		_, err := client.CreateClusterSnapshot(t.Context(), create(), redshift.WithMaxAttempts(1))
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.Is(err, io.ErrUnexpectedEOF) || len(server.requests) != 2 {
			t.Errorf("got %d requests (err = %v), want io.ErrUnexpectedEOF, an OutcomeUnknownError and 2 requests", len(server.requests), err)
		}
		if errors.Is(err, models.ErrClusterSnapshotNotFound) {
			t.Errorf("err = %v, want an error that does not match the code of the look-up", err)
		}
	})
}

// A look-up that shows a resource without its identifier proves nothing.
func TestResourceWithoutIdentifierProvesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code  string
		found reply
		call  func(*redshift.Client) error
	}{
		"grant": {
			"SnapshotCopyGrantAlreadyExistsFault", result("DescribeSnapshotCopyGrants", "<SnapshotCopyGrants><SnapshotCopyGrant/></SnapshotCopyGrants>"),
			func(client *redshift.Client) error {
				_, err := client.CreateSnapshotCopyGrant(t.Context(), &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "grant"})

				return err
			},
		},
		"schedule": {
			"SnapshotScheduleAlreadyExists", result("DescribeSnapshotSchedules", "<SnapshotSchedules><SnapshotSchedule/></SnapshotSchedules>"),
			func(client *redshift.Client) error {
				_, err := client.CreateSnapshotSchedule(t.Context(), &redshift.CreateSnapshotScheduleParams{ScheduleIdentifier: "schedule"})

				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := scripted(t, reply{err: io.ErrUnexpectedEOF}, refusal(http.StatusBadRequest, test.code), test.found)
			err := test.call(client)
			if !errors.As(err, new(*redshift.OutcomeUnknownError)) {
				t.Errorf("after %s: err = %v, want an OutcomeUnknownError", server.actions(), err)
			}
		})
	}
}

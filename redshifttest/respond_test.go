package redshifttest_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func newClient(tb testing.TB, config redshift.Config) *redshift.Client {
	tb.Helper()
	config.Retry.MaxAttempts = 2
	client, err := redshift.New(config)
	if err != nil {
		tb.Fatal(err)
	}

	return client
}

// TestRespond compares the XML of a supplied result, in memory, over a connection and with testing/synctest.
func TestRespond(t *testing.T) {
	t.Parallel()
	supplied := &redshift.DescribeTableRestoreStatusResult{
		TableRestoreStatusDetails: []models.TableRestoreStatus{{
			TableRestoreRequestID: "r-1",
			Status:                models.TableRestoreStatusTypeInProgress,
			RequestTime:           time.Date(2026, 11, 23, 9, 0, 0, 123e6, time.UTC),
			Message:               "a < b & c",
		}},
		Marker:    "m",
		RequestID: "mine",
	}
	const want = `<DescribeTableRestoreStatusResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/">
  <DescribeTableRestoreStatusResult>
    <TableRestoreStatusDetails>
      <TableRestoreStatus>
        <TableRestoreRequestId>r-1</TableRestoreRequestId>
        <Status>IN_PROGRESS</Status>
        <Message>a &lt; b &amp; c</Message>
        <RequestTime>2026-11-23T09:00:00.123Z</RequestTime>
      </TableRestoreStatus>
    </TableRestoreStatusDetails>
    <Marker>m</Marker>
  </DescribeTableRestoreStatusResult>
`
	check := func(t *testing.T, fake *redshifttest.Fake, config redshift.Config) {
		t.Helper()
		if err := fake.Respond("DescribeTableRestoreStatus", supplied); err != nil {
			t.Fatal(err)
		}
		if err := fake.FailNext("DescribeTableRestoreStatus", "Throttling"); err != nil { // one attempt
			t.Fatal(err)
		}
		result, err := newClient(t, config).DescribeTableRestoreStatus(t.Context(),
			&redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "r-1"})
		if err != nil {
			t.Fatal(err)
		}
		if result.RequestID == "mine" || result.RequestID == "" || result.Marker != "m" ||
			!slices.Equal(result.TableRestoreStatusDetails, supplied.TableRestoreStatusDetails) {
			t.Errorf("the result is %+v", result)
		}
		requests := fake.Requests()
		if last := requests[len(requests)-1]; last.Operation != "DescribeTableRestoreStatus" || last.Status != http.StatusOK ||
			last.RequestID != result.RequestID {
			t.Errorf("the last request is %+v", last)
		}
	}
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		fake := newFake(t, redshifttest.Options{})
		check(t, fake, fake.Config())
		if got := do(t, fake, "DescribeTableRestoreStatus"); !strings.Contains(got.Body, strings.TrimSuffix(want, "\n")) {
			t.Errorf("got\n%s\nwant\n%s", got.Body, want)
		}
	})
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		server := redshifttest.NewServer(t)
		check(t, server.Fake, server.Config())
	})
	t.Run("synctest", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			fake := redshifttest.New(redshifttest.Options{})
			check(t, fake, fake.Config())
		})
	})
}

// TestRespondChecks checks that a request with an injected fault, a wrong parameter or no signature does not use a response.
func TestRespondChecks(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	one := &redshift.DeleteClusterSnapshotResult{Snapshot: models.Snapshot{SnapshotIdentifier: "gone", Status: models.SnapshotStatusDeleted}}
	if err := fake.RespondNext("DeleteClusterSnapshot", one, one); err != nil {
		t.Fatal(err)
	}
	one.Snapshot.SnapshotIdentifier = "changed later"
	if err := fake.InjectNext("DeleteClusterSnapshot", redshifttest.Fault{Code: "Throttling"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Throttling", "MissingParameter", "InvalidQueryParameter"} {
		parameters := map[string][]string{"Throttling": {"SnapshotIdentifier", "gone"},
			"InvalidQueryParameter": {"SnapshotIdentifier", "gone", "Force", "true"}}[want]
		if got := do(t, fake, "DeleteClusterSnapshot", parameters...); got.Code != want {
			t.Errorf("%s: returned %d %s", want, got.Status, got.Code)
		}
	}
	if got := send(t, fake.Transport(), unsignedRequest(t, "DeleteClusterSnapshot",
		"SnapshotIdentifier", "gone")); got.Code != "MissingAuthenticationToken" {
		t.Errorf("without a signature: got %s", got.Code)
	}
	if got := fake.PendingResponses(); got != 2 {
		t.Errorf("PendingResponses() = %d", got)
	}
	if err := fake.InjectNext("DeleteClusterSnapshot", redshifttest.Fault{Code: "InternalFailure", AfterWork: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{500, 200, 404} { // a response that the fault replaces, the next one, and the fake's own
		if got := do(t, fake, "DeleteClusterSnapshot",
			"SnapshotIdentifier", "gone"); got.Status != want || want == 200 && !strings.Contains(got.Body, ">gone<") {
			t.Errorf("want status %d, got %d\n%s", want, got.Status, got.Body)
		}
	}
	if got := fake.PendingResponses(); got != 0 {
		t.Errorf("PendingResponses() = %d", got)
	}
	if other := fake.InRegion("eu-west-1"); other.PendingResponses() != 0 {
		t.Error("another region has the responses too")
	}
}

// TestRespondWithAFunction uses a function that gets typed parameters, calls the fake, and returns a result or an error.
func TestRespondWithAFunction(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := newClient(t, fake.Config())
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	err := fake.Respond("DescribeClusterSnapshots",
		func(params *redshift.DescribeClusterSnapshotsParams) (*redshift.DescribeClusterSnapshotsResult, error) {
			if params.Marker == "refuse" {
				return nil, models.ErrClusterSnapshotNotFound
			}
			if params.Marker == "refuse with text" {
				return nil, &awsquery.Error{Code: "SomethingNew", StatusCode: 418, Message: "teapot"}
			}
			shown := models.Snapshot{SnapshotIdentifier: params.SnapshotIdentifier, SnapshotCreateTime: params.StartTime,
				NumberOfNodes: *params.MaxRecords}
			for i, key := range params.TagKeys {
				shown.Tags = append(shown.Tags, models.Tag{Key: key, Value: string(params.SortingEntities[i].Attribute)})
			}
			if params.ClusterExists != nil && *params.ClusterExists {
				fake.Advance(time.Second) // locks the fake
				shown.ClusterIdentifier = fake.Snapshots()[0].ClusterIdentifier
			}

			return &redshift.DescribeClusterSnapshotsResult{Snapshots: []models.Snapshot{shown}}, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "a")
	result, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{
		SnapshotIdentifier: "x & y",
		StartTime:          at,
		MaxRecords:         new(20),
		ClusterExists:      new(true),
		ClusterIdentifier:  "analytics",
		TagKeys:            []string{"k", "l"},
		SortingEntities:    []models.SnapshotSortingEntity{{Attribute: "CREATE_TIME"}, {Attribute: "SOURCE_TYPE", SortOrder: "DESC"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := result.Snapshots[0]
	if got.SnapshotIdentifier != "x & y" || !got.SnapshotCreateTime.Equal(at) || got.NumberOfNodes != 20 ||
		got.ClusterIdentifier != "analytics" ||
		!slices.Equal(got.Tags, []models.Tag{{Key: "k", Value: "CREATE_TIME"}, {Key: "l", Value: "SOURCE_TYPE"}}) {
		t.Errorf("the result is %+v", got)
	}
	if _, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{Marker: "refuse"}); !errors.Is(err,
		models.ErrClusterSnapshotNotFound) {
		t.Errorf("the error is %v", err)
	}
	_, err = client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{Marker: "refuse with text"})
	if refused, ok := errors.AsType[*awsquery.Error](err); !ok || refused.Code != "SomethingNew" || refused.StatusCode != 418 ||
		refused.Message != "teapot" {
		t.Errorf("the error is %v", err)
	}
}

// TestRespondWithAWrongFunction checks that an invalid return value of a function is an error of the call.
func TestRespondWithAWrongFunction(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	err := fake.RespondNext("DescribeTags",
		func(*redshift.DescribeTagsParams) *redshift.DescribeTagsResult { return nil },
		func(*redshift.DescribeTagsParams) (*redshift.DescribeTagsResult, error) { return nil, nil },
		func(*redshift.DescribeTagsParams) (*redshift.DescribeTagsResult, error) {
			return &redshift.DescribeTagsResult{}, errors.New("disk full")
		},
		func(*redshift.DescribeTagsParams) (*redshift.DescribeTagsResult, error) {
			return nil, &awsquery.Error{StatusCode: 503}
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"no result and no error", "no result and no error", "disk full", "without an error code"} {
		if got := do(t, fake, "DescribeTags"); got.Status != http.StatusBadRequest || got.Code != "InvalidAction" ||
			!strings.Contains(got.Message, want) {
			t.Errorf("got %d %s %q, want %q in the message", got.Status, got.Code, got.Message, want)
		}
	}
}

// TestRespondMistakes checks that invalid responses are errors, and set no response.
func TestRespondMistakes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	right := &redshift.DescribeTagsResult{}
	type DescribeTagsResult struct{ Marker string }
	tests := map[string]struct {
		operation string
		response  any
		want      string
	}{
		"nil":              {"DescribeTags", nil, "the response is nil: want a *redshift.DescribeTagsResult"},
		"nil pointer":      {"DescribeTags", (*redshift.DescribeTagsResult)(nil), "is a nil *"},
		"nil function":     {"DescribeTags", (func(*redshift.DescribeTagsParams) *redshift.DescribeTagsResult)(nil), "is a nil func"},
		"value":            {"DescribeTags", *right, "want a *redshift.DescribeTagsResult or a func"},
		"other result":     {"DescribeTags", &redshift.DescribeClustersResult{}, ", got *"},
		"other type":       {"DescribeTags", &DescribeTagsResult{}, ", got *redshifttest_test.DescribeTagsResult"},
		"text":             {"DescribeTags", "<DescribeTagsResponse/>", ", got string"},
		"untyped function": {"DescribeTags", func() {}, ", got func()"},
		"other params": {"DescribeTags", func(*redshift.DescribeClustersParams) *redshift.DescribeTagsResult { return right },
			", got func("},
		"params as a value": {"DescribeTags", func(redshift.DescribeTagsParams) *redshift.DescribeTagsResult { return right }, ", got func("},
		"variadic": {"DescribeTags", func(...*redshift.DescribeTagsParams) *redshift.DescribeTagsResult { return right },
			", got func("},
		"two results": {"DescribeTags", func(*redshift.DescribeTagsParams) (*redshift.DescribeTagsResult, string) { return right, "" },
			", got func("},
		"result in function": {"DescribeTags", func(*redshift.DescribeTagsParams) *redshift.DescribeClustersResult { return nil },
			", got func("},
		"unknown operation":  {"DescribeTag", right, "Redshift has no such operation"},
		"spelling":           {"describetags", right, "did you mean DescribeTags?"},
		"no name":            {"", right, "Redshift has no such operation"},
		"not in the library": {"DescribeReservedNodes", right, "does not have the operation: supply its response with InjectNext"},
	}
	for name, test := range tests {
		for _, err := range []error{fake.Respond(test.operation, test.response), fake.RespondNext(test.operation, right, test.response)} {
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `respond to "`+test.operation+`"`) {
				t.Errorf("%s: the error is %v, want %q", name, err, test.want)
			}
		}
	}
	if err := fake.RespondNext("DescribeTags"); err == nil || !strings.Contains(err.Error(), "no response") {
		t.Errorf("RespondNext() without responses = %v", err)
	}
	if got := fake.PendingResponses(); got != 0 {
		t.Errorf("PendingResponses() = %d", got)
	}
}

// TestRespondToManyCallers calls Respond and operations concurrently.
func TestRespondToManyCallers(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			result := &redshift.DescribeTagsResult{Marker: "m"}
			if err := errors.Join(fake.Respond("DescribeTags", result), fake.RespondNext("DescribeTags", result)); err != nil {
				t.Error(err)
			}
			result.Marker = "changed"
			if got := do(t, fake, "DescribeTags"); !strings.Contains(got.Body, "<Marker>m</Marker>") {
				t.Errorf("the call returned %s", got.Body)
			}
			result.Marker = "changed again"
		})
	}
	work.Wait()
}

// TestRespondWithoutMembers checks that a result without members has no element, as in Redshift.
func TestRespondWithoutMembers(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.Respond("DeleteTags", &redshift.DeleteTagsResult{}); err != nil {
		t.Fatal(err)
	}
	got := must(t, fake, "DeleteTags", "ResourceName", "arn:anything", "TagKeys.TagKey.1", "k")
	if strings.Contains(got.Body, "DeleteTagsResult") || !strings.Contains(got.Body, "<DeleteTagsResponse") {
		t.Errorf("the call returned %s", got.Body)
	}
}

package redshifttest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestFailNextOfMissingServices causes the errors that no request causes, because the fake has no S3, no SNS and no subnets.
func TestFailNextOfMissingServices(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "CreateClusterSubnetGroup", inSubnets("inner", "subnet-11111111")...)
	subscription := []string{"SubscriptionName", "alarms", "SnsTopicArn", "arn:aws:sns:us-east-1:123456789012:alarms"}
	logging := change("BucketName", "audit-logs")
	for _, test := range []struct {
		operation  string
		code       awsquery.ErrorCode
		status     int
		parameters []string
	}{
		{"EnableLogging", models.ErrBucketNotFoundFault, 400, logging},
		{"EnableLogging", models.ErrInsufficientS3BucketPolicyFault, 400, logging},
		{"DeleteClusterSubnetGroup", models.ErrInvalidClusterSubnetStateFault, 400, []string{"ClusterSubnetGroupName", "inner"}},
		{"CreateEventSubscription", models.ErrSubscriptionEventIdNotFound, 404, subscription},
		{"DeleteEventSubscription", models.ErrInvalidSubscriptionStateFault, 400, subscription[:2]},
	} {
		failNext(t, fake, test.operation, test.code)
		if got := do(t, fake, test.operation, test.parameters...); got.Code != string(test.code) || got.Status != test.status {
			t.Errorf("%s() = %d %s, want %d %s", test.operation, got.Status, got.Code, test.status, test.code)
		}
		must(t, fake, test.operation, test.parameters...)
	}
}

func TestFailNext(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	failNext(t, fake, "CreateClusterSnapshot", "Throttling", 2)
	failNext(t, fake, "", "InternalFailure")
	failNext(t, fake, "CreateClusterSnapshot", "ClusterNotFound")
	failNext(t, fake, "CreateClusterSnapshot", "LimitExceededFault")
	if got := fake.PendingFaults(); got != 5 {
		t.Errorf("PendingFaults() = %d", got)
	}
	for _, want := range []struct {
		operation string
		status    int
		code      string
		blame     string
	}{
		{"CreateClusterSnapshot", 400, "Throttling", "Sender"},
		{"CreateClusterSnapshot", 400, "Throttling", "Sender"},
		{"DescribeClusterSnapshots", 500, "InternalFailure", "Receiver"},
		{"DescribeClusterSnapshots", 200, "", ""},
		{"CreateClusterSnapshot", 404, "ClusterNotFound", "Sender"},
		{"CreateClusterSnapshot", 400, "LimitExceededFault", "Sender"},
		{"CreateClusterSnapshot", 200, "", ""},
		{"CreateClusterSnapshot", 400, "ClusterSnapshotAlreadyExists", "Sender"},
	} {
		var parameters []string
		if want.operation == "CreateClusterSnapshot" {
			parameters = []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "a"}
		}
		got := do(t, fake, want.operation, parameters...)
		if got.Status != want.status || got.Code != want.code || got.Type != want.blame {
			t.Errorf("%s = %d %s %s, want %v", want.operation, got.Status, got.Code, got.Type, want)
		}
	}
	if got := fake.PendingFaults(); got != 0 {
		t.Errorf("PendingFaults() = %d", got)
	}
	for code, status := range map[string]int{
		"ExpiredToken": 403, "SignatureDoesNotMatch": 403, "MalformedQueryString": 404, "ServiceUnavailable": 503,
		"ClusterSnapshotNotFound": 404, "RequestExpired": 400, "UnknownCode": 400,
	} {
		injectNext(t, fake, "DescribeClusterSnapshots", redshifttest.Fault{Code: awsquery.ErrorCode(code)})
		if got := do(t, fake, "DescribeClusterSnapshots"); got.Status != status || got.Code != code {
			t.Errorf("status of %s = %d", got.Code, got.Status)
		}
	}
}

// TestFaultMistakes checks that invalid faults are errors, and inject nothing.
func TestFaultMistakes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	inject := func(faults ...redshifttest.Fault) error { return fake.InjectNext("DescribeTags", faults...) }
	header := func(name string, values ...string) redshifttest.Fault {
		return redshifttest.Fault{Header: http.Header{name: values}}
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"unknown operation":           {fake.FailNext("CreateSnapshot", "Throttling"), "no such operation"},
		"operation in lower case":     {fake.FailNext("createtags", "Throttling"), "no such operation"},
		"unknown operation, injected": {fake.InjectNext("CreateSnapshot", redshifttest.Fault{Code: "Throttling"}), "no such operation"},
		"unknown operation, no fault": {fake.InjectNext("CreateSnapshot"), "no such operation"},
		"empty code":                  {fake.FailNext("CreateTags", ""), "code is empty"},
		"space in a code":             {fake.FailNext("CreateTags", "Throttling "), "error codes cannot have"},
		"line break in a code":        {inject(redshifttest.Fault{Code: "Throttling\n"}), "error codes cannot have"},
		"no calls":                    {fake.FailNext("CreateTags", "Throttling", 0), "1 or more, not 0"},
		"a negative number of calls":  {fake.FailNext("CreateTags", "Throttling", -3), "1 or more, not -3"},
		"two numbers of calls":        {fake.FailNext("CreateTags", "Throttling", 1, 2), "one number of calls"},
		"code and cut":                {inject(redshifttest.Fault{Code: "x", Cut: true}), "more than one"},
		"code and status":             {inject(redshifttest.Fault{Code: "x", Status: 500}), "more than one"},
		"status and cut":              {inject(redshifttest.Fault{Status: 500, Cut: true}), "more than one"},
		"nothing after the work":      {inject(redshifttest.Fault{AfterWork: true}), "AfterWork needs"},
		"truncated after the work":    {inject(redshifttest.Fault{AfterWork: true, Truncate: true}), "AfterWork needs"},
		"body without status":         {inject(redshifttest.Fault{Body: "x"}), "needs a Status"},
		"body with a code":            {inject(redshifttest.Fault{Body: "x", Code: "Throttling"}), "needs a Status"},
		"status 100":                  {inject(redshifttest.Fault{Status: 100}), "between 200 and 599"},
		"status 199":                  {inject(redshifttest.Fault{Status: 199}), "between 200 and 599"},
		"status 600":                  {inject(redshifttest.Fault{Status: 600}), "between 200 and 599"},
		"negative status":             {inject(redshifttest.Fault{Status: -200}), "between 200 and 599"},
		"no content, with a body":     {inject(redshifttest.Fault{Status: 204, Body: "x"}), "cannot have a Body"},
		"not modified, with a body":   {inject(redshifttest.Fault{Status: 304, Body: "x"}), "cannot have a Body"},
		"cut and truncated":           {inject(redshifttest.Fault{Cut: true, Truncate: true}), "Cut cannot be combined"},
		"cut with a header":           {inject(redshifttest.Fault{Cut: true, Header: http.Header{"Date": {"x"}}}), "Cut cannot be combined"},
		"nothing to truncate":         {inject(redshifttest.Fault{Status: 500, Truncate: true}), "too short for Truncate"},
		"one byte to truncate":        {inject(redshifttest.Fault{Status: 500, Body: "x", Truncate: true}), "too short for Truncate"},
		"negative delay":              {inject(redshifttest.Fault{Delay: -1}), "Delay is negative"},
		"length":                      {inject(header("content-length", "3")), "the server sets"},
		"chunks":                      {inject(header("Transfer-Encoding", "chunked")), "the server sets"},
		"empty name of a header":      {inject(header("", "x")), `invalid name ""`},
		"space in a name":             {inject(header("Retry After", "7")), `invalid name "Retry After"`},
		"line break in a header":      {inject(header("Retry-After", "7", "8\r\nSet-Cookie: a=b")), "line break or a NUL in Retry-After"},
		"header twice":                {inject(redshifttest.Fault{Header: http.Header{"date": {"x"}, "Date": {"y"}}}), "twice"},
		"one of several":              {inject(redshifttest.Fault{Code: "Throttling"}, redshifttest.Fault{Delay: -1}), "Delay is negative"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) || !strings.HasPrefix(test.err.Error(), "redshifttest: ") {
			t.Errorf("%s: the error is %v, want one with %q", name, test.err, test.want)
		}
	}
	if got := fake.PendingFaults(); got != 0 {
		t.Errorf("PendingFaults() = %d, want 0", got)
	}
	for name, err := range map[string]error{
		"no faults":      inject(),
		"an empty fault": inject(redshifttest.Fault{}),
		"many calls":     fake.FailNext("CreateTags", "Throttling", 1<<30),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := fake.PendingFaults(); got != 1+1<<30 {
		t.Errorf("PendingFaults() = %d", got)
	}
}

// TestUnimplementedOperations checks that the error names alternatives to an operation that the fake does not implement, and tries them.
func TestUnimplementedOperations(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	got := do(t, fake, "PurchaseReservedNodeOffering", "ReservedNodeOfferingId", "new")
	if got.Status != http.StatusBadRequest || got.Code != "InvalidAction" {
		t.Errorf("got %d %s", got.Status, got.Code)
	}
	for _, part := range []string{"does not implement the operation PurchaseReservedNodeOffering", "InjectNext", "FailNext", "AddCluster", "-cluster"} {
		if !strings.Contains(got.Message, part) {
			t.Errorf("the message does not contain %q: %q", part, got.Message)
		}
	}
	const response = `<DescribeReservedNodesResponse><DescribeReservedNodesResult/></DescribeReservedNodesResponse>`
	if err := fake.InjectNext("DescribeReservedNodes", redshifttest.Fault{Status: http.StatusOK, Body: response}); err != nil {
		t.Fatal(err)
	}
	if got := do(t, fake, "DescribeReservedNodes"); got.Status != http.StatusOK || got.Body != response {
		t.Errorf("with a supplied response: got %d\n%s", got.Status, got.Body)
	}
	if err := fake.FailNext("CreateCluster", "ClusterQuotaExceeded"); err != nil {
		t.Fatal(err)
	}
	if got := do(t, fake, "CreateCluster"); got.Code != "ClusterQuotaExceeded" {
		t.Errorf("with a supplied error: got %s", got.Code)
	}
	for _, name := range []string{"CreateClusters", "createCluster", "CREATECLUSTER", "CreateCluster "} {
		if got := do(t, fake, url.QueryEscape(name)); got.Code != "InvalidAction" ||
			got.Message != "Could not find operation "+name+" for version 2012-12-01." {
			t.Errorf("%s: got %s %q", name, got.Code, got.Message)
		}
	}
	request := unsignedRequest(t, "CreateCluster")
	request.URL.RawQuery = strings.Replace(request.URL.RawQuery, "2012-12-01", "2012-12-02", 1)
	sign(t, request, fake.Credentials(), fake.Now())
	if got := send(t, fake.Transport(), request); got.Message != "Could not find operation CreateCluster for version 2012-12-02." {
		t.Errorf("with another version: got %q", got.Message)
	}
}

// TestFaults injects every kind of Fault, in memory and over a connection.
func TestFaults(t *testing.T) {
	t.Parallel()
	type outcome struct {
		status int
		body   string // part of the body
		err    error  // of the call, or of reading the body
		worked bool
	}
	html := redshifttest.Fault{Status: 503, Body: "<html>busy</html>",
		Header: http.Header{"content-type": {"text/html"}, "Retry-After": {"7"}}}
	htmlAfter := html
	htmlAfter.AfterWork = true
	for name, test := range map[string]struct {
		fault redshifttest.Fault
		want  outcome
	}{
		"none":            {redshifttest.Fault{}, outcome{200, "<Status>creating<", nil, true}},
		"code":            {redshifttest.Fault{Code: "Throttling"}, outcome{400, "<Code>Throttling<", nil, false}},
		"code after work": {redshifttest.Fault{Code: "InternalFailure", AfterWork: true}, outcome{500, "<Code>InternalFailure<", nil, true}},
		"page":            {html, outcome{503, "<html>busy</html>", nil, false}},
		"page after work": {htmlAfter, outcome{503, "<html>busy</html>", nil, true}},
		"empty page":      {redshifttest.Fault{Status: 502}, outcome{502, "", nil, false}},
		"no content":      {redshifttest.Fault{Status: 204}, outcome{204, "", nil, false}},
		"cut":             {redshifttest.Fault{Cut: true}, outcome{err: io.ErrUnexpectedEOF}},
		"cut after work":  {redshifttest.Fault{Cut: true, AfterWork: true}, outcome{err: io.ErrUnexpectedEOF, worked: true}},
		"truncated":       {redshifttest.Fault{Truncate: true}, outcome{200, "<CreateClusterSnapshotResponse", io.ErrUnexpectedEOF, true}},
		"truncated page": {redshifttest.Fault{Status: 500, Body: "half of it", Truncate: true},
			outcome{500, "half ", io.ErrUnexpectedEOF, false}},
		"delay": {redshifttest.Fault{Delay: time.Millisecond}, outcome{200, "<Status>creating<", nil, true}},
		"header": {redshifttest.Fault{Header: http.Header{"Date": {"Mon, 23 Nov 2026 08:00:00 GMT"}}},
			outcome{200, "<Status>creating<", nil, true}},
	} {
		check := func(t *testing.T, fake *redshifttest.Fake, transport http.RoundTripper, endpoint string) {
			t.Helper()
			injectNext(t, fake, "CreateClusterSnapshot", test.fault)
			request := unsignedRequest(t, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "a")
			request.URL.Host = strings.TrimPrefix(endpoint, "http://")
			request.Host = ""
			sign(t, request, fake.Credentials(), fake.Now())
			response, err := transport.RoundTrip(request)
			var body []byte
			if err == nil {
				if response.StatusCode != test.want.status {
					t.Errorf("status = %d, want %d", response.StatusCode, test.want.status)
				}
				for name := range test.fault.Header {
					if got := response.Header.Get(name); got != test.fault.Header[name][0] {
						t.Errorf("header %s = %q, want %q", name, got, test.fault.Header[name][0])
					}
				}
				body, err = io.ReadAll(response.Body)
				if closed := response.Body.Close(); closed != nil {
					t.Error(closed)
				}
			}
			if !errors.Is(err, test.want.err) && !(errors.Is(err, io.EOF) && test.want.err != nil) {
				t.Errorf("the error is %v, want %v", err, test.want.err)
			}
			if !strings.Contains(string(body), test.want.body) || test.want.body == "" && len(body) > 0 {
				t.Errorf("the body is\n%s\nwant %q in it", body, test.want.body)
			}
			if worked := len(fake.Snapshots()) == 1; worked != test.want.worked {
				t.Errorf("the fake executed the request = %t, want %t", worked, test.want.worked)
			}
			seen := fake.Requests()
			if len(seen) != 1 || seen[0].Status != test.want.status || seen[0].Operation != "CreateClusterSnapshot" {
				t.Errorf("Requests() = %v", seen)
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			check(t, fake, fake.Transport(), "http://localhost")
		})
		t.Run(name+" over a connection", func(t *testing.T) {
			t.Parallel()
			server := redshifttest.NewServer(t, redshifttest.Options{Start: start, ClockSpeed: -1})
			if err := server.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
				t.Fatal(err)
			}
			transport := &http.Transport{DisableKeepAlives: true}
			defer transport.CloseIdleConnections()
			check(t, server.Fake, transport, server.URL)
		})
	}
}

// TestDelay measures delays with the clock of synctest.
func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{ClockSpeed: 60})
		began, shown := time.Now(), fake.Now()
		injectNext(t, fake, "DescribeClusterSnapshots", redshifttest.Fault{Delay: 30 * time.Second}, redshifttest.Fault{Delay: time.Hour})
		must(t, fake, "DescribeClusterSnapshots")
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("the delay took %v", took)
		}
		if passed := fake.Now().Sub(shown); passed != 30*time.Minute {
			t.Errorf("%v passed on the fake's clock", passed)
		}
		fake.Advance(time.Hour)
		fake.Advance(-time.Hour)
		if passed := fake.Now().Sub(shown); passed != 90*time.Minute {
			t.Errorf("after another hour, %v passed on the fake's clock", passed)
		}

		// A request whose context ends does not wait for the end of the delay, and returns the error of the context.
		request := unsignedRequest(t, "DescribeClusterSnapshots")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		request = request.WithContext(ctx)
		began = time.Now()
		if _, err := fake.Transport().RoundTrip(request); !errors.Is(err, ctx.Err()) || err == nil || time.Since(began) != time.Minute {
			t.Errorf("after %v: RoundTrip() = %v", time.Since(began), err)
		}
		if _, err := fake.Transport().RoundTrip(request.WithContext(canceledContext())); err == nil {
			t.Error("RoundTrip() ignores a context that is done")
		}
		if seen := fake.Requests(); len(seen) != 2 || seen[1].Status != 0 {
			t.Errorf("Requests() = %v", seen)
		}
	})
}

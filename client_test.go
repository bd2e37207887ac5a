package redshift_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// The example keys of Amazon's documentation. They give access to nothing.
var exampleCredentials = sigv4.Credentials{
	AccessKeyID:     "AKIDEXAMPLE",
	SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
	SessionToken:    "example-session-token",
}

func newClient(t *testing.T, change func(*redshift.Config)) *redshift.Client {
	t.Helper()
	config := redshift.Config{
		Region:      "eu-west-1",
		Credentials: sigv4.StaticCredentials(exampleCredentials),
		Endpoint:    "https://redshift.example.com",
		Retry:       redshift.RetryPolicy{MaxAttempts: 1}, // tests that need retries change it
	}
	change(&config)
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}

	return client
}

const created = `<CreateClusterSnapshotResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/">
  <CreateClusterSnapshotResult><Snapshot><Status>creating</Status></Snapshot></CreateClusterSnapshotResult>
  <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>
</CreateClusterSnapshotResponse>`

func create() *redshift.CreateClusterSnapshotParams {
	return &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"}
}

// A server reads a Create on a connection that it has used before, and closes the connection without a response. It must get one
// request. net/http would send a plain GET again in that case.
func TestAChangeIsSentOnce(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var (
		mutex sync.Mutex
		heads []string
	)
	serve := func(connection net.Conn) {
		defer connection.Close()
		reader := bufio.NewReader(connection)
		for n := 0; ; n++ {
			var head strings.Builder
			for {
				line, err := reader.ReadString('\n')
				if err != nil {
					return
				}
				if line == "\r\n" {
					break
				}
				head.WriteString(line)
			}
			mutex.Lock()
			heads = append(heads, head.String())
			mutex.Unlock()
			if n > 0 {
				return // the work may be done, but the response is lost
			}
			fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(created), created)
		}
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serve(connection) })
		}
	})
	client := newClient(t, func(config *redshift.Config) { config.Endpoint = "http://" + listener.Addr().String() })

	if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
		t.Fatalf("first call: %v", err)
	}
	_, err = client.CreateClusterSnapshot(t.Context(), create())
	if err == nil {
		t.Error("the second call succeeded, although it got no response")
	}
	client.CloseIdleConnections()
	listener.Close()
	serving.Wait()

	looked := false
	heads = slices.DeleteFunc(heads, func(head string) bool {
		isLookUp := strings.HasPrefix(head, "GET /?Action=DescribeClusterSnapshots&SnapshotIdentifier=")
		looked = looked || isLookUp

		return isLookUp
	})
	if len(heads) != 2 || !looked {
		t.Errorf("the server got %d mutating requests, want 2:\n%s", len(heads), strings.Join(heads, "\n"))
	}
	for _, head := range heads {
		if !strings.HasPrefix(head, "GET /?Action=CreateClusterSnapshot&") {
			t.Errorf("request line = %s, want the GET of the contract", head)
		}
		for _, header := range []string{"Content-Length:", "Transfer-Encoding:"} {
			if strings.Contains(head, header) {
				t.Errorf("a GET without a body has the header %s", header)
			}
		}
	}
	if text := fmt.Sprint(err); !strings.HasPrefix(text, "CreateClusterSnapshot: ") || strings.Contains(text, "analytics") || strings.Contains(text, "Action=") {
		t.Errorf("the error must name the operation and show no parameters: %s", text)
	}
}

func TestFiftyTagsArePosted(t *testing.T) {
	t.Parallel()
	var tags []models.Tag
	for i := range 50 {
		tags = append(tags, models.Tag{
			Key:   fmt.Sprintf("%02d", i) + strings.Repeat("ключ", 31) + "ку",
			Value: strings.Repeat("значение", 32),
		})
	}
	form := make(chan url.Values, 1)
	client := newClient(t, func(config *redshift.Config) {
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(request.Body)
			if err != nil {
				return nil, err
			}
			if request.Method != http.MethodPost || request.URL.RawQuery != "" || request.ContentLength != int64(len(body)) {
				t.Errorf("got %s %s with the length %d, want a POST with an empty query and %d",
					request.Method, request.URL, request.ContentLength, len(body))
			}
			if got, want := request.Header.Get("Content-Type"), "application/x-www-form-urlencoded; charset=utf-8"; got != want {
				t.Errorf("Content-Type = %q, want %q", got, want)
			}
			values, err := url.ParseQuery(string(body))
			form <- values

			return httpmock.NewStringResponse(http.StatusOK, created), err
		})}
	})
	params := create()
	params.Tags = tags
	if _, err := client.CreateClusterSnapshot(t.Context(), params); err != nil {
		t.Fatal(err)
	}
	got := <-form
	if len(got) != 4+2*len(tags) || got.Get("Action") != "CreateClusterSnapshot" || got.Get("Version") != "2012-12-01" {
		t.Errorf("got a form with %d parameters, Action %q and Version %q", len(got), got.Get("Action"), got.Get("Version"))
	}
	for i, tag := range tags {
		name := fmt.Sprintf("Tags.Tag.%d.", i+1)
		if got.Get(name+"Key") != tag.Key || got.Get(name+"Value") != tag.Value {
			t.Errorf("%s = %q, %q", name, got.Get(name+"Key"), got.Get(name+"Value"))
		}
	}
}

func TestLongestURLHas2048Bytes(t *testing.T) {
	t.Parallel()
	var last *http.Request
	client := newClient(t, func(config *redshift.Config) {
		config.DisableParamValidation = true
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			last = request

			return httpmock.NewStringResponse(http.StatusOK, created), nil
		})}
	})
	methods := map[string]int{}
	for length := 1900; length < 2100; length++ {
		params := create()
		params.SnapshotIdentifier = strings.Repeat("x", length)
		if _, err := client.CreateClusterSnapshot(t.Context(), params); err != nil {
			t.Fatal(err)
		}
		methods[last.Method]++
		if size := len(last.URL.String()); size > 2048 {
			t.Fatalf("got a %s with a URL of %d bytes", last.Method, size)
		}
		if last.Method == http.MethodPost && methods[http.MethodPost] == 1 {
			if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: strings.Repeat("x", length-1),
			}); err != nil {
				t.Fatal(err)
			}
			if size := len(last.URL.String()); last.Method != http.MethodGet || size != 2048 {
				t.Errorf("one byte less: got a %s with a URL of %d bytes, want a GET with 2048", last.Method, size)
			}
			last = &http.Request{Method: http.MethodPost, URL: last.URL}
		}
	}
	if methods[http.MethodGet] == 0 || methods[http.MethodPost] == 0 {
		t.Errorf("methods = %v, want GET and POST", methods)
	}
}

func TestErrorsAreTypedThroughAnyWrapping(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	response := httpmock.NewStringResponse(http.StatusNotFound, `<ErrorResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/">
  <Error><Type>Sender</Type><Code>ClusterNotFound</Code><Message>Cluster not found.</Message></Error>
  <RequestId>request-2</RequestId></ErrorResponse>`)
	mock.RegisterNoResponder(httpmock.ResponderFromResponse(response))
	client := newClient(t, func(config *redshift.Config) { config.HTTPClient = &http.Client{Transport: mock} })

	_, err := client.CreateClusterSnapshot(t.Context(), create())
	err = fmt.Errorf("the nightly job: %w", errors.Join(errors.New("also"), fmt.Errorf("wrapped: %w", err)))
	if !errors.Is(err, models.ErrClusterNotFound) || errors.Is(err, models.ErrClusterSnapshotNotFound) {
		t.Errorf("errors.Is does not match the code of %v", err)
	}
	var failure *awsquery.Error
	if !errors.As(err, &failure) {
		t.Fatalf("err = %v, want an awsquery.Error in it", err)
	}
	switch failure.Code {
	case models.ErrClusterNotFound:
	default:
		t.Errorf("Code = %q", failure.Code)
	}
	if failure.Operation != "CreateClusterSnapshot" || failure.StatusCode != 404 || failure.RequestID != "request-2" || failure.Type != "Sender" || failure.Message != "Cluster not found." {
		t.Errorf("err = %+v", failure)
	}
}

// An error about a body that is not XML keeps the status, the request ID and the beginning of the body.
func TestResponsesOtherThanXMLAreErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status      int
		contentType string
		body        string
	}{
		"HTML from a proxy":                   {502, "text/html", "<html><body>Bad gateway<br></body></html>"},
		"HTML with status 200":                {200, "text/html", "<html><body>Please log in<br></body></html>"},
		"JSON":                                {500, "application/json", `{"message": "no"}`},
		"empty":                               {503, "", ""},
		"empty with status 200":               {200, "", ""},
		"an invalid Content-Type":             {500, "text/html; charset", "no"},
		"an invalid Content-Type, status 200": {200, ";;;", "no"},
		"long":                                {500, "text/plain", strings.Repeat("long ", 1000)},
		"another document":                    {200, "text/xml", "<ListQueuesResponse/>"},
		"truncated":                           {200, "text/xml", created[:100]},
		"a redirect":                          {302, "text/html", "elsewhere"},
		"a redirect that looks like a result": {302, "text/xml", "<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult/></DescribeClusterSnapshotsResponse>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := httpmock.NewMockTransport()
			response := httpmock.NewStringResponse(test.status, test.body)
			response.Header.Set("X-Amzn-Requestid", "request-3")
			response.Header.Set("Location", "https://redshift.example.com/elsewhere")
			if test.contentType != "" {
				response.Header.Set("Content-Type", test.contentType)
			}
			mock.RegisterNoResponder(httpmock.ResponderFromResponse(response))
			client := newClient(t, func(config *redshift.Config) { config.HTTPClient = &http.Client{Transport: mock} })
			_, err := client.DescribeClusterSnapshots(t.Context(), nil)
			var failure *awsquery.Error
			if !errors.As(err, &failure) {
				t.Fatalf("err = %v, want an awsquery.Error", err)
			}
			want := test.body[:min(len(test.body), 512)]
			if failure.StatusCode != test.status || failure.RequestID != "request-3" || string(failure.Body) != want {
				t.Errorf("the error has status %d, request ID %q and body %q", failure.StatusCode, failure.RequestID, failure.Body)
			}
			if calls := mock.GetTotalCallCount(); calls != 1 {
				t.Errorf("got %d requests, want 1", calls)
			}
		})
	}
}

func TestBadParametersSendNoRequest(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		sent.Add(1)

		return httpmock.NewStringResponse(http.StatusOK, created), nil
	})
	client := newClient(t, func(config *redshift.Config) { config.HTTPClient = &http.Client{Transport: transport} })
	long := strings.Repeat("secret", 50)
	_, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
		SnapshotIdentifier:            long,
		ManualSnapshotRetentionPeriod: new(4000),
		Tags:                          []models.Tag{{Key: "env", Value: "prod"}, {Value: long}},
	})
	var invalid *awsquery.ValidationError
	if !errors.As(err, &invalid) {
		t.Fatalf("err = %v, want an awsquery.ValidationError", err)
	}
	for _, word := range []string{"CreateClusterSnapshot", "ClusterIdentifier", "SnapshotIdentifier", "255", "ManualSnapshotRetentionPeriod", "3653", "Tags.Tag.2.Key", "Tags.Tag.2.Value", "256"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error lacks %q: %v", word, err)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v %#v", err, err), "secret") {
		t.Errorf("the error shows the value of a parameter: %+v", err)
	}
	if _, err := client.CreateClusterSnapshot(t.Context(), nil); !errors.As(err, &invalid) {
		t.Errorf("without parameters: err = %v, want an awsquery.ValidationError", err)
	}
	if sent.Load() != 0 {
		t.Errorf("got %d requests, want 0", sent.Load())
	}

	lenient := newClient(t, func(config *redshift.Config) {
		config.HTTPClient = &http.Client{Transport: transport}
		config.DisableParamValidation = true
	})
	if _, err := lenient.CreateClusterSnapshot(t.Context(), nil); err != nil || sent.Load() != 1 {
		t.Errorf("with DisableParamValidation: err = %v after %d requests, want no error", err, sent.Load())
	}
}

// Identifiers of automated snapshots have colons. Identifiers of new snapshots must not.
func TestAutomatedIdentifiersAreAccepted(t *testing.T) {
	t.Parallel()
	for _, params := range []interface{ Validate() error }{
		&redshift.CopyClusterSnapshotParams{SourceSnapshotIdentifier: "rs:analytics-2026-11-23-04-00-00", TargetSnapshotIdentifier: "kept"},
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "cm:analytics-2026-11-23"},
	} {
		if err := params.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestZeroAndNilClientsReturnErrors(t *testing.T) {
	t.Parallel()
	var none *redshift.Client
	for name, client := range map[string]*redshift.Client{"zero": {}, "nil": none} {
		if _, err := client.CreateClusterSnapshot(t.Context(), create()); err == nil {
			t.Errorf("%s: CreateClusterSnapshot returned no error", name)
		}
		if _, err := client.WaitSnapshotAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "x"}, redshift.WaitOptions{}); err == nil {
			t.Errorf("%s: the wait returned no error", name)
		}
		count := 0
		for _, err := range client.DescribeClusterSnapshotsAll(t.Context(), nil) {
			if err == nil {
				t.Errorf("%s: the iterator yielded no error", name)
			}
			count++
		}
		if count != 1 {
			t.Errorf("%s: the iterator yielded %d errors, want 1", name, count)
		}
		client.CloseIdleConnections()
		if client.Region() != "" || client.Endpoint() != "" {
			t.Errorf("%s: Region() = %q, Endpoint() = %q, want both empty", name, client.Region(), client.Endpoint())
		}
		_ = fmt.Sprintf("%v %+v %#v", client, client, client)
	}
}

func TestCanceledContextSendsNothing(t *testing.T) {
	t.Parallel()
	sent := false
	client := newClient(t, func(config *redshift.Config) {
		config.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			sent = true

			return nil, errors.New("unexpected request")
		})}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.CreateClusterSnapshot(ctx, create())
	var unsent *awsquery.SendError
	if !errors.Is(err, context.Canceled) || sent || !errors.As(err, &unsent) || !unsent.NothingSent {
		t.Errorf("err = %v, sent = %t, want context.Canceled and a SendError", err, sent)
	}
	if errors.As(err, new(*redshift.OutcomeUnknownError)) || strings.Contains(err.Error(), "may have been carried out") {
		t.Errorf("err = %v, want one that does not report an unknown outcome", err)
	}
}

func TestCancelClosesTheConnection(t *testing.T) {
	t.Parallel()
	arrived, closed := make(chan struct{}), make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		close(arrived)
		<-request.Context().Done()
		close(closed)
	})}
	go server.Serve(listener)
	defer server.Close()
	client := newClient(t, func(config *redshift.Config) { config.Endpoint = "http://" + listener.Addr().String() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := client.CreateClusterSnapshot(ctx, create()); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the server's connection is still open")
	}
}

// Nothing that a caller logs of an error, a config or a client shows a secret or the value of a parameter.
func TestErrorsShowNoSecretsAndNoParameters(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]roundTripper{
		"no connection": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
		"an error of Redshift": func(*http.Request) (*http.Response, error) {
			return httpmock.NewStringResponse(400, `<ErrorResponse><Error><Code>InvalidTagFault</Code><Message>no</Message></Error></ErrorResponse>`), nil
		},
		"a proxy that echoes the URL": func(request *http.Request) (*http.Response, error) {
			response := httpmock.NewStringResponse(502, "<html>cannot reach "+request.URL.String()+"</html>")
			response.Header.Set("Set-Cookie", "session="+exampleCredentials.SecretAccessKey)
			response.Header.Set("Location", request.URL.String())

			return response, nil
		},
	} {
		client := newClient(t, func(config *redshift.Config) { config.HTTPClient = &http.Client{Transport: transport} })
		_, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier: "parameter-one", SnapshotIdentifier: "parameter-two", Tags: []models.Tag{{Key: "parameter-three", Value: "parameter-four"}},
		})
		if err == nil {
			t.Fatalf("%s: err = nil", name)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", err)
		slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err)
		fmt.Fprintf(&log, "%v %+v %#v %s %q", err, err, err, err, err)
		encoded, _ := json.Marshal(err)
		log.Write(encoded)
		for _, word := range []string{"parameter-", exampleCredentials.SecretAccessKey, exampleCredentials.SessionToken, "Signature="} {
			if strings.Contains(log.String(), word) {
				t.Errorf("%s: the log shows %q: %s", name, word, log.String())
			}
		}
	}
}

// A stub that embeds the interface is enough for a unit test.
type createStub struct{ redshift.ClientService }

func (createStub) CreateClusterSnapshot(context.Context, *redshift.CreateClusterSnapshotParams, ...redshift.Option) (*redshift.CreateClusterSnapshotResult, error) {
	return nil, models.ErrClusterNotFound
}

func TestStubsEmbedClientService(t *testing.T) {
	t.Parallel()
	var service redshift.ClientService = createStub{}
	if _, err := service.CreateClusterSnapshot(t.Context(), create()); !errors.Is(err, models.ErrClusterNotFound) {
		t.Errorf("err = %v, want ErrClusterNotFound", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// Immediately after a Create, Redshift may not know the snapshot yet. The client remembers the snapshots that it created.
func TestWaitToleratesANewSnapshotThatIsNotVisible(t *testing.T) {
	t.Parallel()
	const (
		notFound  = `<ErrorResponse><Error><Code>ClusterSnapshotNotFound</Code></Error></ErrorResponse>`
		available = `<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult><Snapshots><Snapshot><Status>available</Status></Snapshot></Snapshots></DescribeClusterSnapshotsResult></DescribeClusterSnapshotsResponse>`
	)
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	described := 0
	client := newClient(t, func(config *redshift.Config) {
		config.Now = func() time.Time { return now }
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			if request.URL.Query().Get("Action") == "CreateClusterSnapshot" {
				return httpmock.NewStringResponse(200, strings.Replace(created, "<Status>", "<SnapshotIdentifier>NIGHTLY</SnapshotIdentifier><Status>", 1)), nil
			}
			if request.URL.Query().Get("Action") == "CopyClusterSnapshot" {
				return httpmock.NewStringResponse(200, `<CopyClusterSnapshotResponse><CopyClusterSnapshotResult><Snapshot><SnapshotIdentifier>kept</SnapshotIdentifier></Snapshot></CopyClusterSnapshotResult></CopyClusterSnapshotResponse>`), nil
			}
			described++
			if described%3 != 0 {
				return httpmock.NewStringResponse(404, notFound), nil
			}

			return httpmock.NewStringResponse(200, available), nil
		})}
	})
	wait := func(identifier string) error {
		described = 0
		_, err := client.WaitSnapshotAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier},
			redshift.WaitOptions{MinDelay: time.Millisecond})

		return err
	}
	if err := wait("nightly"); !errors.Is(err, models.ErrClusterSnapshotNotFound) || described != 1 {
		t.Errorf("before the Create: err = %v after %d polls, want 1 poll", err, described)
	}
	if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
		t.Fatal(err)
	}
	if err := wait("Nightly"); err != nil || described != 3 {
		t.Errorf("after the Create: err = %v after %d polls, want success after 3", err, described)
	}
	if _, err := client.CopyClusterSnapshot(t.Context(), &redshift.CopyClusterSnapshotParams{SourceSnapshotIdentifier: "rs:a", TargetSnapshotIdentifier: "kept"}); err != nil {
		t.Fatal(err)
	}
	if err := wait("kept"); err != nil || described != 3 {
		t.Errorf("after the Copy: err = %v after %d polls, want success after 3", err, described)
	}
	if err := wait("another"); !errors.Is(err, models.ErrClusterSnapshotNotFound) || described != 1 {
		t.Errorf("another snapshot: err = %v after %d polls, want 1 poll", err, described)
	}
	now = now.Add(2 * time.Minute)
	if err := wait("nightly"); !errors.Is(err, models.ErrClusterSnapshotNotFound) || described != 1 {
		t.Errorf("two minutes later: err = %v after %d polls, want 1 poll", err, described)
	}
}

// An iterator ends with an error if the service returns no result or the same marker again.
func TestIteratorEndsAfterABadPage(t *testing.T) {
	t.Parallel()
	params := &redshift.DescribeClusterSnapshotsParams{Marker: "a", MaxRecords: new(20)}
	for name, test := range map[string]struct {
		responses []pollResponse
		want      int // snapshots before the error
		text      string
	}{
		"no result":              {[]pollResponse{withStatus("available"), {nothing: true}}, 1, "neither a result nor an error"},
		"an error":               {[]pollResponse{withStatus("available"), failing("AccessDenied")}, 1, "AccessDenied"},
		"the same marker again":  {[]pollResponse{withStatus("available"), withStatus("available"), withStatus("available")}, 3, "again"},
		"the first marker again": {[]pollResponse{withStatus("available")}, 1, "again"},
	} {
		for i := range test.responses {
			if test.responses[i].err == nil {
				test.responses[i].marker = string(rune('b' + i))
			}
		}
		test.responses[len(test.responses)-1].marker = "a"
		got, last := 0, error(nil)
		for _, err := range redshift.NewFromService(&pollResponses{list: test.responses}).DescribeClusterSnapshotsAll(t.Context(), params) {
			if err != nil {
				last = err
			} else {
				got++
			}
		}
		if got != test.want || last == nil || !strings.Contains(last.Error(), test.text) && !strings.Contains(last.Error(), "before") {
			t.Errorf("%s: got %d snapshots and error %v", name, got, last)
		}
		if params.Marker != "a" {
			t.Errorf("%s: the iterator changed params.Marker to %q", name, params.Marker)
		}
	}
	for _, err := range redshift.NewFromService(nil).DescribeClusterSnapshotsAll(t.Context(), nil) {
		if err == nil {
			t.Error("without a client: err = nil")
		}
	}
}

// The restore of another account's snapshot without OwnerAccount fails with a misleading error. The hint gives the reason.
func TestNotFoundOfARestoreHasAHint(t *testing.T) {
	t.Parallel()
	client, _ := fakeClient(t, redshifttest.Options{})
	params := &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "theirs"}
	_, err := client.RestoreFromClusterSnapshot(t.Context(), params)
	if !errors.Is(err, models.ErrClusterSnapshotNotFound) || !strings.Contains(err.Error(), "OwnerAccount") {
		t.Errorf("without an owner: err = %v, want a hint", err)
	}
	encoded, marshalErr := json.Marshal(err)
	if marshalErr != nil || !strings.Contains(string(encoded), `"hint":"if the snapshot`) {
		t.Errorf("Marshal() = %v, %s", marshalErr, encoded)
	}
	params.OwnerAccount = "210987654321"
	if _, err := client.RestoreFromClusterSnapshot(t.Context(), params); !errors.Is(err, models.ErrClusterSnapshotNotFound) || strings.Contains(err.Error(), "OwnerAccount") {
		t.Errorf("with an owner: err = %v, want no hint", err)
	}
}

package redshift

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// served is a client of a server, and the requests that came there.
func served(t *testing.T, config Config, handler http.HandlerFunc) (*Client, *[]*http.Request) {
	t.Helper()
	var requests []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		requests = append(requests, request.Clone(context.Background()))
		handler(writer, request)
	}))
	t.Cleanup(server.Close)
	config.Region, config.Endpoint, config.HTTPClient = "eu-west-1", server.URL, server.Client()
	config.Credentials = sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "a-secret", SessionToken: "a-token"})
	if config.Retry.BaseDelay == 0 {
		config.Retry.BaseDelay = time.Millisecond
	}
	client, err := newClient(config, environment())
	if err != nil {
		t.Fatal(err)
	}

	return client, &requests
}

const noSnapshots = `<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult><Snapshots/></DescribeClusterSnapshotsResult>` +
	`<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DescribeClusterSnapshotsResponse>`

func answerWith(text string) http.HandlerFunc {
	return func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("X-Amzn-Requestid", "r-1")
		_, _ = io.WriteString(writer, text)
	}
}

func TestOptionsOfACall(t *testing.T) {
	t.Parallel()
	client, requests := served(t, Config{}, answerWith(noSnapshots))
	var response *http.Response
	_, err := client.DescribeClusterSnapshots(t.Context(), &DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly", MaxRecords: new(20)},
		WithQueryParam("NewParam", "a value"), WithQueryParam("MaxRecords", "50"), WithQueryParam("List.Item.1", "x"), WithHeader("X-Trace", "abc"),
		WithHeader("User-Agent", "mine"), WithResponse(&response))
	if err != nil {
		t.Fatal(err)
	}
	request := (*requests)[0]
	query := request.URL.Query()
	for name, want := range map[string]string{
		"NewParam": "a value", "MaxRecords": "50", "List.Item.1": "x", "SnapshotIdentifier": "nightly", "Action": "DescribeClusterSnapshots",
	} {
		if got := query[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if request.Header.Get("X-Trace") != "abc" || !strings.Contains(request.Header.Get("Authorization"), "x-trace") {
		t.Errorf("the header is not sent or not signed: %v", request.Header)
	}
	if got := request.Header.Values("User-Agent"); len(got) != 1 || got[0] != "mine" {
		t.Errorf("User-Agent is %q", got)
	}
	if response == nil || response.StatusCode != http.StatusOK || response.Header.Get("X-Amzn-Requestid") != "r-1" || response.Request != nil {
		t.Fatalf("the response is %+v", response)
	}
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != noSnapshots {
		t.Errorf("its body is %q, %v", body, err)
	}
}

func TestResponseOfARefusal(t *testing.T) {
	t.Parallel()
	client, _ := served(t, Config{}, func(writer http.ResponseWriter, _ *http.Request) {
		writer.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(writer, `<ErrorResponse><Error><Code>ClusterNotFound</Code><Message>no</Message></Error></ErrorResponse>`)
	})
	var response *http.Response
	_, err := client.CreateClusterSnapshot(t.Context(), &CreateClusterSnapshotParams{ClusterIdentifier: "a", SnapshotIdentifier: "b"}, WithResponse(&response))
	if !errors.Is(err, models.ErrClusterNotFound) || response == nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("%v, %+v", err, response)
	}
}

// What an option gets wrong is said, and nothing is sent.
func TestOptionsThatAreWrong(t *testing.T) {
	t.Parallel()
	client, requests := served(t, Config{}, answerWith(noSnapshots))
	for name, test := range map[string]struct {
		option Option
		want   string
	}{
		"no name":        {WithQueryParam("", "x"), "WithQueryParam"},
		"another action": {WithQueryParam("Action", "DeleteClusterSnapshot"), "call the method of that operation"},
		"authorization":  {WithHeader("authorization", "x"), "Authorization is set by the signature"},
		"the host":       {WithHeader("Host", "example.com"), "Host"},
		"no header":      {WithHeader("", "x"), "the name is empty"},
		"a line break":   {WithHeader("X-A", "x\r\nX-B: y"), "X-A"},
		"no attempts":    {WithMaxAttempts(0), "WithMaxAttempts"},
	} {
		_, err := client.DescribeClusterSnapshots(t.Context(), nil, test.option)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "DescribeClusterSnapshots") && name != "a line break" {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	if len(*requests) > 0 {
		t.Errorf("%d requests were sent", len(*requests))
	}
}

func TestMaxAttemptsOfACall(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	client, _ := served(t, Config{}, func(writer http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		writer.WriteHeader(http.StatusServiceUnavailable)
	})
	for _, attempts := range []int{1, 2, 5} {
		count.Store(0)
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil, WithMaxAttempts(attempts)); err == nil || count.Load() != int64(attempts) {
			t.Errorf("%d attempts, want %d: %v", count.Load(), attempts, err)
		}
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	client, requests := served(t, Config{AppID: "backup-job"}, answerWith(noSnapshots))
	if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := (*requests)[0].Header.Get("User-Agent")
	if !strings.HasPrefix(got, "redshift-go/") || !strings.Contains(got, " lang/go#1.") || !strings.HasSuffix(got, " app/backup-job") {
		t.Errorf("User-Agent is %q", got)
	}

	settings, err := resolve(Config{Region: "eu-west-1"}, environment("AWS_SDK_UA_APP_ID=from-environment"))
	if err != nil || !strings.HasSuffix(settings.userAgent, " app/from-environment") {
		t.Errorf("%q, %v", settings.userAgent, err)
	}
	for _, wrong := range []string{strings.Repeat("x", 51), "two words", "a/b", "é"} {
		if _, err := resolve(Config{Region: "eu-west-1", AppID: wrong}, environment()); err == nil || !strings.Contains(err.Error(), "Config.AppID") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestVersionIsTheBuilds(t *testing.T) {
	t.Parallel()
	module := func(version string, replace *debug.Module) *debug.Module {
		return &debug.Module{Path: modulePath, Version: version, Replace: replace}
	}
	for want, info := range map[string]*debug.BuildInfo{
		"unknown":      nil,
		"devel":        {Main: *module("(devel)", nil)},
		"1.2.3":        {Main: debug.Module{Path: "example.com/program"}, Deps: []*debug.Module{{Path: "example.com/other", Version: "v9"}, module("v1.2.3", nil)}},
		"1.2.4-fork":   {Deps: []*debug.Module{module("v1.2.3", &debug.Module{Path: "example.com/fork", Version: "v1.2.4-fork"})}},
		"1.2.5":        {Deps: []*debug.Module{module("v1.2.5", nil), {Path: "example.com/other", Version: "v9"}, {Path: modulePath + "/awsconfig", Version: "v8"}}},
		"0.0.0-2026-a": {Deps: []*debug.Module{module("v0.0.0-2026-a", nil)}},
	} {
		if got := version(info); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := version(&debug.BuildInfo{Deps: []*debug.Module{module("v1.2.3", &debug.Module{Path: "../redshift"})}}); got != "devel" {
		t.Errorf("of a folder: %q", got)
	}
}

// logged collects records as JSON, one a line, without their time.
func logged(level slog.Level) (*slog.Logger, *bytes.Buffer) {
	text := new(bytes.Buffer)

	return slog.New(slog.NewJSONHandler(text, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
		if attribute.Key == slog.TimeKey {
			return slog.Attr{}
		}

		return attribute
	}})), text
}

func TestLogger(t *testing.T) {
	t.Parallel()
	for name, level := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, text := logged(level)
			var count atomic.Int64
			client, _ := served(t, Config{Logger: logger}, func(writer http.ResponseWriter, request *http.Request) {
				if count.Add(1) == 1 {
					writer.Header().Set("X-Amzn-Requestid", "r-0")
					writer.WriteHeader(http.StatusBadRequest)
					_, _ = fmt.Fprintf(writer, `<ErrorResponse><Error><Code>Throttling</Code><Message>too fast for %s</Message></Error></ErrorResponse>`,
						request.URL.Query().Get("SnapshotIdentifier"))

					return
				}
				answerWith(noSnapshots)(writer, request)
			})
			params := &DescribeClusterSnapshotsParams{SnapshotIdentifier: "do-not-log-me"}
			if _, err := client.DescribeClusterSnapshots(t.Context(), params); err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"do-not-log-me", "a-secret", "a-token", "Signature", "AKIDEXAMPLE"} {
				if strings.Contains(text.String(), secret) {
					t.Errorf("the log has %q in it: %s", secret, text)
				}
			}
			var records []map[string]any
			for line := range strings.Lines(text.String()) {
				record := map[string]any{}
				if err := json.Unmarshal([]byte(line), &record); err != nil {
					t.Fatal(err)
				}
				records = append(records, record)
			}
			wanted := []string{
				"DEBUG redshift: attempt DescribeClusterSnapshots 1 400 Throttling r-0",
				"INFO redshift: retry DescribeClusterSnapshots 1 400 Throttling r-0",
				"DEBUG redshift: attempt DescribeClusterSnapshots 2 200 <nil> r-1",
			}
			switch level {
			case slog.LevelInfo:
				wanted = wanted[1:2]
			case slog.LevelWarn:
				wanted = nil
			}
			var got []string
			for _, r := range records {
				got = append(got, fmt.Sprintf("%v %v %v %v %v %v %v", r["level"], r["msg"], r["operation"], r["attempt"], r["status"], r["code"], r["request_id"]))
				if duration := r["duration"]; r["level"] == "DEBUG" && (duration == nil || duration.(float64) <= 0) {
					t.Errorf("no duration: %v", r)
				}
				if _, found := r["delay"]; r["level"] == "INFO" && !found {
					t.Errorf("no delay: %v", r)
				}
			}
			if strings.Join(got, "\n") != strings.Join(wanted, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wanted, "\n"))
			}
		})
	}
}

// Where no answer came, the log says why, but never what the error quotes.
func TestLoggerWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for want, fail := range map[string]func(*http.Request) error{
		"the host name was not found": func(*http.Request) error { return &net.DNSError{Err: "no such host", Name: "do-not-log-me"} },
		"*errors.errorString":                func(request *http.Request) error { return errors.New("cannot send " + request.URL.String()) },
		"the connection was closed":          func(*http.Request) error { return fmt.Errorf("read do-not-log-me: %w", io.ErrUnexpectedEOF) },
		"the request could not be signed":    func(*http.Request) error { return &sigv4.SigningError{Err: errors.New("do-not-log-me")} },
		attempts.ErrAttemptTimeout.Error(): func(request *http.Request) error {
			<-request.Context().Done()

			return context.Cause(request.Context()) // as net/http does
		},
	} {
		synctest.Test(t, func(t *testing.T) { // with the real clock, an attempt that fails for another reason could time out first
			logger, text := logged(slog.LevelDebug)
			client, err := newClient(Config{
				Region: "eu-west-1", Logger: logger, Retry: RetryPolicy{MaxAttempts: 1}, AttemptTimeout: 20 * time.Millisecond,
				Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "a-secret"}),
				HTTPClient:  &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) { return nil, fail(request) })},
			}, environment())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.DescribeClusterSnapshots(t.Context(), &DescribeClusterSnapshotsParams{SnapshotIdentifier: "do-not-log-me"}); err == nil {
				t.Fatal("the call succeeded")
			}
			if !strings.Contains(text.String(), fmt.Sprintf("%q:%q", "error", want)) || strings.Contains(text.String(), "do-not-log-me") {
				t.Errorf("want %s: %s", want, text)
			}
		})
	}
}

// TestLoggerOfCredentialsErrors: what another service answered to a provider of credentials is not Redshift's answer.
func TestLoggerOfCredentialsErrors(t *testing.T) {
	t.Parallel()
	logger, text := logged(slog.LevelDebug)
	client, err := newClient(Config{Region: "eu-west-1", Logger: logger, Credentials: sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		return sigv4.Credentials{}, &awsquery.Error{Operation: "AssumeRole", StatusCode: http.StatusForbidden, Code: awsquery.ErrAccessDenied, RequestID: "of-sts"}
	})}, environment())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeClusters(t.Context(), nil); err == nil {
		t.Fatal("the call succeeded")
	}
	if strings.Contains(text.String(), `"status"`) || strings.Contains(text.String(), "of-sts") || !strings.Contains(text.String(), "could not be signed") {
		t.Errorf("the log has %s", text)
	}
}

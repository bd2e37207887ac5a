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

// served returns a client of a test server, and the requests that the server got.
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

func respondWith(text string) http.HandlerFunc {
	return func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("X-Amzn-Requestid", "r-1")
		_, _ = io.WriteString(writer, text)
	}
}

func TestCallOptionsChangeTheRequest(t *testing.T) {
	t.Parallel()
	client, requests := served(t, Config{}, respondWith(noSnapshots))
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
			t.Errorf("parameter %s = %q, want %q", name, got, want)
		}
	}
	if request.Header.Get("X-Trace") != "abc" || !strings.Contains(request.Header.Get("Authorization"), "x-trace") {
		t.Errorf("the header is missing or not signed: %v", request.Header)
	}
	if got := request.Header.Values("User-Agent"); len(got) != 1 || got[0] != "mine" {
		t.Errorf("User-Agent = %q, want mine", got)
	}
	if response == nil || response.StatusCode != http.StatusOK || response.Header.Get("X-Amzn-Requestid") != "r-1" || response.Request != nil {
		t.Fatalf("response = %+v", response)
	}
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != noSnapshots {
		t.Errorf("body = %q, err = %v, want nil", body, err)
	}
}

func TestWithResponseKeepsARefusal(t *testing.T) {
	t.Parallel()
	client, _ := served(t, Config{}, func(writer http.ResponseWriter, _ *http.Request) {
		writer.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(writer, `<ErrorResponse><Error><Code>ClusterNotFound</Code><Message>no</Message></Error></ErrorResponse>`)
	})
	var response *http.Response
	_, err := client.CreateClusterSnapshot(t.Context(), &CreateClusterSnapshotParams{ClusterIdentifier: "a", SnapshotIdentifier: "b"}, WithResponse(&response))
	if !errors.Is(err, models.ErrClusterNotFound) || response == nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("err = %v, response = %+v, want ErrClusterNotFound", err, response)
	}
}

// An invalid option is an error, and nothing is sent.
func TestInvalidOptionsSendNothing(t *testing.T) {
	t.Parallel()
	client, requests := served(t, Config{}, respondWith(noSnapshots))
	for name, test := range map[string]struct {
		option Option
		want   string
	}{
		"empty name":     {WithQueryParam("", "x"), "WithQueryParam"},
		"another action": {WithQueryParam("Action", "DeleteClusterSnapshot"), "call the method of that operation"},
		"authorization":  {WithHeader("authorization", "x"), "Authorization is set by the signature"},
		"the host":       {WithHeader("Host", "example.com"), "Host"},
		"empty header":   {WithHeader("", "x"), "the name is empty"},
		"a line break":   {WithHeader("X-A", "x\r\nX-B: y"), "X-A"},
		"0 attempts":     {WithMaxAttempts(0), "WithMaxAttempts"},
	} {
		_, err := client.DescribeClusterSnapshots(t.Context(), nil, test.option)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "DescribeClusterSnapshots") && name != "a line break" {
			t.Errorf("%s: err = %v, want %q in it", name, err, test.want)
		}
	}
	if len(*requests) > 0 {
		t.Errorf("got %d requests, want 0", len(*requests))
	}
}

func TestWithMaxAttemptsLimitsTheCall(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	client, _ := served(t, Config{}, func(writer http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		writer.WriteHeader(http.StatusServiceUnavailable)
	})
	for _, limit := range []int{1, 2, 5} {
		count.Store(0)
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil, WithMaxAttempts(limit)); err == nil || count.Load() != int64(limit) {
			t.Errorf("got %d attempts, want %d (err = %v)", count.Load(), limit, err)
		}
	}
}

func TestUserAgentNamesVersionAndApp(t *testing.T) {
	t.Parallel()
	client, requests := served(t, Config{AppID: "backup-job"}, respondWith(noSnapshots))
	if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := (*requests)[0].Header.Get("User-Agent")
	if !strings.HasPrefix(got, "redshift-go/") || !strings.Contains(got, " lang/go#1.") || !strings.HasSuffix(got, " app/backup-job") {
		t.Errorf("User-Agent = %q", got)
	}

	settings, err := resolve(Config{Region: "eu-west-1"}, environment("AWS_SDK_UA_APP_ID=from-environment"))
	if err != nil || !strings.HasSuffix(settings.userAgent, " app/from-environment") {
		t.Errorf("User-Agent = %q, err = %v, want nil", settings.userAgent, err)
	}
	for _, wrong := range []string{strings.Repeat("x", 51), "two words", "a/b", "é"} {
		if _, err := resolve(Config{Region: "eu-west-1", AppID: wrong}, environment()); err == nil || !strings.Contains(err.Error(), "Config.AppID") {
			t.Errorf("AppID %q: err = %v, want an error", wrong, err)
		}
	}
}

func TestVersionComesFromTheBuild(t *testing.T) {
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
			t.Errorf("version() = %q, want %q", got, want)
		}
	}
	if got := version(&debug.BuildInfo{Deps: []*debug.Module{module("v1.2.3", &debug.Module{Path: "../redshift"})}}); got != "devel" {
		t.Errorf("version() of a folder = %q, want devel", got)
	}
}

// logged collects log records as JSON, one a line, without their time.
func logged(level slog.Level) (*slog.Logger, *bytes.Buffer) {
	text := new(bytes.Buffer)

	return slog.New(slog.NewJSONHandler(text, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
		if attribute.Key == slog.TimeKey {
			return slog.Attr{}
		}

		return attribute
	}})), text
}

func TestLoggerRecordsAttemptsAndRetries(t *testing.T) {
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
				respondWith(noSnapshots)(writer, request)
			})
			params := &DescribeClusterSnapshotsParams{SnapshotIdentifier: "do-not-log-me"}
			if _, err := client.DescribeClusterSnapshots(t.Context(), params); err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"do-not-log-me", "a-secret", "a-token", "Signature", "AKIDEXAMPLE"} {
				if strings.Contains(text.String(), secret) {
					t.Errorf("the log contains %q: %s", secret, text)
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
					t.Errorf("the record has no duration: %v", r)
				}
				if _, found := r["delay"]; r["level"] == "INFO" && !found {
					t.Errorf("the record has no delay: %v", r)
				}
			}
			if strings.Join(got, "\n") != strings.Join(wanted, "\n") {
				t.Errorf("log:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(wanted, "\n"))
			}
		})
	}
}

// If an attempt gets no response, the log has the reason, but no text of the error that may contain parameters.
func TestLoggerRecordsWhyAResponseIsMissing(t *testing.T) {
	t.Parallel()
	for want, fail := range map[string]func(*http.Request) error{
		"the host name was not found":     func(*http.Request) error { return &net.DNSError{Err: "no such host", Name: "do-not-log-me"} },
		"*errors.errorString":             func(request *http.Request) error { return errors.New("cannot send " + request.URL.String()) },
		"the connection was closed":       func(*http.Request) error { return fmt.Errorf("read do-not-log-me: %w", io.ErrUnexpectedEOF) },
		"the request could not be signed": func(*http.Request) error { return &sigv4.SigningError{Err: errors.New("do-not-log-me")} },
		attempts.ErrAttemptTimeout.Error(): func(request *http.Request) error {
			<-request.Context().Done()

			return context.Cause(request.Context()) // as net/http does
		},
	} {
		synctest.Test(t, func(t *testing.T) { // with the real clock, an attempt could time out first
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
				t.Fatal("the call succeeded, want an error")
			}
			if !strings.Contains(text.String(), fmt.Sprintf("%q:%q", "error", want)) || strings.Contains(text.String(), "do-not-log-me") {
				t.Errorf("log = %[2]s, want the error %[1]s", want, text)
			}
		})
	}
}

// The response of another service to a provider of credentials is not logged as a response of Redshift.
func TestLoggerDoesNotShowErrorsOfOtherServices(t *testing.T) {
	t.Parallel()
	logger, text := logged(slog.LevelDebug)
	client, err := newClient(Config{Region: "eu-west-1", Logger: logger, Credentials: sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		return sigv4.Credentials{}, &awsquery.Error{Operation: "AssumeRole", StatusCode: http.StatusForbidden, Code: awsquery.ErrAccessDenied, RequestID: "of-sts"}
	})}, environment())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeClusters(t.Context(), nil); err == nil {
		t.Fatal("the call succeeded, want an error")
	}
	if strings.Contains(text.String(), `"status"`) || strings.Contains(text.String(), "of-sts") || !strings.Contains(text.String(), "could not be signed") {
		t.Errorf("log = %s", text)
	}
}

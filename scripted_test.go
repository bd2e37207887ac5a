package redshift_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

// reply is one response of a script: an error, or a status, header and body.
type reply struct {
	status int // 0 means 200
	header http.Header
	body   string
	err    error
}

// script is a server that sends its replies in order, and then repeats the last one. It does not know Redshift,
// and shares no assumption with the client.
type script struct {
	mutex    sync.Mutex
	replies  []reply
	requests []url.Values
	times    []time.Time
}

func (s *script) RoundTrip(request *http.Request) (*http.Response, error) {
	params := request.URL.Query()
	if request.Body != nil {
		content, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		if request.Method == http.MethodPost {
			if params, err = url.ParseQuery(string(content)); err != nil {
				return nil, err
			}
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	next := s.replies[min(len(s.requests), len(s.replies)-1)]
	s.requests = append(s.requests, params)
	s.times = append(s.times, time.Now())
	if next.err != nil {
		return nil, next.err
	}
	if next.status == 0 {
		next.status = http.StatusOK
	}
	header := next.header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	if _, ok := header["Date"]; !ok {
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}

	return &http.Response{
		StatusCode: next.status, Header: header, Body: io.NopCloser(strings.NewReader(next.body)), ContentLength: -1, Request: request,
	}, nil
}

// actions returns the operations of the requests, separated by spaces.
func (s *script) actions() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	names := make([]string, len(s.requests))
	for i, params := range s.requests {
		names[i] = params.Get("Action")
	}

	return strings.Join(names, " ")
}

// refusal returns an error document in the form of Redshift.
func refusal(status int, code string) reply {
	return reply{status: status, body: "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>No.</Message></Error>" +
		"<RequestId>r-1</RequestId></ErrorResponse>"}
}

// result returns a successful response of an operation with the given members.
func result(operation, members string) reply {
	return reply{body: "<" + operation + "Response><" + operation + "Result>" + members + "</" + operation + "Result>" +
		"<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></" + operation + "Response>"}
}

// scripted returns a client that gets the replies, with the default retry policy.
func scripted(t *testing.T, replies ...reply) (*redshift.Client, *script) {
	t.Helper()
	server := &script{replies: replies}
	client := newClient(t, func(config *redshift.Config) {
		config.Retry = redshift.RetryPolicy{}
		config.HTTPClient = &http.Client{Transport: server}
	})

	return client, server
}

func contextWithTimeoutCause(t *testing.T, limit time.Duration, cause error) (context.Context, context.CancelFunc) {
	t.Helper()

	return context.WithTimeoutCause(t.Context(), limit, cause)
}

func isDeadline(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

func staticExample() sigv4.CredentialsProvider { return sigv4.StaticCredentials(exampleCredentials) }

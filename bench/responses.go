package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// pageSize is the maximum number of snapshots in a response of Redshift.
const pageSize = 100

// Response is the status and body of a response.
type Response struct {
	Status int
	Body   []byte
}

// newFake returns a fake that has a cluster with the given number of snapshots. Each has four tags.
func newFake(snapshots int) (*redshifttest.Fake, error) {
	start := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, DisableSignatureCheck: true})
	tags := []models.Tag{
		{Key: "env", Value: "prod"}, {Key: "team", Value: "analytics"},
		{Key: "cost-center", Value: "4711"}, {Key: "owner", Value: "data@example.com"},
	}
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", Tags: tags}); err != nil {
		return nil, err
	}
	for i := range snapshots {
		if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-time.Duration(i+1)*time.Hour)); err != nil {
			return nil, err
		}
	}

	return fake, nil
}

// fakeResponse returns the fake's response to a request. It is as long as the response of Redshift.
func fakeResponse(snapshots int, query string) (Response, error) {
	fake, err := newFake(snapshots)
	if err != nil {
		return Response{}, err
	}
	request, err := http.NewRequest(http.MethodGet, "http://localhost/?"+query+"&Version=2012-12-01", nil)
	if err != nil {
		return Response{}, err
	}
	response, err := fake.Transport().RoundTrip(request)
	if err != nil {
		return Response{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)

	return Response{response.StatusCode, body}, err
}

// createResponse returns the response to the creation of a snapshot with the given number of tags.
func createResponse(tags int) (Response, error) {
	query := "Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly"
	for i := range tags {
		query += fmt.Sprintf("&Tags.Tag.%d.Key=%s&Tags.Tag.%[1]d.Value=%s", i+1, tagKey(i), url.QueryEscape(tagValue(i)))
	}

	return fakeResponse(0, query)
}

func tagKey(i int) string   { return fmt.Sprintf("key-%d", i) }
func tagValue(i int) string { return fmt.Sprintf("value %d", i) }

// describeResponse returns a page with the given number of snapshots.
func describeResponse(snapshots int) (Response, error) {
	response, err := fakeResponse(snapshots, "Action=DescribeClusterSnapshots")
	if got := bytes.Count(response.Body, []byte("<Snapshot>")); err == nil && got != snapshots {
		return Response{}, fmt.Errorf("the page has %d snapshots, want %d", got, snapshots)
	}

	return response, err
}

// errorResponse returns the error ClusterSnapshotNotFound.
func errorResponse() (Response, error) {
	return fakeResponse(0, "Action=DescribeClusterSnapshots&SnapshotIdentifier=missing")
}

// Transport responds to every request from memory and counts the requests, so that a measurement covers only the client.
type Transport struct {
	requests atomic.Int64
	respond  func(*http.Request) (status int, length int, body io.ReadCloser, err error)
}

// Requests returns the number of requests so far.
func (t *Transport) Requests() int64 { return t.requests.Load() }

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	t.requests.Add(1)
	status, length, body, err := t.respond(request)
	if err != nil {
		return nil, err
	}

	return &http.Response{
		Status:        http.StatusText(status),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"text/xml"}, "X-Amzn-Requestid": {"00000000-0000-4000-8000-000000000000"}},
		Body:          body,
		ContentLength: int64(length),
		Request:       request,
	}, nil
}

// fixedResponse returns a transport that sends the same response to every request.
func fixedResponse(response Response) *Transport {
	return &Transport{respond: func(request *http.Request) (int, int, io.ReadCloser, error) {
		if request.Body != nil {
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return 0, 0, nil, err
			}
			if err := request.Body.Close(); err != nil {
				return 0, 0, nil, err
			}
		}

		return response.Status, len(response.Body), io.NopCloser(bytes.NewReader(response.Body)), nil
	}}
}

// numberWidth is the number of digits of the numbers in identifiers and markers.
const numberWidth = 8

// pages responds with the pages of a long list. Every snapshot has its own identifier. A page is built in a pooled buffer, so
// that its allocation does not count for the client.
type pages struct {
	count      int
	page, last []byte
	// The offsets in a page of the numbers in the snapshot identifiers, and of the marker.
	snapshots []int
	marker    int
	buffers   sync.Pool
}

// listOf returns a transport for a list of snapshots. Their number must be a multiple of 100.
func listOf(snapshots int) (*Transport, error) {
	if snapshots%pageSize != 0 {
		return nil, fmt.Errorf("%d snapshots do not fill whole pages", snapshots)
	}
	response, err := describeResponse(pageSize)
	if err != nil {
		return nil, err
	}
	const (
		result = "<DescribeClusterSnapshotsResult>"
		open   = "<SnapshotIdentifier>"
		end    = "</SnapshotIdentifier>"
	)
	number := strings.Repeat("0", numberWidth)
	p := &pages{count: snapshots / pageSize}
	for i, rest := range strings.Split(string(response.Body), open) {
		if i > 0 {
			_, tail, _ := strings.Cut(rest, end)
			rest = open + "nightly-" + number + end + tail
			p.snapshots = append(p.snapshots, len(p.last)+len(open)+len("nightly-"))
		}
		p.last = append(p.last, rest...)
	}
	at := bytes.Index(p.last, []byte(result))
	if at < 0 || len(p.snapshots) != pageSize {
		return nil, errors.New("the page has an unexpected form")
	}
	at += len(result)
	marker := "<Marker>" + number + "</Marker>"
	p.page = append(append(append(p.page, p.last[:at]...), marker...), p.last[at:]...)
	p.marker = at + len("<Marker>")
	p.buffers.New = func() any { return &page{pages: p, buffer: make([]byte, len(p.page))} }

	return &Transport{respond: p.respond}, nil
}

func (p *pages) respond(request *http.Request) (int, int, io.ReadCloser, error) {
	query := request.URL.RawQuery
	if request.Body != nil && request.Body != http.NoBody {
		form, err := io.ReadAll(request.Body)
		if err != nil {
			return 0, 0, nil, err
		}
		if err := request.Body.Close(); err != nil {
			return 0, 0, nil, err
		}
		query = string(form)
	}
	number := 0
	if _, marker, found := strings.Cut(query, "Marker="); found {
		var err error
		if number, err = strconv.Atoi(marker[:min(numberWidth, len(marker))]); err != nil || number <= 0 || number >= p.count {
			return 0, 0, nil, fmt.Errorf("the marker %q is not a marker of this list", marker)
		}
	}
	made := p.buffers.Get().(*page)
	made.fill(number)

	return http.StatusOK, made.length, made, nil
}

// page is the body of one response.
type page struct {
	pages  *pages
	buffer []byte
	length int
	bytes.Reader
}

func (p *page) fill(number int) {
	source, shift := p.pages.page, len(p.pages.page)-len(p.pages.last)
	if number == p.pages.count-1 {
		source, shift = p.pages.last, 0
	}
	p.length = copy(p.buffer, source)
	if shift > 0 {
		writeNumber(p.buffer[p.pages.marker:], number+1)
	}
	for i, at := range p.pages.snapshots {
		writeNumber(p.buffer[at+shift:], number*pageSize+i)
	}
	p.Reset(p.buffer[:p.length])
}

func writeNumber(target []byte, number int) {
	for i := numberWidth - 1; i >= 0; i-- {
		target[i] = byte('0' + number%10)
		number /= 10
	}
}

// Close returns the buffer to the pool.
func (p *page) Close() error {
	if p.length > 0 {
		p.length = 0
		p.Reset(nil)
		p.pages.buffers.Put(p)
	}

	return nil
}

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

// pageSize is how many snapshots Redshift answers with at most.
const pageSize = 100

// Answer is what Redshift answers.
type Answer struct {
	Status int
	Body   []byte
}

// newFake has a cluster with so many snapshots, each with four tags.
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

// answerOf is what the fake answers to a request, which is as long as Redshift's own answer.
func answerOf(snapshots int, query string) (Answer, error) {
	fake, err := newFake(snapshots)
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequest(http.MethodGet, "http://localhost/?"+query+"&Version=2012-12-01", nil)
	if err != nil {
		return Answer{}, err
	}
	response, err := fake.Transport().RoundTrip(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)

	return Answer{response.StatusCode, body}, err
}

// createAnswer is the answer to a snapshot taken with so many tags.
func createAnswer(tags int) (Answer, error) {
	query := "Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly"
	for i := range tags {
		query += fmt.Sprintf("&Tags.Tag.%d.Key=%s&Tags.Tag.%[1]d.Value=%s", i+1, tagKey(i), url.QueryEscape(tagValue(i)))
	}

	return answerOf(0, query)
}

func tagKey(i int) string   { return fmt.Sprintf("key-%d", i) }
func tagValue(i int) string { return fmt.Sprintf("value %d", i) }

// describeAnswer is a page with so many snapshots.
func describeAnswer(snapshots int) (Answer, error) {
	answer, err := answerOf(snapshots, "Action=DescribeClusterSnapshots")
	if got := bytes.Count(answer.Body, []byte("<Snapshot>")); err == nil && got != snapshots {
		return Answer{}, fmt.Errorf("the page has %d snapshots instead of %d", got, snapshots)
	}

	return answer, err
}

// errorAnswer is ClusterSnapshotNotFound.
func errorAnswer() (Answer, error) {
	return answerOf(0, "Action=DescribeClusterSnapshots&SnapshotIdentifier=missing")
}

// Transport answers every request from memory, so that what remains is the client's own work, and counts the requests.
type Transport struct {
	requests atomic.Int64
	answer   func(*http.Request) (status int, length int, body io.ReadCloser, err error)
}

// Requests is how many there were so far.
func (t *Transport) Requests() int64 { return t.requests.Load() }

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	t.requests.Add(1)
	status, length, body, err := t.answer(request)
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

// always answers with the same.
func always(answer Answer) *Transport {
	return &Transport{answer: func(request *http.Request) (int, int, io.ReadCloser, error) {
		if request.Body != nil {
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return 0, 0, nil, err
			}
			if err := request.Body.Close(); err != nil {
				return 0, 0, nil, err
			}
		}

		return answer.Status, len(answer.Body), io.NopCloser(bytes.NewReader(answer.Body)), nil
	}}
}

// numberWidth is the width of the numbers in the identifiers and markers of pages.
const numberWidth = 8

// pages answers with one page of a long list after another, in which every snapshot has an identifier of its own. A page is
// made in a buffer that is used again, so that none is counted as the client's.
type pages struct {
	count      int
	page, last []byte
	// Where in a page the numbers of its snapshots stand, and that of its marker.
	snapshots []int
	marker    int
	buffers   sync.Pool
}

// listOf is a transport that knows so many snapshots, a multiple of 100.
func listOf(snapshots int) (*Transport, error) {
	if snapshots%pageSize != 0 {
		return nil, fmt.Errorf("%d snapshots are no whole pages", snapshots)
	}
	answer, err := describeAnswer(pageSize)
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
	for i, rest := range strings.Split(string(answer.Body), open) {
		if i > 0 {
			_, tail, _ := strings.Cut(rest, end)
			rest = open + "nightly-" + number + end + tail
			p.snapshots = append(p.snapshots, len(p.last)+len(open)+len("nightly-"))
		}
		p.last = append(p.last, rest...)
	}
	at := bytes.Index(p.last, []byte(result))
	if at < 0 || len(p.snapshots) != pageSize {
		return nil, errors.New("the page is not as expected")
	}
	at += len(result)
	marker := "<Marker>" + number + "</Marker>"
	p.page = append(append(append(p.page, p.last[:at]...), marker...), p.last[at:]...)
	p.marker = at + len("<Marker>")
	p.buffers.New = func() any { return &page{pages: p, buffer: make([]byte, len(p.page))} }

	return &Transport{answer: p.answer}, nil
}

func (p *pages) answer(request *http.Request) (int, int, io.ReadCloser, error) {
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
			return 0, 0, nil, fmt.Errorf("the marker %q is not one of ours", marker)
		}
	}
	made := p.buffers.Get().(*page)
	made.fill(number)

	return http.StatusOK, made.length, made, nil
}

// page is the body of one answer.
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

// Close gives the buffer back.
func (p *page) Close() error {
	if p.length > 0 {
		p.length = 0
		p.Reset(nil)
		p.pages.buffers.Put(p)
	}

	return nil
}

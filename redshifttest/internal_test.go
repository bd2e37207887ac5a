package redshifttest

import (
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/internal/contract"
)

// TestHandlersAreOfTheContract checks that the contract has the operation of each handler. Otherwise the handler is never called.
func TestHandlersAreOfTheContract(t *testing.T) {
	t.Parallel()
	fake := New(Options{})
	for name := range handlers() {
		if fake.operations[name].handle == nil {
			t.Errorf("handlers() has %s, but the contract does not have the operation: remove the handler", name)
		}
	}
}

// TestOperationNames checks that the list is sorted, and that the fake also accepts operations that only the contract has.
func TestOperationNames(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(operationNames) || len(slices.Compact(slices.Clone(operationNames))) != len(operationNames) {
		t.Error("operationNames is not sorted or has duplicates")
	}
	fake := New(Options{})
	fake.operations["DescribeReportCards"] = registeredOperation{contract: contract.Operation{Name: "DescribeReportCards"}}
	for _, name := range append(slices.Collect(maps.Keys(fake.operations)), operationNames...) {
		if err := fake.InjectNext(name, Fault{Cut: true}); err != nil {
			t.Error(err)
		}
	}
}

// TestRespondWithoutHandler checks that the error of an operation without a handler names the alternatives, and tries Respond.
func TestRespondWithoutHandler(t *testing.T) {
	t.Parallel()
	fake := New(Options{DisableSignatureCheck: true})
	unplayed := fake.operations["DescribeTags"]
	unplayed.handle = nil
	fake.operations["DescribeTags"] = unplayed
	send := func() (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/?Action=DescribeTags&Version=2012-12-01", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := fake.Transport().RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}

		return response.StatusCode, string(body)
	}
	status, body := send()
	for _, part := range []string{
		"InvalidAction", "does not implement the operation DescribeTags", "Respond", "*redshift.DescribeTagsResult",
		"InjectNext", "FailNext", "AddCluster", "-cluster",
	} {
		if status != http.StatusBadRequest || !strings.Contains(body, part) {
			t.Errorf("status %d, the body does not contain %q:\n%s", status, part, body)
		}
	}
	if err := fake.RespondNext("DescribeTags", &redshift.DescribeTagsResult{Marker: "supplied"}); err != nil {
		t.Fatal(err)
	}
	if status, body := send(); status != http.StatusOK || !strings.Contains(body, "<Marker>supplied</Marker>") {
		t.Errorf("with a response: status %d\n%s", status, body)
	}
	if status, _ := send(); status != http.StatusBadRequest {
		t.Errorf("after the response: status %d", status)
	}
}

// TestRenderMap checks that a map is a list of entries, sorted by key.
func TestRenderMap(t *testing.T) {
	t.Parallel()
	type part struct {
		Labels map[string]string `json:"Labels,omitzero" xml:"Labels>entry"`
	}
	type result struct {
		Labels map[string]string `json:"Labels,omitzero" xml:"DescribeTagsResult>Labels>entry"`
		Absent map[string]string `json:"Absent,omitzero" xml:"DescribeTagsResult>Absent>entry"`
		Parts  []part            `json:"Parts,omitzero" xml:"DescribeTagsResult>Parts>Part"`
	}
	got := renderResult("DescribeTags", &result{Labels: map[string]string{"b": "2", "a": "<1>"},
		Parts: []part{{Labels: map[string]string{}}}})
	const want = `<DescribeTagsResult>` +
		`<Labels><entry><key>a</key><value>&lt;1&gt;</value></entry><entry><key>b</key><value>2</value></entry></Labels>` +
		`<Parts><Part><Labels/></Part></Parts></DescribeTagsResult>`
	if flat := strings.Join(strings.Fields(string(got)), ""); flat != want {
		t.Errorf("renderResult() =\n%s\nwant\n%s", flat, want)
	}
	if err := checkWritable(reflect.TypeFor[result](), nil); err != nil {
		t.Error(err)
	}
	if err := checkWritable(reflect.TypeFor[struct {
		Odd map[string]int `xml:"Odd"`
	}](), nil); err == nil || !strings.Contains(err.Error(), "Odd") {
		t.Errorf("checkWritable() of a map of numbers = %v", err)
	}
}

// TestFastClockDoesNotGoBack checks the clock at a day in a second. A Duration overflows after 30 hours.
func TestFastClockDoesNotGoBack(t *testing.T) {
	t.Parallel()
	fake := New(Options{ClockSpeed: 86400})
	last := fake.Now()
	for _, hours := range []float64{29, 29.7, 31, 60} {
		fake.clock.read = time.Now().Add(-time.Duration(hours * float64(time.Hour)))
		now := fake.Now()
		if passed := now.Unix() - last.Unix(); passed <= 0 {
			t.Errorf("after %v hours the clock shows %v, which is not after %v", hours, now, last)
		}
		last = now
	}
}

// TestIntervalsFarAway checks intervals after more than 292 years, when a Duration overflows.
func TestIntervalsFarAway(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 9, 30, 0, 250e6, time.UTC)
	every := scheduleTimes{interval: 5 * time.Hour}
	for _, after := range []time.Time{start.AddDate(-400, 0, 0), start, start.Add(5 * time.Hour), start.AddDate(291, 0, 0),
		start.AddDate(5000, 0, 0)} {
		next := every.after(after, start)
		sinceStart := next.Unix() - start.Unix()
		if !next.After(after) || next.Nanosecond() != 250e6 || sinceStart%int64(5*3600) != 0 || after.After(start) &&
			next.Unix()-after.Unix() > 5*3600 {
			t.Errorf("the time after %v = %v", after, next)
		}
	}
}

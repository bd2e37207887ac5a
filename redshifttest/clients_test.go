package redshifttest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/redshifttest"
)

// recordings are the folders with recorded requests, and the durations of the fake that they were recorded with.
var recordings = map[string]redshifttest.Options{
	"clients":          {SnapshotDuration: 10 * time.Second, RestoreDuration: 3 * time.Second},
	"clients/clusters": {SnapshotDuration: time.Second, ClusterDuration: 8 * time.Second, ResizeDuration: 24 * time.Second},
}

// recordedRequest is a request, and what its client accepted as the response.
type recordedRequest struct {
	File      string
	Status    int
	Code      string
	Snapshots int
}

// recordedIndex is the index.json of a folder with recorded requests.
type recordedIndex struct {
	Automated string
	Requests  []recordedRequest
}

func readIndex(t *testing.T, folder string) recordedIndex {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", folder, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index recordedIndex
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}

	return index
}

// TestRecordingsAreComplete: both clients have made each call that the fake has a handler for.
func TestRecordingsAreComplete(t *testing.T) {
	t.Parallel()
	succeeded := make(map[string]bool)
	for folder := range recordings {
		for _, recorded := range readIndex(t, folder).Requests {
			if recorded.Status == http.StatusOK {
				_, name, _ := strings.Cut(recorded.File, "-") // after the number
				succeeded[name] = true
			}
		}
	}
	for _, operation := range contract.Operations() {
		if !redshifttest.Handled(operation) {
			continue // not recorded
		}
		for _, client := range []string{"aws", "boto3"} {
			if name := client + "-" + operation.Name + ".http"; !succeeded[name] {
				t.Errorf("no recording of %s", name)
			}
		}
	}
}

// TestRecordedClients replays what the AWS CLI and boto3 sent (record.py in each folder), with the signatures that they
// made, and expects the responses that they accepted.
func TestRecordedClients(t *testing.T) {
	t.Parallel()
	for folder, options := range recordings {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			replayFolder(t, folder, options)
		})
	}
}

func replayFolder(t *testing.T, folder string, options redshifttest.Options) {
	t.Helper()
	index := readIndex(t, folder)
	var fake *redshifttest.Fake
	for _, recorded := range index.Requests {
		raw, err := os.ReadFile(filepath.Join("testdata", folder, recorded.File))
		if err != nil {
			t.Fatal(err)
		}
		at := signedAt(t, raw)
		if fake == nil {
			options.Start = at
			fake = newFake(t, options)
			taken, err := time.Parse("rs:analytics-2006-01-02-15-04-05", index.Automated)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fake.AddAutomatedSnapshot("analytics", taken); err != nil {
				t.Fatal(err)
			}
		}
		fake.Advance(at.Sub(fake.Now()))

		status, body := replay(t, fake, raw)
		code := ""
		if found := regexp.MustCompile(`<Code>(\w+)</Code>`).FindStringSubmatch(body); found != nil {
			code = found[1]
		}
		if snapshots := strings.Count(body, "<Snapshot>"); status != recorded.Status || code != recorded.Code ||
			snapshots != recorded.Snapshots {
			t.Errorf("%s returned %d %q with %d snapshots, want the recorded %d %q with %d\n%s",
				recorded.File, status, code, snapshots, recorded.Status, recorded.Code, recorded.Snapshots, body)
		}
		if recorded.Status == http.StatusForbidden {
			continue
		}

		// The same request with one change must fail.
		for _, change := range [][2]string{{"2012-12-01", "2012-12-02"}, {"127.0.0.1", "127.0.0.2"},
			{at.Format("150405Z"), at.Add(time.Second).Format("150405Z")}} {
			changed := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(changed, raw) {
				t.Fatalf("%s does not contain %s", recorded.File, change[0])
			}
			if status, body := replay(t, fake, changed); status != http.StatusForbidden ||
				!strings.Contains(body, "<Code>SignatureDoesNotMatch</Code>") {
				t.Errorf("%s with %s instead of %s = %d\n%s", recorded.File, change[1], change[0], status, body)
			}
		}
	}
}

func signedAt(t *testing.T, raw []byte) time.Time {
	t.Helper()
	found := regexp.MustCompile(`X-Amz-Date[:=] ?(\w+)`).FindSubmatch(raw)
	if found == nil {
		t.Fatalf("the request has no date:\n%s", raw)
	}
	at, err := time.Parse("20060102T150405Z", string(found[1]))
	if err != nil {
		t.Fatal(err)
	}

	return at
}

func replay(t *testing.T, fake *redshifttest.Fake, raw []byte) (int, string) {
	t.Helper()
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	fake.ServeHTTP(recorder, request)

	return recorder.Code, recorder.Body.String()
}

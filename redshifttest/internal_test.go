package redshifttest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

// TestEveryOperationIsPlayed fails when an operation is added to the contract that the fake does not play.
func TestEveryOperationIsPlayed(t *testing.T) {
	t.Parallel()
	var described []string
	for _, operation := range contract.Operations() {
		described = append(described, operation.Name)
	}
	slices.Sort(described)
	if played := slices.Sorted(maps.Keys(handlers())); !slices.Equal(played, described) {
		t.Errorf("the fake plays\n%q\nthe contract has\n%q", played, described)
	}
}

// TestAnOperationThatIsNotPlayed: the contract may have an operation before the fake does, and then says so.
func TestAnOperationThatIsNotPlayed(t *testing.T) {
	t.Parallel()
	fake := New(Options{DisableSignatureCheck: true})
	unplayed := fake.operations["DescribeTags"]
	unplayed.handle = nil
	fake.operations["DescribeTags"] = unplayed
	recorder := httptest.NewRecorder()
	fake.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/?Action=DescribeTags&Version=2012-12-01", nil))
	if body := recorder.Body.String(); recorder.Code != http.StatusBadRequest || !strings.Contains(body, "<Code>UnsupportedOperation</Code>") || !strings.Contains(body, "does not play DescribeTags") {
		t.Errorf("it answered %d\n%s", recorder.Code, body)
	}
}

package redshift_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// A log shows every error as its text, wrapped or not, so that a log field never alternates between a text and an object.
// json.Marshal of an error returns an object.
func TestErrorsAreLoggedAsTextAndMarshaledAsObjects(t *testing.T) {
	t.Parallel()
	refused := &awsquery.Error{Operation: "CreateTags", StatusCode: 404, RequestID: "1", Code: models.ErrResourceNotFoundFault, Message: "none"}
	unsent := &awsquery.SendError{Operation: "CreateTags", Err: io.ErrUnexpectedEOF}
	for name, test := range map[string]struct {
		err  error
		json string
	}{
		"Error":     {refused, `{"operation":"CreateTags","statusCode":404,"requestId":"1","code":"ResourceNotFoundFault","message":"none"}`},
		"SendError": {unsent, `{"operation":"CreateTags","cause":"unexpected EOF"}`},
		"RetryError": {
			&redshift.RetryError{Operation: "CreateTags", Attempts: 2, Last: unsent, Ended: errors.New("over")},
			`{"operation":"CreateTags","attempts":2,"last":{"operation":"CreateTags","cause":"unexpected EOF"},"ended":"over"}`,
		},
		"RetryError after all attempts": {
			&redshift.RetryError{Operation: "CreateTags", Attempts: 5, Last: unsent},
			`{"operation":"CreateTags","attempts":5,"last":{"operation":"CreateTags","cause":"unexpected EOF"}}`,
		},
		"OutcomeUnknownError": {
			&redshift.OutcomeUnknownError{Operation: "CreateTags", SeeOperation: "DescribeTags", Err: unsent},
			`{"operation":"CreateTags","seeOperation":"DescribeTags","cause":{"operation":"CreateTags","cause":"unexpected EOF"}}`,
		},
		"OutcomeUnknownError without SeeOperation": {
			&redshift.OutcomeUnknownError{Operation: "CreateTags", Err: errors.New("lost")}, `{"operation":"CreateTags","cause":"lost"}`,
		},
		"SnapshotError":     {&redshift.SnapshotError{SnapshotIdentifier: "nightly", Err: refused}, ""},
		"SnapshotWaitError": {&redshift.SnapshotWaitError{Err: redshift.ErrSnapshotFailed}, ""},
		"ValidationError":   {&awsquery.ValidationError{Operation: "CreateTags", Problems: []awsquery.Problem{{Parameter: "Tags", Reason: "is required"}}}, ""},
	} {
		for _, err := range []error{test.err, fmt.Errorf("nightly job: %w", test.err)} {
			var output bytes.Buffer
			slog.New(slog.NewJSONHandler(&output, nil)).Error("failed", "err", err)
			var record map[string]any
			if err := json.Unmarshal(output.Bytes(), &record); err != nil {
				t.Fatal(err)
			}
			if record["err"] != err.Error() {
				t.Errorf("%s: log field = %v, want the text %q", name, record["err"], err)
			}
			if strings.Contains(err.Error(), ", :") {
				t.Errorf("%s: text = %q", name, err)
			}
		}
		if encoded, err := json.Marshal(test.err); test.json != "" && (err != nil || string(encoded) != test.json) {
			t.Errorf("%s: Marshal() = %s, %v, want %s", name, encoded, err, test.json)
		}
	}
}

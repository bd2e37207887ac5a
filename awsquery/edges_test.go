package awsquery_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// TestNothingSentAfterContextEnds checks that a call sends nothing if its context ends before, and that its error says so.
func TestNothingSentAfterContextEnds(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("shutdown"))
	passed, cancelPassed := context.WithDeadline(t.Context(), time.Now().Add(-time.Hour))
	defer cancelPassed()
	during, cancelDuring := context.WithCancel(t.Context())
	writes := runtime.ClientRequestWriterFunc(func(runtime.ClientRequest, strfmt.Registry) error {
		cancelDuring()

		return nil
	})
	tests := map[string]struct {
		ctx    context.Context
		params runtime.ClientRequestWriter
		is     error
	}{
		"cancelled":                    {ended, &listItemsParams{}, context.Canceled},
		"past its deadline":            {passed, &listItemsParams{}, context.DeadlineExceeded},
		"cancelled by the parameters":  {during, writes, context.Canceled},
		"the parameters' own deadline": {t.Context(), &listItemsParams{Timeout: 1}, context.DeadlineExceeded},
	}
	for name, test := range tests {
		for _, operation := range []*runtime.ClientOperation{createItem(test.params), listItems(test.params)} {
			base := new(wiretest.RoundTripper)
			_, err := wiretest.NewTransport(t, base).SubmitContext(test.ctx, operation)
			var failed *awsquery.SendError
			if !errors.As(err, &failed) || !failed.NothingSent || !errors.Is(err, test.is) || failed.Operation != "ListItems" || len(base.Sent) != 0 {
				t.Errorf("%s: the call sent %d requests and failed with %v", name, len(base.Sent), err)
			}
		}
	}
}

// TestBytesOfErrors checks how the text of an error shows each ASCII character, and characters at the boundaries of what is printable.
func TestBytesOfErrors(t *testing.T) {
	t.Parallel()
	for c := range 0x80 {
		want := fmt.Sprintf(`\x%02x`, c)
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			want = " "
		case c >= ' ' && c < 0x7f:
			want = string(rune(c))
		case c >= '\a' && c <= '\r':
			want = map[int]string{'\a': `\a`, '\b': `\b`, '\v': `\v`, '\f': `\f`}[c]
		}
		failed := &awsquery.Error{Message: "a" + string(rune(c)) + "b"}
		if got := failed.Error(); got != "call: no request id: a"+want+"b" {
			t.Errorf("Error() with the byte %#x = %q, want %s in it", c, got, want)
		}
	}
	for text, want := range map[string]string{"\x80": `\x80`, "\xff": `\xff`, "\u00a0": `\u00a0`, "\u00a1": "\u00a1", "\ufffd": "\ufffd", "\u200b": `\u200b`, "\U0010ffff": `\U0010ffff`} {
		if got := (&awsquery.Error{Message: text}).Error(); got != "call: no request id: "+want {
			t.Errorf("Error() with %q = %q, want %s in it", text, got, want)
		}
	}
}

package awsquery_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
)

// everyWayToShow returns the texts that logs, JSON and format verbs show for values.
func everyWayToShow(tb testing.TB, values ...any) []string {
	tb.Helper()
	var texts []string
	for _, value := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%T"} {
			texts = append(texts, fmt.Sprintf(format, value))
		}
		marshalled, err := json.Marshal(map[string]any{"error": value})
		if err != nil {
			tb.Fatal(err)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "error", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "error", value)
		texts = append(texts, string(marshalled))
		for line := range strings.Lines(log.String()) {
			texts = append(texts, strings.TrimSuffix(line, "\n"))
		}
	}

	return texts
}

func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	failed := &awsquery.Error{
		Operation: "ListItems", StatusCode: 403, RequestID: "5c1b2f3a", Code: awsquery.ErrSignatureDoesNotMatch, Type: "Sender",
		Message: "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'GET\nx-amz-security-token:" + secret,
		Header:  http.Header{"Set-Cookie": {secret}}, Body: []byte(secret),
	}
	for _, shown := range everyWayToShow(t, error(failed), failed, *failed) {
		if strings.Contains(shown, secret) || strings.Contains(shown, fmt.Sprintf("%x", secret)) {
			t.Errorf("the text shows the secret: %s", shown)
		}
		if strings.HasPrefix(shown, "{") && !strings.Contains(shown, "5c1b2f3a") {
			t.Errorf("the text lacks the request id: %s", shown)
		}
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	t.Parallel()
	failed := &awsquery.Error{
		Operation: "List\nItems", StatusCode: 400, RequestID: "5c\r1b", Code: "C\x00\u2028", Type: "a\u202eb",
		Message: "a\nlevel=INFO msg=\x1b[31mforged\xff\u0085" + strings.Repeat("é", 5000), Err: errors.New("x\ny"),
	}
	const want = `List Items: HTTP status 400, request id 5c 1b, C\x00\u2028: a level=INFO msg=\x1b[31mforged\xff\u0085é`
	if !strings.HasPrefix(failed.Error(), want) || !strings.HasSuffix(failed.Error(), "é...: x y") || len(failed.Error()) > 1200 {
		t.Errorf("Error() = %s, want a short text that begins with %s", failed.Error(), want)
	}
	for _, shown := range everyWayToShow(t, failed) {
		if strings.ContainsAny(shown, "\n\r\x00\x1b\u2028\u202e\u0085") {
			t.Errorf("the text is not one printable line: %q", shown)
		}
	}
	if _, err := call(t, 400, "<Error><Code>C</Code><Message>"+strings.Repeat("é", 100_000)+"</Message></Error>", nil); err == nil || len(err.Error()) > 1200 {
		t.Errorf("the error of a long message is %v, want a short one", err)
	} else if found := new(*awsquery.Error); !errors.As(err, found) || len((*found).Message) > 16<<10 || !strings.HasSuffix((*found).Message, "é") {
		t.Errorf("len(Message) = %d, want at most %d", len((*found).Message), 16<<10)
	}
}

func TestHintOfASendError(t *testing.T) {
	t.Parallel()
	failed := &awsquery.SendError{Operation: "ListItems", Err: errors.New("connection refused"), Hint: "check\nthe endpoint"}
	if got, want := failed.Error(), "ListItems: connection refused (check the endpoint)"; got != want {
		t.Errorf("Error() = %s, want %s", got, want)
	}
	for _, shown := range everyWayToShow(t, failed) {
		if !strings.Contains(shown, "check the endpoint") && shown != "*awsquery.SendError" || strings.Contains(shown, "\n") {
			t.Errorf("the text lacks the hint, or has several lines: %s", shown)
		}
	}
}

func TestNilErrors(t *testing.T) {
	t.Parallel()
	var (
		failed    *awsquery.Error
		unsent    *awsquery.SendError
		invalid   *awsquery.ValidationError
		malformed *codec.SyntaxError
	)
	for _, err := range []error{failed, unsent, invalid, malformed} {
		if err.Error() == "" || errors.Unwrap(err) != nil || errors.Is(err, awsquery.ErrThrottling) {
			t.Errorf("%T is not safe as a nil pointer", err)
		}
		_ = fmt.Sprintf("%v %+v %#v", err, err, err)
	}
	for _, err := range []error{new(awsquery.Error), new(awsquery.SendError), new(awsquery.ValidationError), new(codec.SyntaxError)} {
		if err.Error() == "" || strings.Contains(err.Error(), "nil") {
			t.Errorf("Error() of the zero %T = %q", err, err.Error())
		}
	}
}

// TestURLsInJoinedErrors checks that an error shows no URL that a credentials provider called, even in joined errors.
func TestURLsInJoinedErrors(t *testing.T) {
	t.Parallel()
	called := func(query string) error {
		return &url.Error{Op: "Get", URL: "https://issuer.example/?token=" + query, Err: errors.New("refused")}
	}
	_, malformed := http.NewRequest(http.MethodGet, "https://issuer.example/?token=fourth\n", nil) // a token from a file with a line break
	err := &awsquery.SendError{Operation: "ListItems", Err: fmt.Errorf("%w; and %w", errors.Join(called("first"), called("second"), malformed), called("third"))}
	for _, text := range everyWayToShow(t, err) {
		for _, secret := range []string{"first", "second", "third", "fourth", "issuer.example"} {
			if strings.Contains(text, secret) {
				t.Errorf("the text has %q: %s", secret, text)
			}
		}
	}
	if !errors.As(err, new(*url.Error)) {
		t.Error("the error does not match its cause")
	}
}

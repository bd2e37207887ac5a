package redshifttest

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// ForAction returns a function that tells whether a request calls the operation, such as CreateClusterSnapshot, in its URL or in its
// form: every call goes to the same path. It is a matcher for httpmock, and leaves the request's body to be read again:
//
//	mock.RegisterMatcherResponder(http.MethodGet, "https://redshift.eu-west-1.amazonaws.com/",
//		httpmock.NewMatcher("create", redshifttest.ForAction("CreateClusterSnapshot")), responder)
func ForAction(operation string) func(*http.Request) bool {
	return func(request *http.Request) bool { return request != nil && action(request) == operation }
}

func action(request *http.Request) string {
	if request.URL != nil {
		if query, err := url.ParseQuery(request.URL.RawQuery); err == nil && query.Has("Action") {
			return query.Get("Action")
		}
	}
	kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" || request.Body == nil {
		return ""
	}
	content, err := io.ReadAll(request.Body)
	_ = request.Body.Close()
	// What could be read is there again, and what ended it.
	request.Body = io.NopCloser(io.MultiReader(bytes.NewReader(content), errorReader{err}))
	form, parseErr := url.ParseQuery(string(content))
	if err != nil || parseErr != nil {
		return ""
	}

	return form.Get("Action")
}

// failing is a body that is at its end, or at an error.
type errorReader struct{ err error }

func (f errorReader) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}

	return 0, io.EOF
}

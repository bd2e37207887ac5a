package redshifttest

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// ForAction returns a function that reports whether a request calls an operation, such as CreateClusterSnapshot. It reads the Action in
// the URL or in the form, because every call has the same path. Use it as a matcher of httpmock. The body of the request can be read
// again afterwards:
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
	// The next reader gets the same content and the same error.
	request.Body = io.NopCloser(io.MultiReader(bytes.NewReader(content), errorReader{err}))
	form, parseErr := url.ParseQuery(string(content))
	if err != nil || parseErr != nil {
		return ""
	}

	return form.Get("Action")
}

// errorReader returns an error, or io.EOF if err is nil.
type errorReader struct{ err error }

func (f errorReader) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}

	return 0, io.EOF
}

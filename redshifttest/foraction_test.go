package redshifttest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/redshift-go/redshift/redshifttest"
)

func TestForAction(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		url, kind string
		body      io.Reader
		want      bool
		left      string
		err       error
	}{
		"in the URL": {url: "/?Version=2012-12-01&Action=DescribeTags", want: true},
		"other":      {url: "/?Action=DescribeTagsToo"},
		"none":       {url: "/"},
		"in a form": {url: "/", kind: form, body: strings.NewReader("Action=DescribeTags&X=1"), want: true,
			left: "Action=DescribeTags&X=1"},
		"other in a form": {url: "/", kind: form, body: strings.NewReader("Action=CreateTags"), left: "Action=CreateTags"},
		"text":            {url: "/", kind: "text/plain", body: strings.NewReader("Action=DescribeTags"), left: "Action=DescribeTags"},
		"broken form": {url: "/", kind: form, body: io.MultiReader(strings.NewReader("Action=DescribeTags"), iotest.ErrReader(broken)),
			left: "Action=DescribeTags", err: broken},
		"malformed URL": {url: "/?Action=DescribeTags&%zz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, err := http.NewRequest(http.MethodPost, "https://example.com"+test.url, test.body)
			if err != nil {
				t.Fatal(err)
			}
			if test.kind != "" {
				request.Header.Set("Content-Type", test.kind)
			}
			if got := redshifttest.ForAction("DescribeTags")(request); got != test.want {
				t.Errorf("ForAction() matches = %v, want %v", got, test.want)
			}
			if test.body == nil {
				return
			}
			if left, err := io.ReadAll(request.Body); string(left) != test.left || !errors.Is(err, test.err) {
				t.Errorf("the rest of the body = %q, %v, want %q, %v", left, err, test.left, test.err)
			}
		})
	}
	if redshifttest.ForAction("")(nil) {
		t.Error("a nil request must not match")
	}
}

package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// moving returns the page that compares the two SDKs.
func moving(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", "moving-from-the-aws-sdk.md"))
	if err != nil {
		t.Fatal(err)
	}

	return string(page)
}

// The snippets in docs/moving-from-the-aws-sdk.md that use Amazon's SDK, alone or with this library, compile as the body of a
// function.
func TestSnippetsOfAmazonsSDKCompile(t *testing.T) {
	t.Parallel()
	snippets := regexp.MustCompile("(?s)\n```go (aws|awsconfig)\n(.*?)\n```").FindAllStringSubmatch(moving(t), -1)
	if len(snippets) < 4 {
		t.Fatalf("got %d snippets", len(snippets))
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	scratch, replace, arguments := t.TempDir(), map[string]string{}, []string{"build", "-overlay"}
	overlay := filepath.Join(scratch, "overlay.json")
	arguments = append(arguments, overlay)
	for i, snippet := range snippets {
		// The snippet may create its own client.
		code := "func snippet(ctx context.Context, client *redshift.Client) error {\n{\n" + snippet[2] + "\n"
		if strings.Contains(snippet[2], "client := ") || strings.Contains(snippet[2], "client, err := ") {
			code += "_ = client\n"
		}
		code += "}\nreturn nil\n}\n"
		if strings.Contains(code, "instrument(") { // a function of the reader's program
			code += "func instrument(next http.RoundTripper) http.RoundTripper { return next }\n"
		}
		imports, client := "", "github.com/aws/aws-sdk-go-v2/service/redshift"
		if snippet[1] == "awsconfig" {
			client = "github.com/redshift-go/redshift"
		}
		if strings.Contains(code, "awshttp.") {
			imports += "import awshttp \"github.com/aws/aws-sdk-go-v2/aws/transport/http\"\n"
		}
		if strings.Contains(code, "amazon.") {
			imports += "import amazon \"github.com/aws/aws-sdk-go-v2/service/redshift\"\n"
		}
		for path, used := range map[string]string{
			"context": "context.", "errors": "errors.", "fmt": "fmt.", "log": "log.", "time": "time.",
			"github.com/aws/aws-sdk-go-v2/aws":                  "aws.",
			"github.com/aws/aws-sdk-go-v2/config":               "config.",
			"net/http":                                          "http.",
			"github.com/aws/aws-sdk-go-v2/credentials/stscreds": "stscreds.",
			"github.com/aws/aws-sdk-go-v2/service/sts":          "sts.",
			"github.com/redshift-go/redshift/awsconfig":         "awsconfig.",
			client: "redshift.",
			"github.com/aws/aws-sdk-go-v2/service/redshift/types": "types.",
			"github.com/aws/smithy-go":                            "smithy.",
		} {
			if regexp.MustCompile(`\b` + regexp.QuoteMeta(used)).MatchString(code) {
				imports += fmt.Sprintf("import %q\n", path)
			}
		}
		file := filepath.Join(scratch, fmt.Sprintf("snippet%d.go", i))
		if err := os.WriteFile(file, []byte("package snippet\n"+imports+code), 0o644); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, "docs", fmt.Sprintf("snippet%d", i), "snippet.go")] = file
		arguments = append(arguments, fmt.Sprintf("./docs/snippet%d", i))
	}
	encoded, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, encoded, 0o644); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.CommandContext(t.Context(), "go", arguments...).CombinedOutput(); err != nil {
		t.Errorf("go %s: %v\n%s", strings.Join(arguments[:1], " "), err, output)
	}
}

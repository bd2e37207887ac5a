package setup

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

func TestCommandRunsTheProgramAgainWithTheSameFlags(t *testing.T) {
	t.Parallel()
	flags, target := Flags("restore-drill", "Restores.")
	flags.String("cluster", "", "")
	flags.Bool("continue", false, "")
	target.AddPollFlag()
	if err := Parse(flags, []string{"-cluster", "sales", "-endpoint", "http://localhost:1/?a=b&c", "-poll", "20s", "-continue"}); err != nil {
		t.Fatal(err)
	}
	got := target.Command([]string{"continue"}, "-rollback")
	want := "go run ./examples/restore-drill -cluster=sales '-endpoint=http://localhost:1/?a=b&c' -poll=20s -rollback"
	if got != want {
		t.Errorf("Command() = %s, want %s", got, want)
	}
	if target.PollEvery().String() != "20s" {
		t.Errorf("PollEvery() = %v, want 20s", target.PollEvery())
	}
}

func TestDeleteCommandNamesRegionAndEndpoint(t *testing.T) {
	t.Parallel()
	keys := sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"})
	client, err := redshift.New(redshift.Config{Region: "eu-west-1", Credentials: keys, IgnoreEnvironment: true})
	if err != nil {
		t.Fatal(err)
	}
	want := "aws redshift delete-cluster --cluster-identifier sales --skip-final-cluster-snapshot --region eu-west-1"
	if got := new(Target).DeleteCommand(client, "sales"); got != want {
		t.Errorf("DeleteCommand() = %s, want %s", got, want)
	}
	target := &Target{Endpoint: "http://localhost:1"}
	if got := target.DeleteCommand(client, "sales"); got != want+" --endpoint-url http://localhost:1" {
		t.Errorf("DeleteCommand() = %s, want the endpoint", got)
	}
}

func TestQuotedWordsAreOneWordForAShell(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	for _, word := range []string{"plain", "", "two words", "it's", `"$HOME" \ *`, "a\nb"} {
		output, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s. "+quote(word)).Output()
		if err != nil || string(output) != word+"." {
			t.Errorf("the shell read %q from %s (%v), want %q", output, quote(word), err, word)
		}
	}
}

func TestALogHasOneLineForEachChange(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	line := NewProgressLine(&output)
	for _, text := range strings.Fields("creating creating available available creating") {
		line.Show(text)
	}
	line.End()
	if want := "  creating\n  available\n  creating\n"; output.String() != want {
		t.Errorf("output = %q, want %q", &output, want)
	}
}

func TestAFileIsNoTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	line := NewProgressLine(file)
	line.Show("creating")
	line.End()
	content, err := os.ReadFile(file.Name())
	if err != nil || string(content) != "  creating\n" {
		t.Errorf("the file has %q (%v), want one line", content, err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

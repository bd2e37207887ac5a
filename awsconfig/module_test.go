package awsconfig_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The versions of the two modules in the proxy of the test.
const (
	rootPath, rootVersion     = "github.com/redshift-go/redshift", "v1.999.0"
	modulePath, moduleVersion = "github.com/redshift-go/redshift/awsconfig", "v1.999.1"
)

const userProgram = `package main

import (
	"context"
	"log"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
)

func main() {
	config, err := awsconfig.Load(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if _, err := redshift.New(config); err != nil {
		log.Fatal(err)
	}
}
`

// TestBuildsForAUser checks that a user can build a program with both modules from a proxy, where the replace directive in this module's
// go.mod has no effect. The other modules come from the cache of this machine.
func TestBuildsForAUser(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped, because the test builds Amazon's SDK")
	}
	proxy, cache := t.TempDir(), goEnv(t, "GOMODCACHE")
	publish(t, proxy, rootPath, rootVersion, "..", nil)
	publish(t, proxy, modulePath, moduleVersion, ".", func(content []byte) []byte {
		// CONTRIBUTING describes this step of a release.
		return regexp.MustCompile(regexp.QuoteMeta(rootPath)+` v\S+`).ReplaceAll(content, []byte(rootPath+" "+rootVersion))
	})
	user := &userModule{T: t, folder: t.TempDir(), environment: append(slices.Clone(developersEnvironment),
		"GOPROXY="+fileURL(proxy)+","+fileURL(filepath.Join(cache, "cache", "download")),
		"GOMODCACHE="+t.TempDir(), "GOFLAGS=-modcacherw -trimpath", "GONOSUMDB=*", "GOSUMDB=off", "GOWORK=off", "GOTOOLCHAIN=local", "GOPRIVATE=", "GONOPROXY=",
	)}
	if err := os.WriteFile(filepath.Join(user.folder, "main.go"), []byte(userProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	user.run("mod", "init", "example.com/user")
	user.run("get", modulePath+"@"+moduleVersion)
	user.run("build", "-o", os.DevNull, ".")
	content, err := os.ReadFile(filepath.Join(user.folder, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(content); strings.Contains(text, "replace") || !strings.Contains(text, rootPath+" "+rootVersion) ||
		strings.Contains(text, "service/redshift") {
		t.Errorf("the user's go.mod is\n%s", text)
	}

	// The root module alone does not require Amazon's SDK.
	alone := &userModule{T: t, folder: t.TempDir(), environment: user.environment}
	program := strings.NewReplacer("\t\""+modulePath+"\"\n", "", "awsconfig.Load(context.Background())", "redshift.Config{}, context.Background().Err()").Replace(userProgram)
	if err := os.WriteFile(filepath.Join(alone.folder, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	alone.run("mod", "init", "example.com/user")
	alone.run("get", rootPath+"@"+rootVersion)
	alone.run("build", "-o", os.DevNull, ".")
	if graph := alone.run("mod", "graph"); strings.Contains(graph, "github.com/aws/") || !strings.Contains(graph, "github.com/go-openapi/runtime") {
		t.Errorf("the root module requires\n%s", graph)
	}
	alone.run("mod", "tidy")
	alone.checkREADME()
}

// checkREADME checks that the README has the number of requirements in the go.mod of a program that uses the root module.
func (u *userModule) checkREADME() {
	u.Helper()
	var module struct {
		Go      string
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal([]byte(u.run("mod", "edit", "-json")), &module); err != nil {
		u.Fatal(err)
	}
	indirect := 0
	for _, requirement := range module.Require {
		if requirement.Indirect {
			indirect++
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		u.Fatal(err)
	}
	says := fmt.Sprintf("adds %d direct and %d indirect requirements", len(module.Require)-indirect, indirect)
	if !strings.Contains(strings.Join(strings.Fields(string(page)), " "), says) {
		u.Errorf("the README lacks %q for this go.mod:\n%s", says, u.run("mod", "edit", "-print"))
	}
}

// TestREADMECompiles compiles the Go snippets of the README as bodies of a function. An overlay adds them to the module without writing
// files to it.
func TestREADMECompiles(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	scratch, replace, packages := t.TempDir(), map[string]string{}, []string{}
	for i, snippet := range regexp.MustCompile("(?s)\n```go\n(.*?)\n```").FindAllStringSubmatch(string(page), -1) {
		code := "package snippet\n\nimport (\n\t\"context\"\n\n\t\"github.com/aws/aws-sdk-go-v2/config\"\n\n\t\"" + rootPath + "\"\n\t\"" + modulePath + "\"\n)\n\n" +
			"func snippet(ctx context.Context) error {\n" + snippet[1] + "\n_ = client\nreturn nil\n}\n"
		folder := fmt.Sprintf("snippet%d", i)
		file := filepath.Join(scratch, folder+".go")
		if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, folder, "snippet.go")] = file
		packages = append(packages, "./"+folder)
	}
	if len(packages) == 0 {
		t.Fatal("the README has no snippets")
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", append([]string{"build", "-overlay", file}, packages...)...)
	command.Env = developersEnvironment
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// developersEnvironment is the environment before TestMain. The go command needs it to find its caches.
var developersEnvironment = os.Environ()

// userModule is the module of a user's program.
type userModule struct {
	*testing.T
	folder      string
	environment []string
}

// run runs the go command, and returns its output.
func (u *userModule) run(arguments ...string) string {
	u.Helper()
	command := exec.CommandContext(u.Context(), "go", arguments...)
	command.Dir, command.Env = u.folder, u.environment
	output, err := command.CombinedOutput()
	if err != nil {
		u.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}

	return string(output)
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "env", name)
	command.Env = developersEnvironment
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}

	return strings.TrimSpace(string(output))
}

func fileURL(folder string) string {
	path := filepath.ToSlash(folder)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // before a drive letter
	}

	return (&url.URL{Scheme: "file", Path: path}).String()
}

// publish writes the files of a module for a proxy: https://go.dev/ref/mod#goproxy-protocol.
func publish(t *testing.T, proxy, path, version, source string, changeGoMod func([]byte) []byte) {
	t.Helper()
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	var goMod []byte
	err := filepath.WalkDir(source, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skipFolder(source, file, entry.Name())
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(source, file)
		if err != nil {
			return err
		}
		if name == "go.mod" {
			if changeGoMod != nil {
				content = changeGoMod(content)
			}
			goMod = content
		}
		member, err := writer.Create(path + "@" + version + "/" + filepath.ToSlash(name))
		if err != nil {
			return err
		}
		_, err = member.Write(content)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": fmt.Appendf(nil, `{"Version": %q, "Time": "2026-11-23T00:00:00Z"}`, version),
		version + ".mod":  goMod,
		version + ".zip":  archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// skipFolder returns fs.SkipDir for folders that are not part of a module: hidden folders, and other modules.
func skipFolder(source, folder, name string) error {
	if folder == source {
		return nil
	}
	if strings.HasPrefix(name, ".") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
		return filepath.SkipDir
	}

	return nil
}

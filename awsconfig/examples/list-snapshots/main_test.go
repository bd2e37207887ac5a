package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestList(t *testing.T) {
	home := t.TempDir()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	credentials := filepath.Join(home, "credentials")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentials)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "config"))
	keys := "[backups]\naws_access_key_id = " + redshifttest.ExampleAccessKeyID + "\naws_secret_access_key = " + redshifttest.ExampleSecretAccessKey + "\n"
	if err := os.WriteFile(credentials, []byte(keys), 0o600); err != nil {
		t.Fatal(err)
	}
	server := redshifttest.NewServer(t, redshifttest.Options{Region: "eu-west-1", Start: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), SignatureClock: time.Now})
	if err := server.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	config := server.Config()
	config.Now = time.Now
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"}); err != nil {
		t.Fatal(err)
	}

	var output bytes.Buffer
	if err := run(t.Context(), []string{"-profile", "backups", "-region", "eu-west-1", "-endpoint", server.URL}, &output); err != nil {
		t.Fatal(err)
	}
	if text := output.String(); !strings.HasPrefix(text, "2026-11-23 04:00:0") || !strings.HasSuffix(text, "  creating   nightly of analytics\n1 snapshots\n") {
		t.Errorf("run printed %q", text)
	}

	for arguments, want := range map[string]string{
		"more":             `unexpected argument "more"`,
		"-profile backups": "set AWS_REGION",
		"-profile other":   `the profile "other" does not exist`,
		"-profile backups -region eu-west-1 -endpoint nowhere": "Config.Endpoint",
	} {
		if err := run(t.Context(), strings.Fields(arguments), new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run(%s) = %v, want %s", arguments, err, want)
		}
	}
	if err := run(t.Context(), []string{"-help"}, new(bytes.Buffer)); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("run(-help) = %v, want flag.ErrHelp", err)
	}
}

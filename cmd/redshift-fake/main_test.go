package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	output, printed := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-region", "eu-west-1", "-cluster", "analytics, sales", "-speed", "600"}, printed)
		ended <- errors.Join(err, printed.Close())
	}()
	settings := make(map[string]string)
	lines := bufio.NewScanner(output)
	for len(settings) < 4 && lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		settings[name] = value
	}
	client, err := redshift.New(redshift.Config{
		Region:   settings["AWS_REGION"],
		Endpoint: settings["AWS_ENDPOINT_URL_REDSHIFT"],
		Credentials: sigv4.StaticCredentials(sigv4.Credentials{
			AccessKeyID:     settings["AWS_ACCESS_KEY_ID"],
			SecretAccessKey: settings["AWS_SECRET_ACCESS_KEY"],
		}),
	})
	if err != nil {
		t.Fatalf("the settings %q: %v", settings, err)
	}
	found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{})
	if err != nil || len(found.Snapshots) != 2 {
		t.Errorf("found %v, %v", found, err)
	}
	client.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("when it was interrupted: %v", err)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for want, arguments := range map[string][]string{
		"-listen 0.0.0.0:0":    {"-listen", "0.0.0.0:0"},
		"-listen :8080":        {"-listen", ":8080"},
		"-listen 192.0.2.1:80": {"-listen", "192.0.2.1:80"},
		`"Not A Cluster"`:      {"-cluster", "Not A Cluster"},
		"already":              {"-cluster", "a,a"},
		"flag provided but":    {"-colour", "blue"},
	} {
		if err := run(t.Context(), arguments, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v", arguments, err)
		}
	}
	if err := run(t.Context(), []string{"-help"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-help: %v", err)
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/testenv"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// asProgram is an environment variable that makes the test binary run the program.
const asProgram = "REDSHIFT_FAKE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// running is the program, running in this process.
type running struct {
	printed string // standard output
	stderr  *safeBuffer
	stop    func() int
}

type safeBuffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.Buffer.Write(text)
}

func start(t *testing.T, arguments ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	output, stdout := io.Pipe()
	program := &running{stderr: new(safeBuffer)}
	ended := make(chan int, 1)
	go func() {
		status := run(ctx, arguments, stdout, program.stderr)
		_ = stdout.Close() // run does not close it if it fails before it prints
		ended <- status
	}()
	program.stop = sync.OnceValue(func() int {
		cancel()

		return <-ended
	})
	t.Cleanup(func() { program.stop() })
	printed, err := io.ReadAll(output) // until the program closes it
	if err != nil {
		t.Fatal(err)
	}
	program.printed = string(printed)
	if program.printed == "" {
		t.Fatalf("the program printed nothing and exited with status %d:\n%s", program.stop(), program.stderr)
	}

	return program
}

// environment returns the AWS variables of a shell that has run the printed lines.
func environment(t *testing.T, printed string) map[string]string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("this machine has no sh to run the printed lines")
	}
	command := exec.CommandContext(t.Context(), shell, "-c", "set -eu\n"+printed+"\nenv")
	command.Env = []string{
		"AWS_SESSION_TOKEN=another", "AWS_SECURITY_TOKEN=another", "AWS_REGION=mars-north-1",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ACCOUNT_ID=999999999999", "AWS_USE_FIPS_ENDPOINT=true",
		"AWS_USE_DUALSTACK_ENDPOINT=true", "PATH=" + os.Getenv("PATH"),
	}
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	variables := make(map[string]string)
	for line := range strings.Lines(string(output)) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), "="); found && strings.HasPrefix(name, "AWS_") {
			variables[name] = value
		}
	}

	return variables
}

// client returns a client of the fake that the printed lines configure. The zero keys mean the printed ones.
func (r *running) client(t *testing.T, keys sigv4.Credentials) *redshift.Client {
	t.Helper()
	variables := environment(t, r.printed)
	if keys == (sigv4.Credentials{}) {
		keys = sigv4.Credentials{AccessKeyID: variables["AWS_ACCESS_KEY_ID"], SecretAccessKey: variables["AWS_SECRET_ACCESS_KEY"]}
	}
	client, err := redshift.New(redshift.Config{
		Region:      variables["AWS_REGION"],
		Endpoint:    variables["AWS_ENDPOINT_URL_REDSHIFT"],
		Credentials: sigv4.StaticCredentials(keys),
	})
	if err != nil {
		t.Fatalf("New with %q: %v", variables, err)
	}
	t.Cleanup(client.CloseIdleConnections)

	return client
}

// TestPrintedLines configures a client only with the environment variables of the printed lines.
func TestPrintedLines(t *testing.T) {
	for name, arguments := range map[string][]string{
		"IPv4": {"-region", "eu-west-1", "-cluster", "analytics, sales", "-speed", "600"},
		"IPv6": {"-region", "eu-west-1", "-cluster", "analytics,sales", "-listen", "[::1]:0"},
	} {
		t.Run(name, func(t *testing.T) {
			if listener, err := net.Listen("tcp", "[::1]:0"); name == "IPv6" && err != nil {
				t.Skip("this machine has no IPv6")
			} else if err == nil {
				_ = listener.Close()
			}
			program := start(t, arguments...)
			variables := environment(t, program.printed)
			want := []string{"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_REDSHIFT", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"}
			if names := slices.Sorted(maps.Keys(variables)); !slices.Equal(names, want) || variables["AWS_DEFAULT_REGION"] != "eu-west-1" {
				t.Errorf("the environment has %q, want %q", variables, want)
			}
			for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_ENDPOINT_URL"} {
				t.Setenv(name, "")
			}
			for name, value := range variables {
				t.Setenv(name, value)
			}
			client, err := redshift.New(redshift.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{})
			if err != nil || len(found.Snapshots) != 2 || client.Region() != "eu-west-1" {
				t.Errorf("DescribeClusterSnapshots() in %s = %v, %v, want two snapshots in eu-west-1", client.Region(), found, err)
			}
			if status := program.stop(); status != 0 || !strings.HasSuffix(program.stderr.String(), "redshift-fake: stopped\n") {
				t.Errorf("exit status %d, want 0; standard error:\n%s", status, program.stderr)
			}
		})
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"default speed":                {"-demo"},
		"another region":               {"-demo", "-region", "eu-west-1"},
		"fast":                         {"-demo", "-speed", "100"},
		"longest snapshot duration":    {"-demo", "-snapshot-duration", "6h"},
		"automated snapshots disabled": {"-demo", "-automated-snapshots=false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			program := start(t, arguments...)
			client := program.client(t, sigv4.Credentials{})
			counts, ages := make(map[string]int), make(map[string]time.Duration)
			for snapshot, err := range client.DescribeClusterSnapshotsAll(t.Context(), &redshift.DescribeClusterSnapshotsParams{}) {
				if err != nil {
					t.Fatal(err)
				}
				counts[fmt.Sprintf("%s %s %s", snapshot.ClusterIdentifier, snapshot.SnapshotType, snapshot.Status)]++
				ages[snapshot.SnapshotIdentifier] = began.Sub(snapshot.SnapshotCreateTime).Round(time.Hour)
				for _, tag := range snapshot.Tags {
					counts["tagged "+tag.Key]++
				}
				for _, access := range snapshot.AccountsWithRestoreAccess {
					counts[snapshot.SnapshotIdentifier+" for "+access.AccountID]++
				}
			}
			want := map[string]int{
				"analytics automated available": 3, "analytics manual available": 5, "analytics manual creating": 1,
				"sales automated available": 3, "sales manual available": 3, "sales manual failed": 1,
				"staging automated available": 3, "staging manual available": 1,
				"ledger automated available": 3, "archive manual available": 1,
				"legacy manual available": 1,
				"tagged keep":             3, "tagged reason": 3, "tagged env": 9, "tagged team": 3,
				"analytics-quarter-end for 210987654321": 1,
			}
			if !maps.Equal(counts, want) {
				t.Errorf("the demo has %v\nwant %v", counts, want)
			}
			for name, age := range map[string]time.Duration{
				"legacy-last": 90 * day, "analytics-weekly-3": 7 * day, "sales-nightly-3": day, "analytics-on-demand": 0,
			} {
				if ages[name] != age {
					t.Errorf("age of %s = %v, want %v", name, ages[name], age)
				}
			}
			shared, err := program.client(t, demoPartnerKeys).DescribeClusterSnapshots(t.Context(),
				&redshift.DescribeClusterSnapshotsParams{OwnerAccount: redshifttest.DefaultAccountID})
			if err != nil || len(shared.Snapshots) != 1 || shared.Snapshots[0].SnapshotIdentifier != demoShared {
				t.Errorf("DescribeClusterSnapshots() of the partner = %v, %v, want %s", shared, err, demoShared)
			}
			for _, text := range []string{demoPartnerKeys.AccessKeyID, demoPartnerKeys.SecretAccessKey, demoPartner, demoShared} {
				if !strings.Contains(program.printed, text) {
					t.Errorf("the printed lines do not contain %q:\n%s", text, program.printed)
				}
			}
		})
	}
}

// TestDemoClusters describes the clusters and the other resources of the demo.
func TestDemoClusters(t *testing.T) {
	t.Parallel()
	program := start(t, "-demo", "-resource", "parameter-group=mine")
	client := program.client(t, sigv4.Credentials{})
	var got []string
	for cluster, err := range client.DescribeClustersAll(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		nodes := fmt.Sprintf("%s %d*%s", cluster.ClusterStatus, cluster.NumberOfNodes, cluster.NodeType)
		group := cluster.ClusterParameterGroups[0].ParameterGroupName
		got = append(got, fmt.Sprintf("%s %s %s %s %v %d",
			cluster.ClusterIdentifier, nodes, group, cluster.ClusterSubnetGroupName, cluster.Encrypted, len(cluster.IamRoles)))
	}
	want := []string{
		"analytics available 2*ra3.xlplus reports private false 1",
		"archive paused 2*ra3.xlplus default.redshift-1.0 default false 0",
		"ledger available 4*dc2.large default.redshift-1.0 default true 0",
		"sales available 2*ra3.xlplus default.redshift-1.0 private false 0",
		"sales-drill creating 2*ra3.xlplus default.redshift-1.0 default false 0",
		"staging available 1*ra3.xlplus default.redshift-1.0 default false 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the clusters are %q, want %q", got, want)
	}
	parameters, err := client.DescribeClusterParameterGroups(t.Context(),
		&redshift.DescribeClusterParameterGroupsParams{ParameterGroupName: "loading"})
	if err != nil || parameters.ParameterGroups[0].ParameterGroupFamily != "redshift-1.0" {
		t.Errorf("DescribeClusterParameterGroups() = %+v, %v, want the group loading", parameters, err)
	}
	subnets, err := client.DescribeClusterSubnetGroups(t.Context(),
		&redshift.DescribeClusterSubnetGroupsParams{ClusterSubnetGroupName: "loading"})
	if err != nil || subnets.ClusterSubnetGroups[0].Description != "Subnets for nightly loads" {
		t.Errorf("DescribeClusterSubnetGroups() = %+v, %v, want the group loading", subnets, err)
	}
	subscriptions, err := client.DescribeEventSubscriptions(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if list := subscriptions.EventSubscriptionsList; len(list) != 1 || list[0].CustSubscriptionID != "errors" {
		t.Errorf("DescribeEventSubscriptions() = %+v, want the subscription errors", subscriptions)
	}
	actions, err := client.DescribeScheduledActions(t.Context(),
		&redshift.DescribeScheduledActionsParams{ScheduledActionName: "archive-on-mondays"})
	if err != nil {
		t.Fatal(err)
	}
	if list := actions.ScheduledActions; len(list) != 1 || list[0].TargetAction.ResumeCluster.ClusterIdentifier != "archive" {
		t.Errorf("DescribeScheduledActions() = %+v, want the action archive-on-mondays", actions)
	}
	if storage, err := client.DescribeStorage(t.Context(), nil); err != nil || storage.TotalBackupSizeInMegaBytes < 400_000 {
		t.Errorf("DescribeStorage() = %+v, %v, want the backup of all clusters", storage, err)
	}
}

// TestDemoInRegions fills the demo in a region of each partition. Its ARNs belong to the region.
func TestDemoInRegions(t *testing.T) {
	t.Parallel()
	for region, partition := range map[string]string{"eu-west-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"} {
		chosen, err := parse([]string{"-demo", "-region", region})
		if err != nil {
			t.Fatal(err)
		}
		fake, err := chosen.fake(t.Context(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Errorf("the demo in %s: %v", region, err)

			continue
		}
		client, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		subscriptions, err := client.DescribeEventSubscriptions(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		topic := "arn:" + partition + ":sns:" + region + ":" + fake.AccountID() + ":redshift-errors"
		if got := subscriptions.EventSubscriptionsList[0].SnsTopicArn; got != topic {
			t.Errorf("the topic in %s is %s, want %s", region, got, topic)
		}
		cluster, err := client.DescribeClusters(t.Context(), &redshift.DescribeClustersParams{ClusterIdentifier: "analytics"})
		if err != nil {
			t.Fatal(err)
		}
		role := "arn:" + partition + ":iam::" + fake.AccountID() + ":role/analytics-copy"
		if got := cluster.Clusters[0].IamRoles[0].IamRoleArn; got != role {
			t.Errorf("the role in %s is %s, want %s", region, got, role)
		}
	}
}

// TestWithoutClusters starts without clusters and snapshots.
func TestWithoutClusters(t *testing.T) {
	t.Parallel()
	client := start(t, "-cluster", "").client(t, sigv4.Credentials{})
	clusters, err := client.DescribeClusters(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	snapshots, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{})
	if err != nil {
		t.Fatal(err)
	}
	if len(clusters.Clusters)+len(snapshots.Snapshots) != 0 {
		t.Errorf("the fake has the clusters %v and the snapshots %v, want none", clusters.Clusters, snapshots.Snapshots)
	}
}

// TestDemoDrill waits until the cluster that the demo restores is available. It then has its first automated snapshot.
func TestDemoDrill(t *testing.T) {
	t.Parallel()
	client := start(t, "-demo", "-restore-duration", "0").client(t, sigv4.Credentials{})
	found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "sales-drill"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Snapshots) != 1 || found.Snapshots[0].SnapshotType != models.SnapshotTypeAutomated {
		t.Errorf("DescribeClusterSnapshots() = %+v, want one automated snapshot", found.Snapshots)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		want      models.SnapshotStatus // of a snapshot 20 ms after it was taken
	}{
		"slow":        {nil, models.SnapshotStatusCreating},
		"fast":        {[]string{"-speed", "86400"}, models.SnapshotStatusAvailable},
		"no duration": {[]string{"-snapshot-duration", "0"}, models.SnapshotStatusAvailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := start(t, test.arguments...).client(t, sigv4.Credentials{})
			if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: "a",
			}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond) // about half an hour at speed 86400
			found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "a"})
			if err != nil || found.Snapshots[0].Status != test.want {
				t.Errorf("DescribeClusterSnapshots() = %v, %v, want a snapshot that is %s", found, err, test.want)
			}
		})
	}
}

// TestAutomatedSnapshots counts the automated snapshots of a day, which passes in one second.
func TestAutomatedSnapshots(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string]bool{
		"-automated-snapshots": true, "-automated-snapshots=true": true, "-automated-snapshots=false": false, "-demo=false": true,
	} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			client := start(t, argument, "-speed", "86400").client(t, sigv4.Credentials{})
			// The first one is due after a third of a second.
			const tries, seeded = 100, 1
			found := 0
			for range tries {
				all, err := client.DescribeClusterSnapshots(t.Context(),
					&redshift.DescribeClusterSnapshotsParams{SnapshotType: models.SnapshotTypeAutomated})
				if err != nil {
					t.Fatal(err)
				}
				if found = len(all.Snapshots) - seeded; found > 0 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if (found > 0) != want {
				t.Errorf("found %d new automated snapshots, want some: %t", found, want)
			}
		})
	}
}

// TestResources restores clusters with names that the flag -resource adds.
func TestResources(t *testing.T) {
	t.Parallel()
	program := start(t, "-demo",
		"-resource", "subnet-group=private,public", "-resource", "parameter-group=strict", "-resource", "subnet-group=third")
	client := program.client(t, sigv4.Credentials{})
	for group, want := range map[string]error{
		"private": nil, "public": nil, "third": nil, "default": nil, "fourth": models.ErrClusterSubnetGroupNotFoundFault,
	} {
		_, err := client.RestoreFromClusterSnapshot(t.Context(), &redshift.RestoreFromClusterSnapshotParams{
			ClusterIdentifier:         "drill-" + group,
			SnapshotIdentifier:        "sales-nightly-3",
			ClusterSubnetGroupName:    group,
			ClusterParameterGroupName: "strict",
		})
		if !errors.Is(err, want) {
			t.Errorf("RestoreFromClusterSnapshot() with subnet group %s: %v, want %v", group, err, want)
		}
	}
}

// TestVisibilityDelay describes a snapshot that was just taken. The delay of a year does not end during the test.
func TestVisibilityDelay(t *testing.T) {
	t.Parallel()
	client := start(t, "-visibility-delay", "8760h").client(t, sigv4.Credentials{})
	params := &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "a"}
	if _, err := client.CreateClusterSnapshot(t.Context(), params); err != nil {
		t.Fatal(err)
	}
	_, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "a"})
	if !errors.Is(err, models.ErrClusterSnapshotNotFound) {
		t.Errorf("DescribeClusterSnapshots() of a hidden snapshot: %v, want %v", err, models.ErrClusterSnapshotNotFound)
	}
	if _, err := client.CreateClusterSnapshot(t.Context(), params); !errors.Is(err, models.ErrClusterSnapshotAlreadyExists) {
		t.Errorf("second CreateClusterSnapshot(): %v, want %v", err, models.ErrClusterSnapshotAlreadyExists)
	}
	found, err := client.DescribeClusterSnapshots(t.Context(), nil)
	if err != nil || len(found.Snapshots) != 1 {
		t.Errorf("DescribeClusterSnapshots() = %v, %v, want one snapshot", found, err)
	}
}

// TestRegions serves two regions at one address, copies a snapshot from one to the other, and calls a third region, which is refused.
func TestRegions(t *testing.T) {
	t.Parallel()
	program := start(t, "-region", "eu-west-1,eu-central-1", "-snapshot-duration", "0", "-restore-duration", "0")
	variables := environment(t, program.printed)
	in := func(region string) *redshift.Client {
		client, err := redshift.New(redshift.Config{
			Region:   region,
			Endpoint: variables["AWS_ENDPOINT_URL_REDSHIFT"],
			Credentials: sigv4.StaticCredentials(sigv4.Credentials{
				AccessKeyID: variables["AWS_ACCESS_KEY_ID"], SecretAccessKey: variables["AWS_SECRET_ACCESS_KEY"],
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.CloseIdleConnections)

		return client
	}
	first, second := in(variables["AWS_REGION"]), in("eu-central-1")
	if _, err := first.EnableSnapshotCopy(t.Context(), &redshift.EnableSnapshotCopyParams{
		ClusterIdentifier: "analytics", DestinationRegion: "eu-central-1",
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := first.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := second.RestoreFromClusterSnapshot(t.Context(), &redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier: "drill", SnapshotIdentifier: "copy:nightly",
	}); err != nil {
		t.Fatal(err)
	}
	found, err := second.DescribeClusters(t.Context(), nil)
	if err != nil || len(found.Clusters) != 1 || found.Clusters[0].RestoreStatus.Status != models.RestoreStatusTypeCompleted {
		t.Errorf("DescribeClusters() in the second region = %+v, %v, want one restored cluster", found, err)
	}
	if _, err := in("us-east-1").DescribeClusters(t.Context(), nil); !errors.Is(err, awsquery.ErrSignatureDoesNotMatch) {
		t.Errorf("DescribeClusters() in a third region: %v, want %v", err, awsquery.ErrSignatureDoesNotMatch)
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	const (
		done    = "level=INFO msg=call operation=DescribeClusterSnapshots account=123456789012 status=200"
		refused = "level=WARN msg=call operation=DeleteClusterSnapshot account=123456789012 status=404 code=ClusterSnapshotNotFound"
	)
	for name, test := range map[string]struct {
		arguments []string
		want      []string
	}{
		"by default": {nil, []string{done, refused}},
		"all":        {[]string{"-log", "all", "-demo"}, []string{done, refused}}, // without the calls that fill the fake
		"failed":     {[]string{"-log", "failed"}, []string{refused}},
		"none":       {[]string{"-log", "none"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := start(t, test.arguments...)
			client := program.client(t, sigv4.Credentials{})
			if _, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{
				ClusterIdentifier: "confidential",
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{
				SnapshotIdentifier: "confidential",
			}); !errors.Is(err, models.ErrClusterSnapshotNotFound) {
				t.Fatal(err)
			}
			if status := program.stop(); status != 0 {
				t.Errorf("exit status %d, want 0", status)
			}
			logged := program.stderr.String()
			if strings.Contains(logged, "confidential") || strings.Contains(logged, "Signature") {
				t.Errorf("the log has parameters or signatures:\n%s", logged)
			}
			lines := strings.Split(strings.TrimSpace(logged), "\n")
			calls := lines[:len(lines)-1] // without "stopped"
			if len(calls) != len(test.want) {
				t.Fatalf("got %d log lines, want %d:\n%s", len(calls), len(test.want), logged)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(calls[i], "time=") || !strings.Contains(calls[i], want) || !strings.Contains(calls[i], "duration=") {
					t.Errorf("got the log line\n%s\nwant\n%s", calls[i], want)
				}
			}
		})
	}
}

// TestHosts sends requests to several hosts. The keys are public, so a web page could sign its requests.
func TestHosts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		host      string
		refused   bool
	}{
		"loopback address":            {nil, "", false},
		"localhost":                   {nil, "localhost", false},
		"other host":                  {nil, "attacker.example", true},
		"host of the flag":            {[]string{"-host", "redshift.test,Analytics.test"}, "analytics.test", false},
		"other host despite the flag": {[]string{"-host", "redshift.test"}, "attacker.example", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := start(t, test.arguments...)
			variables := environment(t, program.printed)
			address := strings.TrimPrefix(variables["AWS_ENDPOINT_URL_REDSHIFT"], "http://")
			endpoint := "http://" + address
			if test.host != "" {
				_, port, err := net.SplitHostPort(address)
				if err != nil {
					t.Fatal(err)
				}
				endpoint = "http://" + net.JoinHostPort(test.host, port)
			}
			// Connections to every host go to the program.
			transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			}}
			defer transport.CloseIdleConnections()
			client, err := redshift.New(redshift.Config{
				Region:        variables["AWS_REGION"],
				Endpoint:      endpoint,
				HTTPClient:    &http.Client{Transport: transport},
				AllowInsecure: true,
				Credentials: sigv4.StaticCredentials(sigv4.Credentials{
					AccessKeyID: variables["AWS_ACCESS_KEY_ID"], SecretAccessKey: variables["AWS_SECRET_ACCESS_KEY"],
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.DescribeClusters(t.Context(), nil)
			if refused := errors.Is(err, awsquery.ErrAccessDenied); refused != test.refused || !refused && err != nil {
				t.Errorf("DescribeClusters() refused = %t, want %t: %v", refused, test.refused, err)
			}
			if test.refused && !strings.Contains(err.Error(), "-host") {
				t.Errorf("the error does not name the flag -host: %v", err)
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for want, test := range map[string]struct {
		arguments []string
		status    int
	}{
		"-listen 0.0.0.0:0: want a loopback": {[]string{"-listen", "0.0.0.0:0"}, 2},
		"-listen :8080: want a loopback":     {[]string{"-listen", ":8080"}, 2},
		"-listen 192.0.2.1:80: want a":       {[]string{"-listen", "192.0.2.1:80"}, 2},
		"-listen 127.0.0.1: want a":          {[]string{"-listen", "127.0.0.1"}, 2},
		"in use":                             {[]string{"-listen", taken.Addr().String()}, 1},
		`"Not A Cluster"`:                    {[]string{"-cluster", "Not A Cluster"}, 2},
		"already":                            {[]string{"-cluster", "a,a"}, 2},
		`"EU West" for flag -region`:         {[]string{"-region", "EU West"}, 2},
		`"http://a" for flag -host:`:         {[]string{"-host", "http://a"}, 2},
		`"" is not the name of a host`:       {[]string{"-host", "a,"}, 2},
		`"" is not the name of a region`:     {[]string{"-region", "eu-west-1,"}, 2},
		"-restore-duration -1s":              {[]string{"-restore-duration", "-1s"}, 2},
		"-cluster-duration -1s":              {[]string{"-cluster-duration", "-1s"}, 2},
		"-resize-duration -1s":               {[]string{"-resize-duration", "-1s"}, 2},
		"-visibility-delay -1s: must not":    {[]string{"-visibility-delay", "-1s"}, 2},
		"-speed 0: want more than 0":         {[]string{"-speed", "0"}, 2},
		"-speed -1:":                         {[]string{"-speed", "-1"}, 2},
		"-speed NaN:":                        {[]string{"-speed", "NaN"}, 2},
		"-speed +Inf:":                       {[]string{"-speed", "Inf"}, 2},
		"-snapshot-duration -1s":             {[]string{"-snapshot-duration", "-1s"}, 2},
		"at most":                            {[]string{"-demo", "-snapshot-duration", "7h"}, 2},
		"use only one":                       {[]string{"-demo", "-cluster", "sales"}, 2},
		`for flag -log: want all`:            {[]string{"-log", "some"}, 2},
		`unknown kind "vpc"`:                 {[]string{"-resource", "vpc=a"}, 2},
		"a name is empty":                    {[]string{"-resource", "subnet-group=a,"}, 2},
		"flag -resource: a name is empty":    {[]string{"-resource", "subnet-group"}, 2},
		"flag provided but not defined":      {[]string{"-colour", "blue"}, 2},
		`unexpected argument "analytics"`:    {[]string{"-demo", "analytics"}, 2},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), test.arguments, writeCloser{&stdout}, &stderr)
			first, _, _ := strings.Cut(stderr.String(), "\n")
			if status != test.status || !strings.HasPrefix(first, "redshift-fake: ") || !strings.Contains(first, want) || stdout.Len() > 0 {
				t.Errorf("exit status %d, want %d; standard output %q, standard error:\n%s", status, test.status, &stdout, &stderr)
			}
			if hasHint := strings.HasSuffix(stderr.String(), "(redshift-fake -h shows the flags)\n"); hasHint != (test.status == 2) {
				t.Errorf("hint to -h with exit status %d = %t:\n%s", status, hasHint, &stderr)
			}
		})
	}
}

type writeCloser struct{ io.Writer }

func (writeCloser) Close() error { return nil }

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, argument := range []string{"-h", "-help", "--help"} {
		var stdout, stderr bytes.Buffer
		if status := run(t.Context(), []string{argument}, writeCloser{&stdout}, &stderr); status != 0 || stderr.Len() > 0 {
			t.Errorf("%s: exit status %d, want 0; standard error:\n%s", argument, status, &stderr)
		}
		for _, part := range []string{
			"Usage: redshift-fake", "-demo", "-listen", "-log", "-speed", "-automated-snapshots", "-resource", "subnet-group",
		} {
			if !strings.Contains(stdout.String(), part) {
				t.Errorf("%s: the help does not contain %q:\n%s", argument, part, &stdout)
			}
		}
	}
}

// TestClosedOutput runs the program with a closed standard output. Without the printed lines, it could not be called.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	output, stdout := io.Pipe()
	_ = output.CloseWithError(errors.New("the output is closed"))
	var stderr bytes.Buffer
	status := run(t.Context(), nil, stdout, &stderr)
	if status != 1 || !strings.Contains(stderr.String(), "print the shell lines: the output is closed") {
		t.Errorf("exit status %d, want 1; standard error:\n%s", status, &stderr)
	}
}

// TestSignals sends signals to the program when it has read only a part of a call.
func TestSignals(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send these signals on Windows")
	}
	for name, test := range map[string]struct {
		signal os.Signal
		again  bool
	}{
		"SIGINT":        {syscall.SIGINT, false},
		"SIGTERM":       {syscall.SIGTERM, false},
		"SIGINT twice":  {syscall.SIGINT, true},
		"SIGTERM twice": {syscall.SIGTERM, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, address := startProcess(t)
			connection, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = connection.Close() }()
			if _, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"+
				"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			response := bufio.NewReader(connection)
			if line, err := response.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" { // the program reads the body now
				t.Fatalf("first line of the response = %q, %v, want 100 Continue", line, err)
			}
			if err := program.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			for { // until the program accepts no more connections
				another, err := net.Dial("tcp", address)
				if err != nil {
					break
				}
				_ = another.Close()
				time.Sleep(time.Millisecond)
			}
			if test.again {
				kill(t, program, test.signal)

				return
			}
			if _, err := io.WriteString(connection, "Action=abc"); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(response)
			if err != nil || !strings.Contains(string(rest), "HTTP/1.1 403 ") || !strings.Contains(string(rest), "</ErrorResponse>") {
				t.Errorf("response to the call in progress = %q, %v, want status 403", rest, err)
			}
			if err := program.Wait(); err != nil || !strings.HasSuffix(fmt.Sprint(program.Stderr), "redshift-fake: stopped\n") {
				t.Errorf("Wait() = %v, want nil; standard error:\n%s", err, program.Stderr)
			}
		})
	}
}

// startProcess runs the test binary as the program, and returns its address.
func startProcess(t *testing.T) (*exec.Cmd, string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0])
	program.Env = append(os.Environ(), asProgram+"=1")
	program.Stderr = new(bytes.Buffer)
	stdout, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	printed, err := io.ReadAll(stdout)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("\nREDSHIFT_FAKE_PID=%d\n", program.Process.Pid); !strings.Contains(string(printed), want) {
		t.Errorf("the printed lines do not contain %q:\n%s", want, printed)
	}

	return program, strings.TrimPrefix(environment(t, string(printed))["AWS_ENDPOINT_URL_REDSHIFT"], "http://")
}

// kill sends signals until one has killed the program. It is an error if the program exits normally.
func kill(t *testing.T, program *exec.Cmd, signal os.Signal) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	for {
		_ = program.Process.Signal(signal) // it fails if the program has ended
		select {
		case err := <-ended:
			if err == nil || program.ProcessState.Exited() {
				t.Errorf("the program ended with %v, want a signal", program.ProcessState)
			}

			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

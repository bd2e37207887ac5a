package redshifttest_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// TestLogger compares the log line and the Request of each call.
func TestLogger(t *testing.T) {
	t.Parallel()
	unknownKeys := sigv4.Credentials{AccessKeyID: "AKIDUNKNOWN", SecretAccessKey: "unknown/secret"}
	for name, test := range map[string]struct {
		fault      redshifttest.Fault
		keys       sigv4.Credentials
		operation  string
		parameters []string
		account    string
		want       string // without the request id
	}{
		"success": {
			operation: "DescribeClusterSnapshots", account: ownAccount,
			want: "level=INFO msg=call operation=DescribeClusterSnapshots account=123456789012 status=200 duration=0s\n",
		},
		"slow success": {
			fault:     redshifttest.Fault{Delay: 1500 * time.Millisecond},
			operation: "DescribeTags", account: ownAccount,
			want: "level=INFO msg=call operation=DescribeTags account=123456789012 status=200 duration=1.5s\n",
		},
		"other account": {
			keys: partnerKeys, operation: "DescribeClusterSnapshots", account: partner,
			want: "level=INFO msg=call operation=DescribeClusterSnapshots account=210987654321 status=200 duration=0s\n",
		},
		"refused": {
			operation: "DeleteClusterSnapshot", parameters: []string{"SnapshotIdentifier", "confidential-name"}, account: ownAccount,
			want: "level=WARN msg=call operation=DeleteClusterSnapshot account=123456789012 status=404 code=ClusterSnapshotNotFound duration=0s\n",
		},
		"unknown access key": {
			keys: unknownKeys, operation: "DescribeClusterSnapshots",
			want: "level=WARN msg=call operation=DescribeClusterSnapshots account=\"\" status=403 code=InvalidClientTokenId duration=0s\n",
		},
		"unknown operation": {
			operation: "confidential-name", account: ownAccount,
			want: "level=WARN msg=call operation=\"\" account=123456789012 status=400 code=InvalidAction duration=0s\n",
		},
		"unimplemented operation": {
			operation: "CreateQev2IdcApplication", account: ownAccount,
			want: "level=WARN msg=call operation=CreateQev2IdcApplication account=123456789012 status=400 code=InvalidAction duration=0s\n",
		},
		"misspelled operation": {
			operation: "DescribeCluster", account: ownAccount,
			want: "level=WARN msg=call operation=DescribeCluster account=123456789012 status=400 code=InvalidAction duration=0s\n",
		},
		"operation of 64 letters": {
			operation: strings.Repeat("a", 64), account: ownAccount,
			want: "level=WARN msg=call operation=" + strings.Repeat("a", 64) + " account=123456789012 status=400 code=InvalidAction duration=0s\n",
		},
		"operation of 65 letters": {
			operation: strings.Repeat("a", 65), account: ownAccount,
			want: "level=WARN msg=call operation=\"\" account=123456789012 status=400 code=InvalidAction duration=0s\n",
		},
		"operation that looks like a key": {
			operation: "AKIDSECRET0", account: ownAccount,
			want: "level=WARN msg=call operation=\"\" account=123456789012 status=400 code=InvalidAction duration=0s\n",
		},
		"injected error": {
			fault:     redshifttest.Fault{Code: models.ErrInvalidClusterState},
			operation: "CreateClusterSnapshot",
			want:      "level=WARN msg=call operation=CreateClusterSnapshot account=\"\" status=400 code=InvalidClusterState duration=0s\n",
		},
		"lost response": {
			fault:     redshifttest.Fault{Cut: true, AfterWork: true},
			operation: "DescribeTags", account: ownAccount,
			want: "level=WARN msg=call operation=DescribeTags account=123456789012 status=0 duration=0s\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var output bytes.Buffer
				fake := redshifttest.New(redshifttest.Options{Logger: slog.New(slog.NewTextHandler(&output,
					&slog.HandlerOptions{ReplaceAttr: withoutTime}))})
				if err := fake.AddAccount(partner, partnerKeys); err != nil {
					t.Fatal(err)
				}
				injectNext(t, fake, "", test.fault)
				if test.keys == (sigv4.Credentials{}) {
					test.keys = fake.Credentials()
				}
				request := unsignedRequest(t, test.operation, test.parameters...)
				sign(t, request, test.keys, fake.Now())
				if response, err := fake.Transport().RoundTrip(request); err == nil {
					_ = response.Body.Close()
				}

				seen := fake.Requests()
				if len(seen) != 1 || seen[0].AccountID != test.account {
					t.Fatalf("Requests() = %+v, want one request of account %q", seen, test.account)
				}
				got := strings.Replace(output.String(), " request_id="+seen[0].RequestID, "", 1)
				if got != test.want {
					t.Errorf("the log is\n%swant\n%s", got, test.want)
				}
			})
		})
	}
}

func withoutTime(_ []string, attribute slog.Attr) slog.Attr {
	if attribute.Key == slog.TimeKey {
		return slog.Attr{}
	}

	return attribute
}

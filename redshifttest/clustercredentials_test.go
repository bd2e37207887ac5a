package redshifttest_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestClusterCredentials(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	fake := newFake(t, redshifttest.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	client := clientOf(t, fake)
	passwords := make(map[string]bool)
	for _, test := range []struct {
		params redshift.GetClusterCredentialsParams
		user   string
		valid  time.Duration
	}{
		{redshift.GetClusterCredentialsParams{DbUser: "reader"}, "IAM:reader", 15 * time.Minute},
		{redshift.GetClusterCredentialsParams{DbUser: "reader", DbName: "dev", DurationSeconds: new(3600)}, "IAM:reader", time.Hour},
		{redshift.GetClusterCredentialsParams{DbUser: "r.e+a@d-e_r", AutoCreate: new(true), DbGroups: []string{"team"}}, "IAMA:r.e+a@d-e_r",
			15 * time.Minute},
		{redshift.GetClusterCredentialsParams{DbUser: "reader", AutoCreate: new(false)}, "IAM:reader", 15 * time.Minute},
	} {
		test.params.ClusterIdentifier = "analytics"
		got := succeed[*redshift.GetClusterCredentialsResult](t)(client.GetClusterCredentials(t.Context(), &test.params))
		if got.DbUser != test.user || !got.Expiration.Equal(start.Add(test.valid)) || string(got.DbPassword) == "" {
			t.Errorf("GetClusterCredentials(%+v) = %+v, want the user %s for %s", test.params, got, test.user, test.valid)
		}
		passwords[string(got.DbPassword)] = true
	}
	fake.Advance(time.Minute)
	iam := succeed[*redshift.GetClusterCredentialsWithIAMResult](t)(client.GetClusterCredentialsWithIAM(t.Context(),
		&redshift.GetClusterCredentialsWithIAMParams{ClusterIdentifier: "analytics", DurationSeconds: new(1800)}))
	if !strings.HasPrefix(iam.DbUser, "IAM:") || !iam.Expiration.Equal(start.Add(31*time.Minute)) || string(iam.DbPassword) == "" {
		t.Errorf("GetClusterCredentialsWithIAM() = %+v", iam)
	}
	passwords[string(iam.DbPassword)] = true
	if len(passwords) != 5 {
		t.Errorf("5 calls returned %d passwords", len(passwords))
	}
	recorded := log.String() + fmt.Sprintf("%+v", fake.Requests())
	for password := range passwords {
		if strings.Contains(recorded, password) {
			t.Error("a password is in the log or in the requests")
		}
	}
}

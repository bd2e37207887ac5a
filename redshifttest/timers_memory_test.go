package redshifttest

import (
	"net/http"
	"net/url"
	"testing"
)

// TestPendingTimersStayFew replaces changes again and again while the clock stands still. Their timers must not fill the memory.
func TestPendingTimersStayFew(t *testing.T) {
	t.Parallel()
	fake := New(Options{DisableSignatureCheck: true, ClockSpeed: -1})
	if err := fake.AddCluster(Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	call := func(operation string, parameters ...string) {
		t.Helper()
		query := url.Values{"Action": {operation}, "Version": {"2012-12-01"}}
		for i := 0; i < len(parameters); i += 2 {
			query.Set(parameters[i], parameters[i+1])
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := fake.Transport().RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s() = %s", operation, response.Status)
		}
	}
	const role = "arn:aws:iam::123456789012:role/reader"
	for range 400 {
		call("CreateScheduledAction", "ScheduledActionName", "weekly", "Schedule", "cron(0 10 ? * MON *)", "IamRole", role,
			"TargetAction.PauseCluster.ClusterIdentifier", "analytics")
		call("ModifyScheduledAction", "ScheduledActionName", "weekly", "Schedule", "cron(0 11 ? * MON *)")
		call("DeleteScheduledAction", "ScheduledActionName", "weekly")
		call("ModifyCluster", "ClusterIdentifier", "analytics", "MaintenanceTrackName", "trailing")
		call("ModifyCluster", "ClusterIdentifier", "analytics", "MaintenanceTrackName", "current")
		call("ModifyClusterIamRoles", "ClusterIdentifier", "analytics", "AddIamRoles.IamRoleArn.1", role)
		call("ModifyClusterIamRoles", "ClusterIdentifier", "analytics", "RemoveIamRoles.IamRoleArn.1", role)
	}
	if pending := len(fake.states.timers.pending); pending > minPruning {
		t.Errorf("%d timers are pending, want at most %d", pending, minPruning)
	}
}

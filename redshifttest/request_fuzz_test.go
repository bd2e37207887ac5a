package redshifttest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/redshifttest"
)

// FuzzRequest calls an operation with arbitrary parameters. The response must be XML with a status, and a refused request must change
// nothing.
func FuzzRequest(f *testing.F) {
	f.Add(uint8(5), "ClusterIdentifier=analytics&SnapshotIdentifier=a&Tags.Tag.1.Key=k", "", true)
	f.Add(uint8(14), "Marker=eyJxIjoiIn0&MaxRecords=20", "TagKeys.TagKey.1=k", true)
	f.Add(uint8(7), "ScheduleDefinitions.ScheduleDefinition.1=cron(0 4 *)&NextInvocations=3", "", false)
	f.Add(uint8(25), "%zz&=&a=b=c;d&Tags.Tag.99999999999999999999.Key=", "\x00\xff", true)
	operations := contract.Operations()
	f.Fuzz(func(t *testing.T, number uint8, query, body string, post bool) {
		fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
		before := len(fake.Snapshots())
		operation := operations[int(number)%len(operations)]
		method := http.MethodGet
		if post {
			method = http.MethodPost
		}
		request := httptest.NewRequestWithContext(t.Context(), method, "http://localhost/", strings.NewReader(body))
		request.URL.RawQuery = "Action=" + operation.Name + "&Version=2012-12-01&" + query
		request.RequestURI = "/?" + request.URL.RawQuery
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got := send(t, fake.Transport(), request)
		if got.Status < 200 || got.Status > 499 || (got.Status == http.StatusOK) != (got.Code == "") {
			t.Errorf("%s %q = %d %s\n%s", operation.Name, query, got.Status, got.Code, got.Body)
		}
		if after := len(fake.Snapshots()); after != before && (got.Status != http.StatusOK || operation.ReadOnly) {
			t.Errorf("%s %q = %d, and the fake has %d snapshots", operation.Name, query, got.Status, after)
		}
	})
}

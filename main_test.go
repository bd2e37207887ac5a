package redshift_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/testenv"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// injectNext injects faults into the next calls of an operation. It fails the test on an error.
func injectNext(tb testing.TB, fake *redshifttest.Fake, operation string, faults ...redshifttest.Fault) {
	tb.Helper()
	if err := fake.InjectNext(operation, faults...); err != nil {
		tb.Fatal(err)
	}
}

// failNext makes the next calls of an operation fail with a code. It fails the test on an error.
func failNext(tb testing.TB, fake *redshifttest.Fake, operation string, code awsquery.ErrorCode, times ...int) {
	tb.Helper()
	if err := fake.FailNext(operation, code, times...); err != nil {
		tb.Fatal(err)
	}
}

package redshift_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/redshift-go/redshift/internal/testenv"
)

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

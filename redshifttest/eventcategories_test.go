package redshifttest

import (
	"reflect"
	"testing"
)

// TestEventsAreDocumented: the events of clusters have the categories and severities that DescribeEventCategories returns.
func TestEventsAreDocumented(t *testing.T) {
	t.Parallel()
	for _, kind := range []eventKind{
		eventParameterGroupChanged, eventClusterCreated, eventClusterDeleted, eventSecurityGroupsUpdated, eventResizeStarted,
		eventResizeRequested, eventClusterRenamed, eventClusterRebooted, eventResizeCompleted, eventPauseStarted, eventClusterPaused,
		eventClusterResumed, eventCredentialsUpdated,
	} {
		if documented := eventOf(kind.number); !reflect.DeepEqual(kind, documented) {
			t.Errorf("the event %d is %+v, want %+v", kind.number, kind, documented)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("eventOf() of an unknown number did not panic")
		}
	}()
	eventOf(1)
}

package redshifttest

import (
	"fmt"
	"slices"

	"github.com/redshift-go/redshift/client/events"
	"github.com/redshift-go/redshift/models"
)

// sourceTypes are the types of sources of events.
var sourceTypes = []models.SourceType{
	models.SourceTypeCluster,
	models.SourceTypeClusterParameterGroup,
	models.SourceTypeClusterSecurityGroup,
	models.SourceTypeClusterSnapshot,
	models.SourceTypeScheduledAction,
}

// documentedEvent is an event of the management guide, with a short description.
type documentedEvent struct {
	eventKind
	text string
}

// eventsOf returns the events of a type of source in a category.
func eventsOf(source models.SourceType, category string, severity models.EventSeverity, texts map[int]string) []documentedEvent {
	var all []documentedEvent
	for number, text := range texts {
		kind := eventKind{number: number, source: source, categories: []string{category}, severity: severity}
		all = append(all, documentedEvent{eventKind: kind, text: text})
	}
	slices.SortFunc(all, func(a, b documentedEvent) int { return a.number - b.number })

	return all
}

// eventCatalog has the documented events. Amazon documents the type of source scheduled-action, but no events of it.
var eventCatalog = slices.Concat(
	eventsOf(models.SourceTypeCluster, configuration, models.EventSeverityInfo, map[int]string{
		1000: "The parameter group <group> of cluster <cluster> was changed.",
		1001: "Cluster <cluster> was changed to use the parameter group <group>.",
	}),
	eventsOf(models.SourceTypeCluster, configuration, models.EventSeverityError, map[int]string{
		1500: "The VPC <vpc> does not exist. The changes of cluster <cluster> were not applied.",
		1501: "A subnet of the VPC <vpc> is missing or not valid. The changes of cluster <cluster> were not applied.",
		1502: "The subnet group <group> has no free addresses. Cluster <cluster> was not created.",
		1503: "The VPC <vpc> has no internet gateway. The changes of cluster <cluster> were not applied.",
		1504: "The hardware security module of cluster <cluster> is unavailable.",
		1505: "The hardware security module of cluster <cluster> cannot be registered.",
		1506: "The account has too many network interfaces.",
	}),
	eventsOf(models.SourceTypeCluster, management, models.EventSeverityInfo, map[int]string{
		2000: "Cluster <cluster> was created and is ready for use.",
		2001: "Cluster <cluster> was deleted.",
		2002: "The VPC security groups of cluster <cluster> were changed.",
		2003: "Maintenance of cluster <cluster> has started.",
		2004: "Maintenance of cluster <cluster> is completed.",
		2006: "The resize of cluster <cluster> has started.",
		2007: "The resize of cluster <cluster> is in progress.",
		2008: "The restore of cluster <cluster> from snapshot <snapshot> has started.",
		2013: "Cluster <cluster> was renamed.",
		2014: "The request to restore a table of cluster <cluster> was received.",
		2015: "The restore of a table of cluster <cluster> was canceled.",
		2016: "The replacement of cluster <cluster> has started.",
		3618: "The pause of cluster <cluster> has started.",
	}),
	eventsOf(models.SourceTypeCluster, monitoring, models.EventSeverityInfo, map[int]string{
		3000: "Cluster <cluster> was rebooted.",
		3001: "A node of cluster <cluster> was replaced.",
		3002: "The resize of cluster <cluster> is completed.",
		3003: "Cluster <cluster> was restored from snapshot <snapshot> and is available.",
		3007: "Snapshot <snapshot> was copied from <region> to <region>.",
		3008: "The restore of a table of cluster <cluster> has started.",
		3009: "The restore of a table of cluster <cluster> is completed.",
		3011: "The elastic resize of cluster <cluster> has started.",
		3012: "The elastic resize of cluster <cluster> is completed.",
		3537: "The data of cluster <cluster> is transferred.",
		3619: "Cluster <cluster> is paused.",
		3621: "The resume of cluster <cluster> has started.",
		3622: "Cluster <cluster> is resumed.",
	}),
	eventsOf(models.SourceTypeCluster, monitoring, models.EventSeverityError, map[int]string{
		3010: "The restore of a table of cluster <cluster> has failed.",
		3013: "The elastic resize of cluster <cluster> has failed.",
		3500: "The resize of cluster <cluster> has failed.",
		3501: "The restore of cluster <cluster> from snapshot <snapshot> has failed.",
		3504: "The S3 bucket <bucket> for the logs of cluster <cluster> is not valid any more.",
		3505: "The S3 bucket <bucket> does not allow the logs of cluster <cluster>.",
		3506: "The S3 bucket <bucket> for the logs of cluster <cluster> does not exist.",
		3507: "Cluster <cluster> was not created, because the elastic IP address <address> is in use.",
		3508: "Cluster <cluster> was not created, because the elastic IP address <address> does not exist.",
		3509: "Snapshot copy is not enabled for cluster <cluster>.",
	}),
	eventsOf(models.SourceTypeCluster, pendingEvents, models.EventSeverityInfo, map[int]string{
		2025: "The database of cluster <cluster> will be updated between <time> and <time>.",
	}),
	eventsOf(models.SourceTypeCluster, security, models.EventSeverityInfo, map[int]string{
		4000: "The admin credentials of cluster <cluster> were changed.",
		4001: "The security group <group> of cluster <cluster> was changed.",
	}),
	eventsOf(models.SourceTypeCluster, security, models.EventSeverityError, map[int]string{
		4500: "A VPC security group of cluster <cluster> is not valid.",
		4501: "An EC2 security group of the cluster security group <group> does not exist.",
	}),
	eventsOf(models.SourceTypeClusterParameterGroup, configuration, models.EventSeverityInfo, map[int]string{
		1002: "The parameter <parameter> of the cluster parameter group <group> was changed.",
		1003: "The cluster parameter group <group> was created.",
		1004: "The cluster parameter group <group> was deleted.",
		1005: "The cluster parameter group <group> was changed.",
	}),
	eventsOf(models.SourceTypeClusterSecurityGroup, security, models.EventSeverityInfo, map[int]string{
		4002: "The cluster security group <group> was created.",
		4003: "The cluster security group <group> was deleted.",
		4004: "The cluster security group <group> was changed.",
	}),
	eventsOf(models.SourceTypeClusterSnapshot, management, models.EventSeverityInfo, map[int]string{
		2009: "The snapshot <snapshot> of cluster <cluster> has started.",
		2010: "The snapshot <snapshot> of cluster <cluster> was canceled.",
		2011: "The snapshot <snapshot> of cluster <cluster> was deleted.",
		2012: "The final snapshot <snapshot> of cluster <cluster> has started.",
	}),
	eventsOf(models.SourceTypeClusterSnapshot, monitoring, models.EventSeverityInfo, map[int]string{
		3004: "The snapshot <snapshot> of cluster <cluster> is completed.",
		3005: "The final snapshot <snapshot> of cluster <cluster> is completed.",
		3006: "The final snapshot <snapshot> of cluster <cluster> was canceled.",
	}),
	eventsOf(models.SourceTypeClusterSnapshot, monitoring, models.EventSeverityError, map[int]string{
		3502: "The final snapshot <snapshot> of cluster <cluster> has failed.",
		3503: "The snapshot <snapshot> of cluster <cluster> has failed.",
	}),
)

// eventOf returns the kind of a documented event. It panics if no event has the number, because that is a mistake in this package.
func eventOf(number int) eventKind {
	at := slices.IndexFunc(eventCatalog, func(one documentedEvent) bool { return one.number == number })
	if at < 0 {
		panic(fmt.Sprintf("redshifttest: no event has the number %d", number))
	}

	return eventCatalog[at].eventKind
}

func describeEventCategories(c *call) (any, *failure) {
	kind := models.SourceType(c.params.text("SourceType"))
	if failed := checkSourceType(kind); failed != nil {
		return nil, failed
	}
	result := &events.DescribeEventCategoriesResult{EventCategoriesMapList: []models.EventCategoriesMap{}}
	for _, source := range sourceTypes {
		if kind != "" && source != kind {
			continue
		}
		shown := models.EventCategoriesMap{SourceType: source}
		for _, event := range eventCatalog {
			if event.source == source {
				shown.Events = append(shown.Events, models.EventInfoMap{
					EventID:          event.identifier(),
					EventCategories:  event.categories,
					EventDescription: event.text,
					Severity:         event.severity,
				})
			}
		}
		result.EventCategoriesMapList = append(result.EventCategoriesMapList, shown)
	}

	return result, nil
}

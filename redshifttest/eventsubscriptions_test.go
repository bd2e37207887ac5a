package redshifttest_test

import (
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const topic = "arn:aws:sns:us-east-1:123456789012:alarms"

func TestEventSubscriptionLife(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	created := succeed[*redshift.CreateEventSubscriptionResult](t)(client.CreateEventSubscription(t.Context(),
		&redshift.CreateEventSubscriptionParams{
			SubscriptionName: "Alarms", SnsTopicArn: topic, Tags: []models.Tag{{Key: "team", Value: "finance"}},
		})).EventSubscription
	if created.CustSubscriptionID != "Alarms" || created.CustomerAwsID != ownAccount || created.SnsTopicArn != topic ||
		created.Status != models.EventSubscriptionStatusActive ||
		!created.SubscriptionCreationTime.Equal(start) || !created.Enabled || created.Severity != models.EventSeverityInfo ||
		created.SourceType != "" {
		t.Errorf("the new subscription is %+v", created)
	}
	modify := func(params redshift.ModifyEventSubscriptionParams) models.EventSubscription {
		params.SubscriptionName = "alarms"

		return succeed[*redshift.ModifyEventSubscriptionResult](t)(client.ModifyEventSubscription(t.Context(), &params)).EventSubscription
	}
	changed := modify(redshift.ModifyEventSubscriptionParams{
		SourceType: new("cluster"), SourceIDs: []string{"Analytics"}, EventCategories: []string{"Security", "monitoring"},
		Severity: models.EventSeverityError, Enabled: new(false),
	})
	if changed.SourceType != models.SourceTypeCluster || strings.Join(changed.SourceIdsList, " ") != "Analytics" ||
		strings.Join(changed.EventCategoriesList, " ") != "security monitoring" || changed.Severity != models.EventSeverityError ||
		changed.Enabled {
		t.Errorf("the changed subscription is %+v", changed)
	}
	all := modify(redshift.ModifyEventSubscriptionParams{SourceType: new(""), SourceIDs: []string{}, EventCategories: []string{}})
	if all.SourceType != "" || len(all.SourceIdsList) > 0 || len(all.EventCategoriesList) > 0 || all.Severity != models.EventSeverityError {
		t.Errorf("the subscription of all sources is %+v", all)
	}
	if err := fake.SetEventSubscriptionStatus("ALARMS", models.EventSubscriptionStatusTopicNotExist); err != nil {
		t.Fatal(err)
	}
	described := func() models.EventSubscription {
		list := succeed[*redshift.DescribeEventSubscriptionsResult](t)(client.DescribeEventSubscriptions(t.Context(),
			&redshift.DescribeEventSubscriptionsParams{SubscriptionName: "alarms", TagValues: []string{"finance"}})).EventSubscriptionsList
		if len(list) != 1 {
			t.Fatalf("DescribeEventSubscriptions lists %+v", list)
		}

		return list[0]
	}
	if one := described(); one.Status != models.EventSubscriptionStatusTopicNotExist {
		t.Errorf("without its topic, the subscription is %s", one.Status)
	}
	modify(redshift.ModifyEventSubscriptionParams{SnsTopicArn: topic + "-2"})
	if one := described(); one.Status != models.EventSubscriptionStatusActive || one.SnsTopicArn != topic+"-2" {
		t.Errorf("with another topic, the subscription is %+v", one)
	}
	must(t, fake, "DeleteEventSubscription", "SubscriptionName", "Alarms")
	if got := do(t, fake, "DescribeEventSubscriptions", "SubscriptionName", "alarms"); got.Code != "SubscriptionNotFound" {
		t.Errorf("after the deletion, DescribeEventSubscriptions returned %s", got.Body)
	}
}

func TestSetEventSubscriptionStatusMistakes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "CreateEventSubscription", "SubscriptionName", "alarms", "SnsTopicArn", topic)
	for name, status := range map[string]models.EventSubscriptionStatus{"missing": "active", "alarms": ""} {
		if err := fake.SetEventSubscriptionStatus(name, status); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("SetEventSubscriptionStatus(%q, %q) = %v, want an error with the name", name, status, err)
		}
	}
}

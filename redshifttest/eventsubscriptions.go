package redshifttest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/events"
	"github.com/redshift-go/redshift/models"
)

const maxSubscriptionName = 255

var (
	subscriptionPages = pageSizes{20, 100}
	topicARN          = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]+):([0-9]{12}):([A-Za-z0-9_-]{1,256})(\.fifo)?$`)
)

// storedSubscription is an event subscription.
type storedSubscription struct{ models.EventSubscription }

func createEventSubscription(c *call) (any, *failure) {
	name := c.params.text("SubscriptionName")
	if failed := c.checkNewIdentifier("SubscriptionName", name, maxSubscriptionName); failed != nil {
		return nil, failed
	}
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	subscription := &storedSubscription{models.EventSubscription{
		CustomerAwsID:            c.account,
		CustSubscriptionID:       name,
		Status:                   models.EventSubscriptionStatusActive,
		SubscriptionCreationTime: c.now.UTC().Truncate(time.Millisecond),
		Severity:                 models.EventSeverityInfo,
		Enabled:                  true,
		Tags:                     tags,
	}}
	if failed := c.applySubscription(&subscription.EventSubscription); failed != nil {
		return nil, failed
	}
	subscriptions := c.resourcesOf(c.account).eventSubscriptions
	if subscriptions[strings.ToLower(name)] != nil {
		return nil, fail(models.ErrSubscriptionAlreadyExist, "The event subscription %s already exists.", name)
	}
	if len(subscriptions) >= max(c.quotas.EventSubscriptions, 0) {
		return nil, fail(models.ErrEventSubscriptionQuotaExceeded,
			"The account has %d event subscriptions, which is the quota. %s", len(subscriptions), quotaHint("EventSubscriptions"))
	}
	subscriptions[strings.ToLower(name)] = subscription
	c.hideNew(subscription)

	return &events.CreateEventSubscriptionResult{EventSubscription: subscription.view()}, nil
}

func modifyEventSubscription(c *call) (any, *failure) {
	subscription, failed := c.eventSubscription(c.params.text("SubscriptionName"))
	if failed != nil {
		return nil, failed
	}
	changed := subscription.EventSubscription
	if failed := c.applySubscription(&changed); failed != nil {
		return nil, failed
	}
	subscription.EventSubscription = changed

	return &events.ModifyEventSubscriptionResult{EventSubscription: subscription.view()}, nil
}

// applySubscription applies the parameters of a call to an event subscription. An empty list, and an empty SourceType, select everything.
func (c *call) applySubscription(changed *models.EventSubscription) *failure {
	if topic := c.params.text("SnsTopicArn"); topic != "" {
		if failed := c.checkTopic(topic); failed != nil {
			return failed
		}
		if topic != changed.SnsTopicArn {
			changed.SnsTopicArn, changed.Status = topic, models.EventSubscriptionStatusActive
		}
	}
	if c.params["SourceType"] != nil {
		changed.SourceType = models.SourceType(c.params.text("SourceType"))
	}
	if c.params["SourceIds.SourceId"] != nil {
		changed.SourceIdsList = c.params.strings("SourceIds.SourceId")
	}
	if c.params["EventCategories.EventCategory"] != nil {
		changed.EventCategoriesList = nil
		for _, category := range c.params.strings("EventCategories.EventCategory") {
			changed.EventCategoriesList = append(changed.EventCategoriesList, strings.ToLower(category))
		}
	}
	if severity := c.params.text("Severity"); severity != "" {
		changed.Severity = models.EventSeverity(severity)
	}
	if enabled, found := c.params.boolean("Enabled"); found {
		changed.Enabled = enabled
	}

	return c.checkSubscription(changed)
}

// checkTopic checks the ARN of an SNS topic. The fake has no SNS: every topic of the account in the region exists, and lets Redshift
// publish to it.
func (c *call) checkTopic(topic string) *failure {
	parts := topicARN.FindStringSubmatch(topic)
	switch {
	case parts == nil:
		return fail(models.ErrSNSInvalidTopic, "The SNS topic '%s' is not valid. Use the ARN of a topic.", topic)
	case parts[5] != "":
		return fail(models.ErrSNSInvalidTopic, "The SNS topic %s is a FIFO topic. Use a standard topic.", topic)
	case parts[2] != c.region:
		return fail(models.ErrSNSTopicArnNotFound, "The SNS topic %s does not exist in %s.", topic, c.region)
	case parts[3] != c.account:
		return fail(models.ErrSNSNoAuthorization, "The account has no permission to publish to the SNS topic %s.", topic)
	default:
		return nil
	}
}

// checkSubscription checks which events a subscription selects.
func (c *call) checkSubscription(changed *models.EventSubscription) *failure {
	if failed := checkSourceType(changed.SourceType); failed != nil {
		return failed
	}
	if len(changed.SourceIdsList) > 0 && changed.SourceType == "" {
		return fail(awsquery.ErrInvalidParameterCombination, "SourceIds needs SourceType.")
	}
	for _, source := range changed.SourceIdsList {
		if !c.hasSource(changed.SourceType, source) {
			return fail(models.ErrSourceNotFound, "The account has no source '%s' of the type %s.", source, changed.SourceType)
		}
	}
	for _, category := range changed.EventCategoriesList {
		if !selectsEvents(changed.SourceType, func(kind eventKind) bool { return slices.Contains(kind.categories, category) }) {
			return fail(models.ErrSubscriptionCategoryNotFound, "No event of the source type '%s' has the category '%s'.", changed.SourceType,
				category)
		}
	}
	if !selectsEvents(changed.SourceType, func(kind eventKind) bool { return kind.severity == changed.Severity }) {
		return fail(models.ErrSubscriptionSeverityNotFound, "No event of the source type '%s' has the severity '%s'.",
			changed.SourceType, changed.Severity)
	}

	return nil
}

// selectsEvents reports whether an event of a type of source matches. The empty type means all types. Events of scheduled actions can
// have every category and severity.
func selectsEvents(source models.SourceType, matches func(eventKind) bool) bool {
	if source == models.SourceTypeScheduledAction {
		source = ""
	}

	return slices.ContainsFunc(eventCatalog, func(event documentedEvent) bool {
		return (source == "" || event.source == source) && matches(event.eventKind)
	})
}

// hasSource reports whether the caller has a source of events.
func (c *call) hasSource(kind models.SourceType, identifier string) bool {
	owner, key := c.resourcesOf(c.account), strings.ToLower(identifier)
	switch kind {
	case models.SourceTypeCluster:
		return owner.clusters[key] != nil
	case models.SourceTypeClusterParameterGroup:
		return owner.parameterGroups[key] != nil
	case models.SourceTypeClusterSnapshot:
		return owner.snapshots[key] != nil
	case models.SourceTypeScheduledAction:
		return owner.scheduledActions[key] != nil
	default:
		return false // the fake has no cluster security groups
	}
}

func (c *call) eventSubscription(name string) (*storedSubscription, *failure) {
	subscription := c.resourcesOf(c.account).eventSubscriptions[strings.ToLower(name)]
	if subscription == nil {
		return nil, subscriptionNotFound(name)
	}

	return subscription, nil
}

func subscriptionNotFound(name string) *failure {
	return fail(models.ErrSubscriptionNotFound, "The event subscription '%s' was not found.", name)
}

func deleteEventSubscription(c *call) (any, *failure) {
	subscription, failed := c.eventSubscription(c.params.text("SubscriptionName"))
	if failed != nil {
		return nil, failed
	}
	delete(c.resourcesOf(c.account).eventSubscriptions, strings.ToLower(subscription.CustSubscriptionID))

	return nil, nil
}

func describeEventSubscriptions(c *call) (any, *failure) {
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	wanted := strings.ToLower(c.params.text("SubscriptionName"))
	var list []listItem[models.EventSubscription]
	for name, subscription := range c.resourcesOf(c.account).eventSubscriptions {
		if (wanted == "" || name == wanted) && !c.hides(subscription) {
			list = append(list, listItem[models.EventSubscription]{sortKey: []string{name}, value: subscription.view()})
		}
	}
	if wanted != "" && len(list) == 0 {
		return nil, subscriptionNotFound(c.params.text("SubscriptionName"))
	}
	list = slices.DeleteFunc(list, func(one listItem[models.EventSubscription]) bool { return !filter.matches(one.value.Tags) })
	found, next, failed := page(c, subscriptionPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &events.DescribeEventSubscriptionsResult{Marker: next, EventSubscriptionsList: found}, nil
}

// view returns the subscription as Redshift shows it.
func (s *storedSubscription) view() models.EventSubscription {
	shown := s.EventSubscription
	shown.SourceIdsList = append([]string{}, s.SourceIdsList...)
	shown.EventCategoriesList = append([]string{}, s.EventCategoriesList...)
	shown.Tags = append([]models.Tag{}, s.Tags...)

	return shown
}

// SetEventSubscriptionStatus sets the status of an event subscription of the fake's own account. Use
// [models.EventSubscriptionStatusTopicNotExist] for a topic that was deleted, and [models.EventSubscriptionStatusNoPermission] for one
// that Redshift cannot publish to any more. Another topic makes the subscription active again. It returns an error if the subscription
// does not exist, or if the status is empty.
func (f *Fake) SetEventSubscriptionStatus(name string, status models.EventSubscriptionStatus) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	subscription := f.state.resourcesOf(f.account).eventSubscriptions[strings.ToLower(name)]
	switch {
	case subscription == nil:
		return fmt.Errorf("redshifttest: set the status of event subscription %q: no such event subscription", name)
	case status == "":
		return fmt.Errorf("redshifttest: set the status of event subscription %q: the status is empty", name)
	}
	subscription.Status = status

	return nil
}

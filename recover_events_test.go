package redshift_test

import (
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

func TestRecoverLogging(t *testing.T) {
	t.Parallel()
	logging := func(members string) reply { return result("DescribeLoggingStatus", members) }
	const on, off = "<LoggingEnabled>true</LoggingEnabled>", "<LoggingEnabled>false</LoggingEnabled>"
	const bucket = "<BucketName>confidential</BucketName><S3KeyPrefix>logs/</S3KeyPrefix>"
	enable := of((*redshift.Client).EnableLogging, redshift.EnableLoggingParams{ClusterIdentifier: "Analytics", BucketName: "confidential", S3KeyPrefix: "logs/"},
		func(r *redshift.EnableLoggingResult) bool {
			return r.LoggingEnabled && r.BucketName == "confidential" && r.RequestID == "r-1"
		})
	cloudWatch := of((*redshift.Client).EnableLogging, redshift.EnableLoggingParams{
		ClusterIdentifier: "analytics", LogDestinationType: models.LogDestinationTypeCloudwatch, LogExports: []string{"userlog", "connectionlog"},
	}, nil)
	const exports = "<LogDestinationType>cloudwatch</LogDestinationType><LogExports><member>connectionlog</member><member>userlog</member></LogExports>"
	noPrefix := of((*redshift.Client).EnableLogging, redshift.EnableLoggingParams{ClusterIdentifier: "analytics", BucketName: "confidential"}, nil)
	disable := of((*redshift.Client).DisableLogging, redshift.DisableLoggingParams{ClusterIdentifier: "analytics"},
		func(r *redshift.DisableLoggingResult) bool { return !r.LoggingEnabled && r.RequestID == "r-1" })

	for name, test := range map[string]recoveredCall{
		"logs in a bucket":             {call: enable, replies: afterAllLost(logging(on + bucket)), want: "ok", requests: "5*EnableLogging DescribeLoggingStatus"},
		"logs in another bucket":       {call: enable, replies: afterAllLost(logging(on + "<BucketName>mine</BucketName><S3KeyPrefix>logs/</S3KeyPrefix>")), want: "unknown", text: "another BucketName"},
		"logs with another prefix":     {call: enable, replies: afterAllLost(logging(on + "<BucketName>confidential</BucketName><S3KeyPrefix>x</S3KeyPrefix>")), want: "unknown", text: "another S3KeyPrefix"},
		"logs without a prefix":        {call: noPrefix, replies: afterAllLost(logging(on + "<BucketName>confidential</BucketName>")), want: "ok"},
		"logs with the old prefix":     {call: noPrefix, replies: afterAllLost(logging(on + bucket)), want: "unknown", text: "another S3KeyPrefix"},
		"logs in CloudWatch still":     {call: noPrefix, replies: afterAllLost(logging(on + exports + "<BucketName>confidential</BucketName>")), want: "unknown", text: "another LogDestinationType"},
		"no logs":                      {call: enable, replies: afterAllLost(logging(off + bucket)), want: "unknown", text: "another LoggingEnabled"},
		"logs in CloudWatch":           {call: cloudWatch, replies: afterAllLost(logging(on + exports)), want: "ok"},
		"logs in S3":                   {call: cloudWatch, replies: afterAllLost(logging(on + "<LogDestinationType>s3</LogDestinationType>" + bucket)), want: "unknown", text: "another LogDestinationType"},
		"logs of other types":          {call: cloudWatch, replies: afterAllLost(logging(on + "<LogDestinationType>cloudwatch</LogDestinationType><LogExports><member>userlog</member></LogExports>")), want: "unknown", text: "another LogExports"},
		"logs that ended":              {call: disable, replies: afterAllLost(logging(off)), want: "ok", requests: "5*DisableLogging DescribeLoggingStatus"},
		"logs that did not end":        {call: disable, replies: afterAllLost(logging(on + bucket)), want: "unknown", text: "another LoggingEnabled"},
		"logs of a missing cluster":    {call: disable, replies: afterAllLost(refusal(404, "ClusterNotFound")), want: "unknown"},
		"logs, the second attempt":     {call: enable, replies: []reply{noResponse, result("EnableLogging", on+bucket)}, want: "ok", requests: "2*EnableLogging"},
		"no more logs, second attempt": {call: disable, replies: []reply{noResponse, result("DisableLogging", off)}, want: "ok", requests: "2*DisableLogging"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

// The contract declares the plans of event subscriptions. They have no hooks.
func TestRecoverEventSubscriptions(t *testing.T) {
	t.Parallel()
	const exists, busy = "SubscriptionAlreadyExist", "InvalidSubscriptionStateFault"
	subscription := func(members string) reply {
		return result("DescribeEventSubscriptions", "<EventSubscriptionsList><EventSubscription><CustSubscriptionId>alarms</CustSubscriptionId>"+members+
			"</EventSubscription></EventSubscriptionsList>")
	}
	none := result("DescribeEventSubscriptions", "<EventSubscriptionsList/>")
	const (
		topic    = "<SnsTopicArn>arn:aws:sns:eu-west-1:123456789012:confidential</SnsTopicArn>"
		sources  = "<SourceType>cluster</SourceType><SourceIdsList><SourceId>b</SourceId><SourceId>a</SourceId></SourceIdsList>"
		security = "<EventCategoriesList><EventCategory>security</EventCategory></EventCategoriesList>"
		started  = "<SubscriptionCreationTime>2000-01-01T00:00:00Z</SubscriptionCreationTime>"
	)
	create := of((*redshift.Client).CreateEventSubscription, redshift.CreateEventSubscriptionParams{
		SubscriptionName: "Alarms",
		SnsTopicArn:      "arn:aws:sns:eu-west-1:123456789012:confidential",
		SourceType:       models.SourceTypeCluster,
		SourceIDs:        []string{"a", "b"},
	}, func(r *redshift.CreateEventSubscriptionResult) bool {
		return r.EventSubscription.CustSubscriptionID == "alarms"
	})
	modify := func(params redshift.ModifyEventSubscriptionParams) anyCall {
		params.SubscriptionName = "alarms"

		return of((*redshift.Client).ModifyEventSubscription, params, func(r *redshift.ModifyEventSubscriptionResult) bool {
			return r.EventSubscription.CustSubscriptionID == "alarms"
		})
	}
	enabled := modify(redshift.ModifyEventSubscriptionParams{Enabled: new(true)})
	allSources := modify(redshift.ModifyEventSubscriptionParams{SourceIDs: []string{}, SourceType: new("")})
	drop := of((*redshift.Client).DeleteEventSubscription, redshift.DeleteEventSubscriptionParams{SubscriptionName: "alarms"}, nil)

	for name, test := range map[string]recoveredCall{
		"a subscription":                    {call: create, replies: afterLost(exists, subscription(topic+sources+started)), want: "ok"},
		"a subscription of yesterday":       {call: create, replies: afterLost(exists, subscription(topic+sources+"<SubscriptionCreationTime>1999-12-31T00:00:00Z</SubscriptionCreationTime>")), want: exists},
		"a subscription of other events":    {call: create, replies: afterLost(exists, subscription(topic+sources+started+security)), want: "unknown", text: "EventCategoriesList"},
		"a change leaves lists as they are": {call: enabled, replies: afterAllLost(subscription(topic + sources + security + "<Enabled>true</Enabled>")), want: "ok"},
		"a change in progress":              {call: enabled, replies: afterLost(busy, subscription("<Enabled>false</Enabled>"), subscription("<Enabled>true</Enabled>")), want: "ok"},
		"a change to all sources":           {call: allSources, replies: afterAllLost(subscription(topic)), want: "ok"},
		"no change to all sources":          {call: allSources, replies: afterAllLost(subscription(topic + sources)), want: "unknown", text: "SourceIdsList, SourceType"},
		"a deletion in progress":            {call: drop, replies: afterLost(busy, subscription(topic), none), want: "ok", requests: "2*DeleteEventSubscription 2*DescribeEventSubscriptions"},
		"a deletion that is done":           {call: drop, replies: afterLost("SubscriptionNotFound"), want: "ok", requests: "2*DeleteEventSubscription"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

package redshift_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// of returns a call of a client method, with a check of its result.
func of[P, R any](
	method func(*redshift.Client, context.Context, *P, ...redshift.Option) (*R, error), params P, check func(*R) bool,
) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
	return func(ctx context.Context, c *redshift.Client, options ...redshift.Option) (any, error) {
		result, err := method(c, ctx, &params, options...)
		if err == nil && (result == nil || check != nil && !check(result)) {
			err = fmt.Errorf("result = %+v", result)
		}

		return result, err
	}
}

const (
	keyID  = "1234abcd-12ab-34cd-56ef-1234567890ab"
	keyARN = "arn:aws:kms:eu-west-1:123456789012:key/" + keyID
)

// clusterWith returns the description of one cluster.
func clusterWith(members string) reply {
	return result("DescribeClusters", "<Clusters><Cluster><ClusterIdentifier>analytics</ClusterIdentifier>"+members+"</Cluster></Clusters>")
}

func TestEveryOperationIsRecovered(t *testing.T) {
	t.Parallel()
	tag := models.Tag{Key: "owner", Value: "confidential"}
	tagXML := "<Tag><Key>owner</Key><Value>confidential</Value></Tag>"
	grant := func(key string) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
		return of((*redshift.Client).CreateSnapshotCopyGrant, redshift.CreateSnapshotCopyGrantParams{
			SnapshotCopyGrantName: "Copies", KmsKeyID: key, Tags: []models.Tag{tag},
		}, func(r *redshift.CreateSnapshotCopyGrantResult) bool {
			return r.SnapshotCopyGrant.SnapshotCopyGrantName == "copies"
		})
	}
	grantWith := func(key, tags string) reply {
		return result("DescribeSnapshotCopyGrants", "<SnapshotCopyGrants><SnapshotCopyGrant><SnapshotCopyGrantName>copies</SnapshotCopyGrantName>"+
			key+"<Tags>"+tags+"</Tags></SnapshotCopyGrant></SnapshotCopyGrants>")
	}
	key := "<KmsKeyId>" + keyARN + "</KmsKeyId>"
	noGrants := result("DescribeSnapshotCopyGrants", "<SnapshotCopyGrants/>")
	deleteGrant := of((*redshift.Client).DeleteSnapshotCopyGrant, redshift.DeleteSnapshotCopyGrantParams{SnapshotCopyGrantName: "copies"}, nil)
	schedule := of((*redshift.Client).CreateSnapshotSchedule, redshift.CreateSnapshotScheduleParams{
		ScheduleIdentifier: "often", ScheduleDefinitions: []string{"rate(1 hour)", "rate(2 hours)"}, ScheduleDescription: "confidential",
	}, func(r *redshift.CreateSnapshotScheduleResult) bool {
		return r.ScheduleIdentifier == "often" && r.RequestID == "r-1"
	})
	scheduleWith := func(members string) reply {
		return result("DescribeSnapshotSchedules", "<SnapshotSchedules><SnapshotSchedule><ScheduleIdentifier>often</ScheduleIdentifier>"+members+
			"</SnapshotSchedule></SnapshotSchedules>")
	}
	const described = "<ScheduleDescription>confidential</ScheduleDescription>"
	const everyTwoHours = "<ScheduleDefinitions><ScheduleDefinition>rate(2 hours)</ScheduleDefinition><ScheduleDefinition>rate(1 hour)</ScheduleDefinition></ScheduleDefinitions>"
	noSchedules := result("DescribeSnapshotSchedules", "<SnapshotSchedules/>")
	modifySchedule := of((*redshift.Client).ModifySnapshotSchedule, redshift.ModifySnapshotScheduleParams{
		ScheduleIdentifier: "often", ScheduleDefinitions: []string{"rate(1 hour)", "rate(2 hours)"},
	}, func(r *redshift.ModifySnapshotScheduleResult) bool { return len(r.ScheduleDefinitions) == 2 })
	follow := func(off *bool) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
		return of((*redshift.Client).ModifyClusterSnapshotSchedule, redshift.ModifyClusterSnapshotScheduleParams{
			ClusterIdentifier: "Analytics", ScheduleIdentifier: "Often", DisassociateSchedule: off,
		}, nil)
	}
	following := clusterWith("<SnapshotScheduleIdentifier>often</SnapshotScheduleIdentifier>")
	authorize := of((*redshift.Client).AuthorizeSnapshotAccess, redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: "analytics", AccountWithRestoreAccess: friend,
	}, nil)
	authorizeBoth := func(ctx context.Context, c *redshift.Client, options ...redshift.Option) (any, error) {
		return c.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
			SnapshotIdentifier: "nightly", SnapshotArn: nightlyARN, AccountWithRestoreAccess: friend,
		}, options...)
	}
	revoke := of((*redshift.Client).RevokeSnapshotAccess, redshift.RevokeSnapshotAccessParams{
		SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: "analytics", AccountWithRestoreAccess: friend,
	}, nil)
	shared := ofAnalytics + "<AccountsWithRestoreAccess><AccountWithRestoreAccess><AccountId>" + friend + "</AccountId></AccountWithRestoreAccess></AccountsWithRestoreAccess>"
	enable := of((*redshift.Client).EnableSnapshotCopy, redshift.EnableSnapshotCopyParams{
		ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", SnapshotCopyGrantName: "Copies", ManualSnapshotRetentionPeriod: new(9),
	}, func(r *redshift.EnableSnapshotCopyResult) bool { return r.Cluster.ClusterIdentifier == "analytics" })
	copies := func(region, days, grant, manual string) reply {
		return clusterWith("<ClusterSnapshotCopyStatus><DestinationRegion>" + region + "</DestinationRegion><RetentionPeriod>" + days + "</RetentionPeriod>" +
			"<SnapshotCopyGrantName>" + grant + "</SnapshotCopyGrantName><ManualSnapshotRetentionPeriod>" + manual + "</ManualSnapshotRetentionPeriod></ClusterSnapshotCopyStatus>")
	}
	disable := of((*redshift.Client).DisableSnapshotCopy, redshift.DisableSnapshotCopyParams{ClusterIdentifier: "analytics"},
		func(r *redshift.DisableSnapshotCopyResult) bool { return r.Cluster.ClusterIdentifier == "analytics" })
	retention := func(manual *bool) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
		return of((*redshift.Client).ModifySnapshotCopyRetentionPeriod, redshift.ModifySnapshotCopyRetentionPeriodParams{
			ClusterIdentifier: "analytics", RetentionPeriod: 3, Manual: manual,
		}, func(r *redshift.ModifySnapshotCopyRetentionPeriodResult) bool {
			return r.Cluster.ClusterIdentifier == "analytics"
		})
	}
	restore := of((*redshift.Client).RestoreFromClusterSnapshot, redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier: "Analytics", SnapshotIdentifier: "nightly", NodeType: "ra3.large", NumberOfNodes: new(2), KmsKeyID: keyID,
	}, func(r *redshift.RestoreFromClusterSnapshotResult) bool {
		return r.Cluster.ClusterIdentifier == "analytics"
	})
	restoreAll := of((*redshift.Client).RestoreFromClusterSnapshot, redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier:          "analytics",
		SnapshotIdentifier:         "nightly",
		AllowVersionUpgrade:        new(true),
		ClusterParameterGroupName:  "Mine",
		DefaultIamRoleArn:          "role/a",
		ElasticIP:                  "192.0.2.1",
		IamRoles:                   []string{"role/a", "role/b"},
		Port:                       new(5440),
		PreferredMaintenanceWindow: "Sun:05:00-Sun:06:00",
		SnapshotScheduleIdentifier: "Often",
		VpcSecurityGroupIDs:        []string{"sg-1", "sg-2"},
	}, nil)
	// allRestored is the cluster that restoreAll requests. A named value is replaced.
	allRestored := func(other string) reply {
		text := "<RestoreStatus><Status>restoring</Status></RestoreStatus><ClusterCreateTime>2000-01-01T00:00:00Z</ClusterCreateTime>" +
			"<AllowVersionUpgrade>true</AllowVersionUpgrade><Endpoint><Port>5440</Port></Endpoint>" +
			"<ClusterParameterGroups><ClusterParameterGroup><ParameterGroupName>mine</ParameterGroupName></ClusterParameterGroup></ClusterParameterGroups>" +
			"<VpcSecurityGroups><VpcSecurityGroup><VpcSecurityGroupId>sg-2</VpcSecurityGroupId></VpcSecurityGroup>" +
			"<VpcSecurityGroup><VpcSecurityGroupId>sg-1</VpcSecurityGroupId></VpcSecurityGroup></VpcSecurityGroups>" +
			"<IamRoles><ClusterIamRole><IamRoleArn>role/b</IamRoleArn></ClusterIamRole><ClusterIamRole><IamRoleArn>role/a</IamRoleArn></ClusterIamRole></IamRoles>" +
			"<DefaultIamRoleArn>role/a</DefaultIamRoleArn><ElasticIpStatus><ElasticIp>192.0.2.1</ElasticIp></ElasticIpStatus>" +
			"<PreferredMaintenanceWindow>sun:05:00-sun:06:00</PreferredMaintenanceWindow><SnapshotScheduleIdentifier>often</SnapshotScheduleIdentifier>"
		if other != "" {
			text = strings.Replace(text, other, "9"+other[1:], 1)
		}

		return clusterWith(text)
	}
	part := func(operation, members string) reply { return result(operation, "<Marker>m</Marker>"+members) }
	const (
		creating = "<ClusterStatus>creating</ClusterStatus>"
		nodes    = "<NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes>"
		restored = "<RestoreStatus><Status>restoring</Status></RestoreStatus>"
		started  = "<ClusterCreateTime>2000-01-01T00:00:00Z</ClusterCreateTime>"
	)
	copied := of((*redshift.Client).CopyClusterSnapshot, redshift.CopyClusterSnapshotParams{
		SourceSnapshotIdentifier: "rs:analytics-1", SourceSnapshotClusterIdentifier: "analytics", TargetSnapshotIdentifier: "nightly", ManualSnapshotRetentionPeriod: new(7),
	}, nil)
	source := func(members string) reply {
		return result("DescribeClusterSnapshots", "<Snapshots><Snapshot><SnapshotIdentifier>rs:analytics-1</SnapshotIdentifier>"+members+"</Snapshot></Snapshots>")
	}
	const old = "<SnapshotCreateTime>1999-12-30T00:00:00Z</SnapshotCreateTime>"
	const copyMembers = ofAnalytics + isManual + kept7 + old
	drop := func(cluster string) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
		return of((*redshift.Client).DeleteClusterSnapshot, redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: cluster},
			func(r *redshift.DeleteClusterSnapshotResult) bool {
				return r.Snapshot.Status == models.SnapshotStatusDeleted
			})
	}
	keep := func(force *bool) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
		return of((*redshift.Client).ModifyClusterSnapshot, redshift.ModifyClusterSnapshotParams{
			SnapshotIdentifier: "nightly", ManualSnapshotRetentionPeriod: new(7), Force: force,
		}, nil)
	}
	createTags := of((*redshift.Client).CreateTags, redshift.CreateTagsParams{ResourceName: nightlyARN, Tags: []models.Tag{tag, {Key: "empty"}}}, nil)
	deleteTags := of((*redshift.Client).DeleteTags, redshift.DeleteTagsParams{ResourceName: nightlyARN, TagKeys: []string{"owner"}}, nil)
	tagged := func(members string) reply { return result("DescribeTags", members) }
	resource := func(tag string) string { return "<TaggedResource>" + tag + "</TaggedResource>" }
	const emptyTag = "<Tag><Key>empty</Key><Value/></Tag>"

	missingSnapshot, missingCluster := refusal(404, "ClusterSnapshotNotFound"), refusal(404, "ClusterNotFound")
	noCopies := clusterWith("")

	for name, test := range map[string]recoveredCall{
		"grant by a key's id":             {call: grant(keyID), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith(key, tagXML)), want: "ok"},
		"grant by a key's ARN":            {call: grant(keyARN), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith(key, tagXML)), want: "ok"},
		"grant by an alias":               {call: grant("alias/mine"), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith(key, tagXML)), want: "unknown", text: "another KmsKeyId"},
		"grant of another key":            {call: grant("4321abcd"), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith(key, tagXML)), want: "SnapshotCopyGrantAlreadyExistsFault"},
		"grant without a key":             {call: grant(""), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith(key, tagXML)), want: "ok"},
		"grant whose key is not shown":    {call: grant(keyID), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith("", tagXML), grantWith(key, tagXML)), want: "ok"},
		"grant with another tag":          {call: grant(keyID), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", grantWith(key, tagXML+emptyTag)), want: "unknown"},
		"grant that is visible later":     {call: grant(keyID), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", refusal(400, "SnapshotCopyGrantNotFoundFault"), noGrants, grantWith(key, tagXML)), want: "ok", requests: "2*CreateSnapshotCopyGrant 3*DescribeSnapshotCopyGrants"},
		"grant that is never visible":     {call: grant(keyID), replies: afterLost("SnapshotCopyGrantAlreadyExistsFault", refusal(400, "SnapshotCopyGrantNotFoundFault")), want: "unknown", requests: "2*CreateSnapshotCopyGrant 5*DescribeSnapshotCopyGrants"},
		"grant, responses lost":           {call: grant(keyID), replies: afterAllLost(grantWith(key, tagXML)), want: "ok"},
		"grant that is gone":              {call: deleteGrant, replies: afterLost("SnapshotCopyGrantNotFoundFault"), want: "ok", requests: "2*DeleteSnapshotCopyGrant"},
		"grant, deletion lost":            {call: deleteGrant, replies: afterAllLost(noGrants), want: "ok", requests: "5*DeleteSnapshotCopyGrant DescribeSnapshotCopyGrants"},
		"grant, missing, lost":            {call: deleteGrant, replies: afterAllLost(refusal(400, "SnapshotCopyGrantNotFoundFault")), want: "ok"},
		"grant that still exists":         {call: deleteGrant, replies: afterAllLost(grantWith(key, "")), want: "unknown", text: "still exists"},
		"grant that is in use":            {call: deleteGrant, replies: afterLost("InvalidSnapshotCopyGrantStateFault"), want: "unknown", requests: "2*DeleteSnapshotCopyGrant"},
		"grant, the look-up is refused":   {call: deleteGrant, replies: afterAllLost(refusal(403, "AccessDenied")), want: "unknown"},
		"schedule in another order":       {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", scheduleWith(described+everyTwoHours)), want: "ok"},
		"schedule that is visible later":  {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", noSchedules, refusal(400, "SnapshotScheduleNotFound"), scheduleWith(described+everyTwoHours)), want: "ok"},
		"schedule that is never visible":  {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", noSchedules), want: "unknown", requests: "2*CreateSnapshotSchedule 5*DescribeSnapshotSchedules"},
		"schedule with other times":       {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", scheduleWith(described+"<ScheduleDefinitions><ScheduleDefinition>rate(9 hours)</ScheduleDefinition></ScheduleDefinitions>")), want: "unknown"},
		"schedule, no description":        {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", scheduleWith(everyTwoHours)), want: "unknown"},
		"schedule, one definition":        {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", scheduleWith(described+"<ScheduleDefinitions><ScheduleDefinition>rate(1 hour)</ScheduleDefinition></ScheduleDefinitions>")), want: "unknown"},
		"schedule with other tags":        {call: schedule, replies: afterLost("SnapshotScheduleAlreadyExists", scheduleWith(described+everyTwoHours+"<Tags>"+tagXML+"</Tags>")), want: "unknown"},
		"schedule, responses lost":        {call: schedule, replies: afterAllLost(scheduleWith(described + everyTwoHours)), want: "ok"},
		"schedule with a parameter":       {call: schedule, replies: []reply{noResponse}, options: []redshift.Option{redshift.WithQueryParam("ScheduleIdentifier", "")}, want: "unknown", requests: "CreateSnapshotSchedule"},
		"schedule that is modified later": {call: modifySchedule, replies: afterLost("SnapshotScheduleUpdateInProgress", scheduleWith(""), scheduleWith(everyTwoHours)), want: "ok"},
		"schedule that is not modified":   {call: modifySchedule, replies: afterLost("SnapshotScheduleUpdateInProgress", scheduleWith("")), want: "unknown", requests: "2*ModifySnapshotSchedule 5*DescribeSnapshotSchedules"},
		"schedule, modification lost":     {call: modifySchedule, replies: afterAllLost(scheduleWith(everyTwoHours)), want: "ok"},
		"association that is visible":     {call: follow(nil), replies: afterLost("InvalidClusterSnapshotScheduleState", following), want: "ok"},
		"association, visible later":      {call: follow(nil), replies: afterLost("InvalidClusterSnapshotScheduleState", noCopies, following), want: "ok", requests: "2*ModifyClusterSnapshotSchedule 2*DescribeClusters"},
		"association, never visible":      {call: follow(nil), replies: afterLost("InvalidClusterSnapshotScheduleState", noCopies), want: "unknown", requests: "2*ModifyClusterSnapshotSchedule 5*DescribeClusters"},
		"association that ended":          {call: follow(new(true)), replies: afterLost("InvalidClusterSnapshotScheduleState", following, noCopies), want: "ok"},
		"association, end lost":           {call: follow(new(true)), replies: afterAllLost(noCopies), want: "ok"},
		"access that is visible later":    {call: authorize, replies: afterLost("AuthorizationAlreadyExists", snapshotWith(ofAnalytics), missingSnapshot, snapshotWith(shared)), want: "ok"},
		"access that is never visible":    {call: authorize, replies: afterLost("AuthorizationAlreadyExists", snapshotWith(ofAnalytics)), want: "unknown", requests: "2*AuthorizeSnapshotAccess 5*DescribeClusterSnapshots"},
		"access, another cluster":         {call: authorize, replies: afterLost("AuthorizationAlreadyExists", snapshotWith("<ClusterIdentifier>sales</ClusterIdentifier>"+shared[len(ofAnalytics):])), want: "AuthorizationAlreadyExists"},
		"access, responses lost":          {call: authorize, replies: afterAllLost(snapshotWith(shared)), want: "ok"},
		"access that is revoked":          {call: revoke, replies: afterLost("AuthorizationNotFound", snapshotWith(shared), snapshotWith(ofAnalytics)), want: "ok"},
		"access that is still shown":      {call: revoke, replies: afterLost("AuthorizationNotFound", snapshotWith(shared)), want: "unknown", text: "still exists", requests: "2*RevokeSnapshotAccess 5*DescribeClusterSnapshots"},
		"access, revocation lost":         {call: revoke, replies: afterAllLost(snapshotWith(ofAnalytics)), want: "ok"},
		"access to a missing snapshot":    {call: revoke, replies: afterLost("AuthorizationNotFound", missingSnapshot), want: "unknown"},
		"copies":                          {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", copies("us-west-2", "7", "copies", "9")), want: "ok"},
		"copies that are visible later":   {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", noCopies, missingCluster, copies("us-west-2", "7", "copies", "9")), want: "ok"},
		"copies that are never visible":   {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", noCopies), want: "unknown", requests: "2*EnableSnapshotCopy 5*DescribeClusters"},
		"copies to another region":        {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", copies("eu-west-3", "7", "copies", "9")), want: "SnapshotCopyAlreadyEnabledFault"},
		"copies with another grant":       {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", copies("us-west-2", "7", "other", "9")), want: "SnapshotCopyAlreadyEnabledFault"},
		"copies, another retention":       {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", copies("us-west-2", "8", "copies", "9")), want: "unknown"},
		"copies, manual retention":        {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", copies("us-west-2", "7", "copies", "8")), want: "unknown"},
		"copies, responses lost":          {call: enable, replies: afterAllLost(copies("us-west-2", "7", "copies", "9")), want: "ok"},
		"copies that ended":               {call: disable, replies: afterLost("SnapshotCopyAlreadyDisabledFault", copies("us-west-2", "7", "", "1"), noCopies), want: "ok"},
		"copies that do not end":          {call: disable, replies: afterLost("SnapshotCopyAlreadyDisabledFault", copies("us-west-2", "7", "", "1")), want: "unknown", requests: "2*DisableSnapshotCopy 5*DescribeClusters"},
		"copies, end lost":                {call: disable, replies: afterAllLost(noCopies), want: "ok"},
		"copies, missing cluster":         {call: disable, replies: afterAllLost(missingCluster), want: "unknown"},
		"retention is changed":            {call: retention(nil), replies: afterAllLost(copies("us-west-2", "3", "", "1")), want: "ok"},
		"manual retention is changed":     {call: retention(new(true)), replies: afterAllLost(copies("us-west-2", "1", "", "3")), want: "ok"},
		"retention is unchanged":          {call: retention(nil), replies: afterAllLost(copies("us-west-2", "1", "", "3")), want: "unknown"},
		"retention without copies":        {call: retention(nil), replies: afterAllLost(noCopies), want: "unknown", text: "ClusterSnapshotCopyStatus"},
		"restore":                         {call: restore, replies: afterLost("ClusterAlreadyExists", clusterWith(nodes+restored+started+key)), want: "ok"},
		"restore, first without members":  {call: restore, replies: afterLost("ClusterAlreadyExists", clusterWith(creating), missingCluster, clusterWith(nodes+restored+started), clusterWith(nodes+restored+started+key)), want: "ok", requests: "2*RestoreFromClusterSnapshot 4*DescribeClusters"},
		"restore, always creating":        {call: restore, replies: afterLost("ClusterAlreadyExists", clusterWith(creating)), want: "unknown", text: "ClusterCreateTime", requests: "2*RestoreFromClusterSnapshot 5*DescribeClusters"},
		"restore, no RestoreStatus":       {call: restore, replies: afterLost("ClusterAlreadyExists", clusterWith(nodes+started+key)), want: "unknown", text: "RestoreStatus"},
		"restore, one day old":            {call: restore, replies: afterLost("ClusterAlreadyExists", clusterWith(nodes+restored+key+"<ClusterCreateTime>1999-12-31T00:00:00Z</ClusterCreateTime>")), want: "ClusterAlreadyExists"},
		"restore to other nodes":          {call: restore, replies: afterLost("ClusterAlreadyExists", clusterWith("<NodeType>ra3.4xlarge</NodeType><NumberOfNodes>4</NumberOfNodes>"+restored+started+key)), want: "unknown", text: "NodeType, NumberOfNodes"},
		"restore, responses lost":         {call: restore, replies: afterAllLost(clusterWith(nodes + restored + started + key)), want: "ok"},
		"a copy":                          {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", source(ofAnalytics+old), snapshotWith(copyMembers)), want: "ok", requests: "2*CopyClusterSnapshot 2*DescribeClusterSnapshots"},
		"a copy that is visible later":    {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", source(ofAnalytics+old), missingSnapshot, source(ofAnalytics+old), snapshotWith(copyMembers)), want: "ok"},
		"a copy of a source without time": {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", source(ofAnalytics), snapshotWith(copyMembers), source(ofAnalytics+old), snapshotWith(copyMembers)), want: "ok"},
		"a copy with another time":        {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", source(ofAnalytics+old), snapshotWith(mine)), want: "ClusterSnapshotAlreadyExists"},
		"a copy of another source":        {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", source("<ClusterIdentifier>sales</ClusterIdentifier>"+old), snapshotWith(copyMembers)), want: "ClusterSnapshotAlreadyExists"},
		"a copy, another retention":       {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", source(ofAnalytics+old), snapshotWith(ofAnalytics+isManual+old+"<ManualSnapshotRetentionPeriod>9</ManualSnapshotRetentionPeriod>")), want: "unknown"},
		"a copy whose source is gone":     {call: copied, replies: afterLost("ClusterSnapshotAlreadyExists", missingSnapshot), want: "unknown", requests: "2*CopyClusterSnapshot 5*DescribeClusterSnapshots"},
		"a snapshot that is gone":         {call: drop(""), replies: afterLost("ClusterSnapshotNotFound"), want: "ok", requests: "2*DeleteClusterSnapshot"},
		"a snapshot, missing cluster":     {call: drop("sales"), replies: afterLost("ClusterSnapshotNotFound", missingSnapshot), want: "ok", requests: "2*DeleteClusterSnapshot DescribeClusterSnapshots"},
		"a snapshot of another cluster":   {call: drop("sales"), replies: afterLost("ClusterSnapshotNotFound", snapshotWith(mine)), want: "ClusterSnapshotNotFound"},
		"a snapshot that still exists":    {call: drop("analytics"), replies: afterLost("ClusterSnapshotNotFound", snapshotWith(mine)), want: "unknown", requests: "2*DeleteClusterSnapshot 5*DescribeClusterSnapshots"},
		"a snapshot deleted later":        {call: drop("analytics"), replies: afterLost("ClusterSnapshotNotFound", snapshotWith(mine), result("DescribeClusterSnapshots", "<Snapshots/>")), want: "ok"},
		"a snapshot, deletion lost":       {call: drop(""), replies: afterAllLost(missingSnapshot), want: "ok"},
		"a snapshot shown as deleted":     {call: drop(""), replies: afterAllLost(snapshotWith(mine + "<Status>deleted</Status>")), want: "ok"},
		"a snapshot, deletion failed":     {call: drop(""), replies: afterAllLost(snapshotWith(mine)), want: "unknown"},
		"two such snapshots":              {call: drop(""), replies: afterAllLost(result("DescribeClusterSnapshots", "<Snapshots><Snapshot/><Snapshot/></Snapshots>")), want: "unknown"},
		"a snapshot, retention lost":      {call: keep(nil), replies: afterAllLost(snapshotWith(kept7)), want: "ok"},
		"a snapshot, same retention":      {call: keep(nil), replies: afterAllLost(snapshotWith("")), want: "unknown"},
		"a snapshot, missing":             {call: keep(nil), replies: afterLost("ClusterSnapshotNotFound"), want: "unknown"},
		"a snapshot that Force deleted":   {call: keep(new(true)), replies: afterLost("ClusterSnapshotNotFound"), want: "ok", requests: "2*ModifyClusterSnapshot"},
		"a snapshot, Force lost":          {call: keep(new(true)), replies: afterAllLost(missingSnapshot), want: "ok"},
		"tags, response lost":             {call: createTags, replies: afterAllLost(tagged("<TaggedResources>" + resource(tagXML) + resource("") + resource(emptyTag) + "</TaggedResources>")), want: "ok"},
		"tags, one missing":               {call: createTags, replies: afterAllLost(tagged("<TaggedResources>" + resource(tagXML) + "</TaggedResources>")), want: "unknown", text: "Tags"},
		"access by two keys":              {call: authorizeBoth, replies: afterLost("AuthorizationAlreadyExists", snapshotWith(ofAnalytics), snapshotWith(shared)), want: "ok"},
		"access by two keys that differ":  {call: authorizeBoth, replies: afterLost("AuthorizationAlreadyExists", result("DescribeClusterSnapshots", "<Snapshots><Snapshot><SnapshotIdentifier>x</SnapshotIdentifier></Snapshot></Snapshots>")), want: "unknown"},
		"copies without a period yet":     {call: enable, replies: afterLost("SnapshotCopyAlreadyEnabledFault", copies("us-west-2", "", "copies", "9"), copies("us-west-2", "7", "copies", "9")), want: "ok"},
		"restore with all parameters":     {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("")), want: "ok"},
		"restore with another port":       {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("5440")), want: "unknown", text: "another Port", requests: "2*RestoreFromClusterSnapshot DescribeClusters"},
		"restore with other groups":       {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("mine")), want: "unknown", text: "another ClusterParameterGroups"},
		"restore with another network":    {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("sg-2")), want: "unknown", text: "another VpcSecurityGroups"},
		"restore with another role":       {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("role/a")), want: "unknown", text: "another IamRoles"},
		"restore with another window":     {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("sun:05:00")), want: "unknown", text: "another PreferredMaintenanceWindow"},
		"restore with another address":    {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("192.0.2.1")), want: "unknown", text: "another ElasticIp"},
		"restore with another schedule":   {call: restoreAll, replies: afterLost("ClusterAlreadyExists", allRestored("often")), want: "unknown", text: "another SnapshotScheduleIdentifier"},
		"a snapshot, part of the list":    {call: drop(""), replies: afterAllLost(part("DescribeClusterSnapshots", "<Snapshots/>")), want: "unknown", text: "only a part"},
		"a snapshot, or one of many":      {call: callCreate(), replies: afterLost("ClusterSnapshotAlreadyExists", part("DescribeClusterSnapshots", "<Snapshots><Snapshot><SnapshotIdentifier>nightly</SnapshotIdentifier>"+mine+"</Snapshot></Snapshots>")), want: "unknown", requests: "2*CreateClusterSnapshot DescribeClusterSnapshots"},
		"a grant, part of the list":       {call: deleteGrant, replies: afterAllLost(part("DescribeSnapshotCopyGrants", "<SnapshotCopyGrants/>")), want: "unknown"},
		"no copies, part of the list":     {call: disable, replies: afterAllLost(part("DescribeClusters", "<Clusters><Cluster/></Clusters>")), want: "unknown"},
		"tags, several pages":             {call: createTags, replies: afterAllLost(tagged("<Marker>x</Marker><TaggedResources>" + resource(tagXML) + resource(emptyTag) + "</TaggedResources>")), want: "unknown", text: "only a part of the resources"},
		"tags of a missing resource":      {call: createTags, replies: afterAllLost(refusal(404, "ResourceNotFoundFault")), want: "unknown"},
		"tags that are gone":              {call: deleteTags, replies: afterAllLost(tagged("<TaggedResources>" + resource(emptyTag) + "</TaggedResources>")), want: "ok"},
		"tags that still exist":           {call: deleteTags, replies: afterAllLost(tagged("<TaggedResources>" + resource(tagXML) + "</TaggedResources>")), want: "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

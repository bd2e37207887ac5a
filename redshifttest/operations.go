package redshifttest

import "slices"

// operationNames are the names of all operations of Redshift, sorted. This library may not have all of them, and the contract may have
// others.
var operationNames = []string{
	"AcceptReservedNodeExchange", "AddPartner", "AssociateDataShareConsumer", "AuthorizeClusterSecurityGroupIngress",
	"AuthorizeDataShare", "AuthorizeEndpointAccess", "AuthorizeSnapshotAccess", "BatchDeleteClusterSnapshots",
	"BatchModifyClusterSnapshots", "CancelResize", "CopyClusterSnapshot", "CreateAuthenticationProfile", "CreateCluster",
	"CreateClusterParameterGroup", "CreateClusterSecurityGroup", "CreateClusterSnapshot", "CreateClusterSubnetGroup",
	"CreateCustomDomainAssociation", "CreateEndpointAccess", "CreateEventSubscription", "CreateHsmClientCertificate",
	"CreateHsmConfiguration", "CreateIntegration", "CreateQev2IdcApplication", "CreateRedshiftIdcApplication",
	"CreateScheduledAction", "CreateSnapshotCopyGrant", "CreateSnapshotSchedule", "CreateTags", "CreateUsageLimit",
	"DeauthorizeDataShare", "DeleteAuthenticationProfile", "DeleteCluster", "DeleteClusterParameterGroup",
	"DeleteClusterSecurityGroup", "DeleteClusterSnapshot", "DeleteClusterSubnetGroup", "DeleteCustomDomainAssociation",
	"DeleteEndpointAccess", "DeleteEventSubscription", "DeleteHsmClientCertificate", "DeleteHsmConfiguration",
	"DeleteIntegration", "DeletePartner", "DeleteQev2IdcApplication", "DeleteRedshiftIdcApplication",
	"DeleteResourcePolicy", "DeleteScheduledAction", "DeleteSnapshotCopyGrant", "DeleteSnapshotSchedule", "DeleteTags",
	"DeleteUsageLimit", "DeregisterNamespace", "DescribeAccountAttributes", "DescribeAuthenticationProfiles",
	"DescribeClusterDbRevisions", "DescribeClusterParameterGroups", "DescribeClusterParameters",
	"DescribeClusterSecurityGroups", "DescribeClusterSnapshots", "DescribeClusterSubnetGroups", "DescribeClusterTracks",
	"DescribeClusterVersions", "DescribeClusters", "DescribeCustomDomainAssociations", "DescribeDataShares",
	"DescribeDataSharesForConsumer", "DescribeDataSharesForProducer", "DescribeDefaultClusterParameters",
	"DescribeEndpointAccess", "DescribeEndpointAuthorization", "DescribeEventCategories", "DescribeEventSubscriptions",
	"DescribeEvents", "DescribeHsmClientCertificates", "DescribeHsmConfigurations", "DescribeInboundIntegrations",
	"DescribeIntegrations", "DescribeLoggingStatus", "DescribeNodeConfigurationOptions",
	"DescribeOrderableClusterOptions", "DescribePartners", "DescribeQev2IdcApplications",
	"DescribeRedshiftIdcApplications", "DescribeReservedNodeExchangeStatus", "DescribeReservedNodeOfferings",
	"DescribeReservedNodes", "DescribeResize", "DescribeScheduledActions", "DescribeSnapshotCopyGrants",
	"DescribeSnapshotSchedules", "DescribeStorage", "DescribeTableRestoreStatus", "DescribeTags", "DescribeUsageLimits",
	"DisableLogging", "DisableSnapshotCopy", "DisassociateDataShareConsumer", "EnableLogging", "EnableSnapshotCopy",
	"FailoverPrimaryCompute", "GetClusterCredentials", "GetClusterCredentialsWithIAM", "GetIdentityCenterAuthToken",
	"GetReservedNodeExchangeConfigurationOptions", "GetReservedNodeExchangeOfferings", "GetResourcePolicy",
	"ListRecommendations", "ModifyAquaConfiguration", "ModifyAuthenticationProfile", "ModifyCluster",
	"ModifyClusterDbRevision", "ModifyClusterIamRoles", "ModifyClusterMaintenance", "ModifyClusterParameterGroup",
	"ModifyClusterSnapshot", "ModifyClusterSnapshotSchedule", "ModifyClusterSubnetGroup", "ModifyCustomDomainAssociation",
	"ModifyEndpointAccess", "ModifyEventSubscription", "ModifyIntegration", "ModifyLakehouseConfiguration",
	"ModifyQev2IdcApplication", "ModifyRedshiftIdcApplication", "ModifyScheduledAction",
	"ModifySnapshotCopyRetentionPeriod", "ModifySnapshotSchedule", "ModifyUsageLimit", "PauseCluster",
	"PurchaseReservedNodeOffering", "PutResourcePolicy", "RebootCluster", "RegisterNamespace", "RejectDataShare",
	"ResetClusterParameterGroup", "ResizeCluster", "RestoreFromClusterSnapshot", "RestoreTableFromClusterSnapshot",
	"ResumeCluster", "RevokeClusterSecurityGroupIngress", "RevokeEndpointAccess", "RevokeSnapshotAccess",
	"RotateEncryptionKey", "UpdatePartnerStatus",
}

// isOperation reports whether Redshift has an operation. This library may not have it.
func isOperation(name string) bool {
	_, found := slices.BinarySearch(operationNames, name)

	return found
}

// isOperation reports whether Redshift or the contract has an operation. The fake may not implement it.
func (g *global) isOperation(name string) bool {
	_, described := g.operations[name]

	return described || isOperation(name)
}

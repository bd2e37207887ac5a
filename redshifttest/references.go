package redshifttest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// Resources are names of resources that a restore can refer to. They exist for every account in every region. Operations create, change
// and delete parameter groups and subnet groups. The fake does not implement the other kinds: a restore that names another one is refused.
type Resources struct {
	// ParameterGroups are names of cluster parameter groups. The groups default.redshift-1.0 and default.redshift-2.0 always exist.
	ParameterGroups []string
	// SubnetGroups are names of cluster subnet groups. The group default always exists.
	SubnetGroups []string
	// HSMClientCertificates are identifiers of client certificates for a hardware security module.
	HSMClientCertificates []string
	// HSMConfigurations are identifiers of configurations of a hardware security module.
	HSMConfigurations []string
	// ReservedNodes are identifiers of reserved nodes.
	ReservedNodes []string
	// ReservedNodeOfferings are identifiers of offerings of reserved nodes.
	ReservedNodeOfferings []string
	// IdcApplications are ARNs of Redshift applications in IAM Identity Center.
	IdcApplications []string
}

// reference is a parameter of a restore that names a resource, and the error code if the resource does not exist.
type reference struct {
	parameter string
	kind      string // in a message
	option    string // the field of Resources
	known     []string
	missing   awsquery.ErrorCode
}

// references returns the references of a restore. The groups are not among them, because the fake implements these.
func (r *Resources) references() []reference {
	return []reference{
		{
			parameter: "HsmClientCertificateIdentifier",
			kind:      "HSM client certificate",
			option:    "HSMClientCertificates",
			known:     r.HSMClientCertificates,
			missing:   models.ErrHsmClientCertificateNotFoundFault,
		},
		{
			parameter: "HsmConfigurationIdentifier",
			kind:      "HSM configuration",
			option:    "HSMConfigurations",
			known:     r.HSMConfigurations,
			missing:   models.ErrHsmConfigurationNotFoundFault,
		},
		{
			parameter: "ReservedNodeId",
			kind:      "reserved node",
			option:    "ReservedNodes",
			known:     r.ReservedNodes,
			missing:   models.ErrReservedNodeNotFound,
		},
		{
			parameter: "TargetReservedNodeOfferingId",
			kind:      "offering of reserved nodes",
			option:    "ReservedNodeOfferings",
			known:     r.ReservedNodeOfferings,
			missing:   models.ErrReservedNodeOfferingNotFound,
		},
		{
			parameter: "RedshiftIdcApplicationArn",
			kind:      "IAM Identity Center application",
			option:    "IdcApplications",
			known:     r.IdcApplications,
			missing:   models.ErrRedshiftIdcApplicationNotExists,
		},
	}
}

// check returns an error if a name is empty.
func (r *Resources) check() error {
	groups := []reference{{option: "ParameterGroups", known: r.ParameterGroups}, {option: "SubnetGroups", known: r.SubnetGroups}}
	for _, kind := range append(groups, r.references()...) {
		if slices.Contains(kind.known, "") {
			return fmt.Errorf("%s: a name is empty", kind.option)
		}
	}

	return nil
}

// checkReferences refuses a restore that refers to a resource that does not exist.
func (c *call) checkReferences() *failure {
	if name := c.params.text("ClusterParameterGroupName"); name != "" {
		if _, failed := c.parameterGroup(name); failed != nil {
			return failed.withHint("CreateClusterParameterGroup creates it. " + optionHint("ParameterGroups"))
		}
	}
	if name := c.params.text("ClusterSubnetGroupName"); name != "" {
		if _, failed := c.referencedSubnetGroup(name); failed != nil {
			return failed
		}
	}
	for _, kind := range c.states.options.Resources.references() {
		name := c.params.text(kind.parameter)
		known := slices.ContainsFunc(kind.known, func(one string) bool { return strings.EqualFold(one, name) })
		if name != "" && !known {
			return fail(kind.missing, "The %s '%s' does not exist.", kind.kind, name).withHint(optionHint(kind.option))
		}
	}

	return nil
}

// referencedSubnetGroup returns the subnet group of the caller that a cluster refers to.
func (c *call) referencedSubnetGroup(name string) (*storedSubnetGroup, *failure) {
	group, failed := c.subnetGroup(name)
	if failed != nil {
		return nil, failed.withHint("CreateClusterSubnetGroup creates it. " + optionHint("SubnetGroups"))
	}

	return group, nil
}

// optionHint returns how a test adds a resource of a kind. The kind is a field of Resources.
func optionHint(field string) string {
	return "Options.Resources." + field + " of package redshifttest adds it, and so does the flag -resource of redshift-fake."
}

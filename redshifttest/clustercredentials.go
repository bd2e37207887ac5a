package redshifttest

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	clientsecurity "github.com/redshift-go/redshift/client/security"
)

const (
	shortestCredentials = 900 // seconds
	longestCredentials  = 3600
	maxDatabaseName     = 64
)

var (
	databaseUser  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+.@-]*$`)
	databaseGroup = regexp.MustCompile(`^[a-z][a-z0-9_+.@-]*$`)
)

func getClusterCredentials(c *call) (any, *failure) {
	user, create := c.params.text("DbUser"), false
	if !isDatabaseName(user) || strings.EqualFold(user, "PUBLIC") {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter DbUser is not the name of a database user: '%s'.", user)
	}
	for _, group := range c.params.strings("DbGroups.DbGroup") {
		if len(group) > maxDatabaseName || !databaseGroup.MatchString(group) {
			return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter DbGroups has '%s', which is not the name of a database group.", group)
		}
	}
	cluster, lifetime, failed := c.credentialsScope()
	if failed != nil {
		return nil, failed
	}
	prefix := "IAM:"
	if create, _ = c.params.boolean("AutoCreate"); create {
		prefix = "IAMA:"
	}

	return &clientsecurity.GetClusterCredentialsResult{
		DbUser:     prefix + user,
		DbPassword: c.databasePassword(cluster, user),
		Expiration: c.now.Add(lifetime).UTC().Truncate(time.Millisecond),
	}, nil
}

// isDatabaseName reports whether a text can be the name of a database or of a database user.
func isDatabaseName(name string) bool {
	return len(name) <= maxDatabaseName && databaseUser.MatchString(name) && !reservedWords[strings.ToLower(name)]
}

// credentialsScope returns the cluster of a call for credentials, and how long they are valid. Unlike in other operations, the case of
// the cluster's identifier matters. The fake has no custom domains.
func (c *call) credentialsScope() (*storedCluster, time.Duration, *failure) {
	identifier, domain, database := c.params.text("ClusterIdentifier"), c.params.text("CustomDomainName"), c.params.text("DbName")
	seconds, given := c.params.integer("DurationSeconds")
	if !given {
		seconds = shortestCredentials
	}
	switch {
	case identifier == "" && domain == "":
		return nil, 0, fail(awsquery.ErrMissingParameter, "The request must contain the parameter ClusterIdentifier or CustomDomainName.")
	case identifier != "" && domain != "":
		return nil, 0, fail(awsquery.ErrInvalidParameterCombination, "ClusterIdentifier and CustomDomainName cannot be given together.")
	case seconds < shortestCredentials || seconds > longestCredentials:
		return nil, 0, fail(awsquery.ErrInvalidParameterValue, "Token duration must be between %d and %d seconds. DurationSeconds is %d.",
			shortestCredentials, longestCredentials, seconds)
	case database != "" && !isDatabaseName(database):
		return nil, 0, fail(awsquery.ErrInvalidParameterValue, "The parameter DbName is not the name of a database: '%s'.", database)
	}
	cluster := c.resourcesOf(c.account).clusters[identifier]
	if cluster == nil {
		return nil, 0, clusterNotFound(identifier + domain)
	}

	return cluster, time.Duration(seconds) * time.Second, nil
}

// databasePassword returns another password at each call. It opens nothing.
func (c *call) databasePassword(cluster *storedCluster, user string) awsquery.Secret {
	c.serial++

	return awsquery.Secret("fake-" + uuid("database password", c.region, c.account, cluster.Identifier, user, strconv.Itoa(c.serial)))
}

// iamUser is the database user of each caller. The fake has no IAM: it does not know the name of the caller.
const iamUser = "IAM:redshifttest"

func getClusterCredentialsWithIAM(c *call) (any, *failure) {
	cluster, lifetime, failed := c.credentialsScope()
	if failed != nil {
		return nil, failed
	}

	return &clientsecurity.GetClusterCredentialsWithIAMResult{
		DbUser:     iamUser,
		DbPassword: c.databasePassword(cluster, iamUser),
		Expiration: c.now.Add(lifetime).UTC().Truncate(time.Millisecond),
	}, nil
}

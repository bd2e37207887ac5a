package redshifttest

import "github.com/redshift-go/redshift/models"

type copyGrant struct{ models.SnapshotCopyGrant }

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

const (
	// demoNights is the number of nightly backups in the demo.
	demoNights = 13

	night = 24 * time.Hour
)

// prepare creates one snapshot for each night. One is tagged, one failed, one is shared, and the last one is still creating.
func prepare(ctx context.Context, target *setup.Target, client *redshift.Client) error {
	for number := 1; number <= demoNights; number++ {
		target.Fake.Advance(night)
		params := &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier:  setup.DemoCluster,
			SnapshotIdentifier: fmt.Sprintf("nightly-%02d", number),
		}
		if number == 1 {
			params.Tags = []models.Tag{{Key: "keep", Value: "audit"}}
		}
		if _, err := client.CreateClusterSnapshot(ctx, params); err != nil {
			return err
		}
		if number == 11 {
			if err := target.Fake.SetSnapshotStatus(params.SnapshotIdentifier, models.SnapshotStatusFailed); err != nil {
				return err
			}
		}
	}
	_, err := client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier:       "nightly-03",
		AccountWithRestoreAccess: "210987654321",
	})

	return err
}

package models_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"log"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// A snapshot as Redshift returns it. An enum is a string with constants. A time that Redshift did not send is zero. A member is a
// pointer if absent and zero differ.
func Example() {
	var snapshot models.Snapshot
	err := xml.Unmarshal([]byte(`<Snapshot>
	  <SnapshotIdentifier>nightly</SnapshotIdentifier>
	  <Status>available</Status>
	  <SnapshotType>of-a-new-kind</SnapshotType>
	  <ManualSnapshotRetentionPeriod>-1</ManualSnapshotRetentionPeriod>
	  <Tags><Tag><Key>env</Key><Value>prod</Value></Tag></Tags>
	</Snapshot>`), &snapshot)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(snapshot.Status == models.SnapshotStatusAvailable, snapshot.SnapshotType)
	fmt.Println(snapshot.SnapshotCreateTime.IsZero(), *snapshot.ManualSnapshotRetentionPeriod, snapshot.ManualSnapshotRemainingDays == nil)
	fmt.Println(snapshot.Tags)
	// Output:
	// true of-a-new-kind
	// true -1 true
	// [{env prod}]
}

// Codes are errors: look for them however often the error was wrapped.
func Example_errors() {
	err := fmt.Errorf("nightly job: %w", &awsquery.Error{
		Operation: "CreateClusterSnapshot", StatusCode: 400, Code: models.ErrClusterNotFound, Message: "Cluster analytics not found.",
	})
	switch {
	case errors.Is(err, models.ErrClusterNotFound):
		fmt.Println("there is no such cluster")
	case errors.Is(err, models.ErrClusterSnapshotAlreadyExists):
		fmt.Println("it was taken already")
	}
	// Output: there is no such cluster
}

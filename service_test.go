package redshift_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// counting is a decorator that counts the calls of one operation.
type counting struct {
	redshift.ClientService
	described int
	options   int
}

func (c *counting) DescribeClusterSnapshots(ctx context.Context, params *redshift.DescribeClusterSnapshotsParams, options ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	c.described++
	c.options += len(options)

	return c.ClientService.DescribeClusterSnapshots(ctx, params, options...)
}

func TestNewFromServiceReturnsAClientUnchanged(t *testing.T) {
	t.Parallel()
	client, _ := fakeClient(t, redshifttest.Options{})
	if redshift.NewFromService(client) != client {
		t.Error("NewFromService() wraps a client, want the client itself")
	}
	if none := redshift.NewFromService((*redshift.Client)(nil)); none != nil {
		t.Errorf("NewFromService(nil client) = %v, want nil", none)
	}
}

// Operations, iterators, batches and waits call the decorator.
func TestNewFromServiceCallsADecorator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner, fake := fakeClient(t, redshifttest.Options{})
		decorator := &counting{ClientService: inner}
		client := redshift.NewFromService(decorator)
		if client.Region() != "" || client.Endpoint() != "" {
			t.Errorf("Region() = %q, Endpoint() = %q, want both empty", client.Region(), client.Endpoint())
		}
		client.CloseIdleConnections()
		if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
			t.Fatal(err)
		}
		failNext(t, fake, "DescribeClusterSnapshots", models.ErrClusterSnapshotNotFound, 3)
		if _, err := client.WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{}); err != nil {
			t.Errorf("err = %v, want tolerance for a snapshot that this client created", err)
		}
		if decorator.described < 5 {
			t.Errorf("the wait called the decorator %d times, want at least 5", decorator.described)
		}
		decorator.described = 0
		for _, err := range client.DescribeClusterSnapshotsAll(t.Context(), nil, nil) {
			if err != nil {
				t.Error(err)
			}
		}
		if decorator.described != 1 || decorator.options != 1 {
			t.Errorf("the iterator called the decorator %d times with %d options, want 1 and 1", decorator.described, decorator.options)
		}
		result, err := client.DeleteSnapshots(t.Context(), toDelete([]string{"nightly"}))
		if err != nil || !slices.Equal(result.Done, []string{"nightly"}) {
			t.Errorf("DeleteSnapshots() = %+v, %v", result, err)
		}
	})
}

// Without a client, every method that takes parameters returns an error and does not panic, with and without parameters.
func TestMethodsWithoutAClientReturnErrors(t *testing.T) {
	t.Parallel()
	var none *redshift.Client
	for name, client := range map[string]*redshift.Client{"from nil": redshift.NewFromService(nil), "zero": {}, "nil": none} {
		value := reflect.ValueOf(client)
		methods := 0
		for i := range value.NumMethod() {
			method := value.Type().Method(i)
			if method.Type.NumIn() < 3 || method.Type.NumOut() != 2 || method.Type.In(1) != reflect.TypeFor[context.Context]() {
				continue
			}
			methods++
			for _, params := range []reflect.Value{reflect.Zero(method.Type.In(2)), reflect.New(method.Type.In(2).Elem())} {
				arguments := []reflect.Value{reflect.ValueOf(t.Context()), params}
				for j := 3; j < method.Type.NumIn() && !(method.Type.IsVariadic() && j == method.Type.NumIn()-1); j++ {
					argument := reflect.Zero(method.Type.In(j))
					if argument.Kind() == reflect.Slice {
						argument = reflect.ValueOf([]string{"nightly"})
					}
					arguments = append(arguments, argument)
				}
				results := value.Method(i).Call(arguments)
				if batch := method.Name == "DeleteSnapshots" || method.Name == "ModifySnapshots"; results[1].IsNil() != batch {
					t.Errorf("%s: %s(%v): err = %v", name, method.Name, params, results[1])
				}
			}
		}
		const waits, batches = 11, 2
		if want := len(contract.Operations()) + waits + batches; methods != want {
			t.Errorf("%s: called %d methods, want %d", name, methods, want)
		}
	}
	if _, err := redshift.NewFromService(nil).DeleteSnapshots(t.Context(), toDelete([]string{"nightly"})); err == nil {
		t.Error("DeleteSnapshots without a client: err = nil")
	}
	for _, err := range redshift.NewFromService(nil).DescribeTagsAll(t.Context(), nil) {
		if err == nil {
			t.Error("DescribeTagsAll without a client: err = nil")
		}
	}
}

// A missing result, an error, and both reach the caller unchanged.
func TestNewFromServiceReturnsResultsUnchanged(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	stub := &createResult{}
	client := redshift.NewFromService(stub)
	if result, err := client.CreateClusterSnapshot(t.Context(), create()); result != nil || err != nil {
		t.Errorf("got %v, %v", result, err)
	}
	stub.result, stub.err = &redshift.CreateClusterSnapshotResult{RequestID: "1"}, refused
	if result, err := client.CreateClusterSnapshot(t.Context(), create()); result != stub.result || !errors.Is(err, refused) {
		t.Errorf("got %v, %v", result, err)
	}
}

type createResult struct {
	redshift.ClientService
	result *redshift.CreateClusterSnapshotResult
	err    error
}

func (c *createResult) CreateClusterSnapshot(context.Context, *redshift.CreateClusterSnapshotParams, ...redshift.Option) (*redshift.CreateClusterSnapshotResult, error) {
	return c.result, c.err
}

// A snapshot counts as new for a minute after its creation.
func TestCreatedSnapshotIsNewForAMinute(t *testing.T) {
	t.Parallel()
	for after, polls := range map[time.Duration]int{0: 6, 59 * time.Second: 6, time.Minute: 6, 61 * time.Second: 1} {
		synctest.Test(t, func(t *testing.T) {
			created := &redshift.CreateClusterSnapshotResult{Snapshot: models.Snapshot{SnapshotIdentifier: "NIGHTLY"}}
			missing := &pollResponses{list: []pollResponse{failing("ClusterSnapshotNotFound")}}
			client := redshift.NewFromService(struct {
				*createResult
				describing
			}{&createResult{result: created}, missing})
			if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(after)
			_, err := client.WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{})
			if !errors.Is(err, models.ErrClusterSnapshotNotFound) || len(missing.polledAt) != polls {
				t.Errorf("after %v: err = %v after %d polls, want %d polls", after, err, len(missing.polledAt), polls)
			}
		})
	}
}

type describing interface {
	DescribeClusterSnapshots(context.Context, *redshift.DescribeClusterSnapshotsParams, ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error)
}

// Command tracing shows OpenTelemetry spans of calls. Config.HTTPClient uses otelhttp. The program needs no AWS account: it
// creates a snapshot in a fake Redshift that throttles the first attempt, and prints one line for each span.
//
//	go run -C examples/tracing .
//
// The first two lines are the attempts. Each is a child of the third.
//
// It is a separate module, so that the library does not require OpenTelemetry.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

func main() {
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(),
			"Creates a snapshot in a fake Redshift that throttles the first attempt, and prints one line for each span. It has no flags.")
	}
	flag.Parse()
	if err := run(context.Background(), printer{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, exporter trace.SpanExporter) error {
	provider := trace.NewTracerProvider(trace.WithSyncer(exporter))
	defer func() { _ = provider.Shutdown(ctx) }()

	fake := redshifttest.New(redshifttest.Options{SnapshotDuration: time.Second})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		return err
	}
	if err := fake.FailNext("CreateClusterSnapshot", "Throttling"); err != nil {
		return err
	}

	// With AWS, use redshift.Config{Region: "eu-west-1"} and http.DefaultTransport.
	config := fake.Config()
	config.HTTPClient = traced(config.HTTPClient.Transport, provider)
	client, err := redshift.New(config)
	if err != nil {
		return err
	}

	ctx, span := provider.Tracer("nightly-backup").Start(ctx, "take a snapshot")
	defer span.End()
	_, err = client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	})

	return err
}

// traced returns an HTTP client that records a span for each attempt, named after the operation. Requests are signed before they
// reach it, so the signature does not cover the headers that the tracer adds.
func traced(base http.RoundTripper, provider oteltrace.TracerProvider) *http.Client {
	named := otelhttp.WithSpanNameFormatter(func(_ string, request *http.Request) string {
		return "redshift." + request.URL.Query().Get("Action")
	})

	return &http.Client{Transport: otelhttp.NewTransport(base, named, otelhttp.WithTracerProvider(provider),
		otelhttp.WithPropagators(propagation.TraceContext{}))}
}

// printer prints the name, status and duration of each span.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, span := range spans {
		status := ""
		for _, one := range span.Attributes() {
			if one.Key == attribute.Key("http.response.status_code") {
				status = " status " + one.Value.String()
			}
		}
		fmt.Printf("%s%s in %v\n", span.Name(), status, span.EndTime().Sub(span.StartTime()).Round(time.Microsecond))
	}

	return nil
}

func (printer) Shutdown(context.Context) error { return nil }

package main

import (
	"context"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

// Every attempt has its own span, with its status, under the span of the caller.
func TestEveryAttemptHasASpan(t *testing.T) {
	t.Parallel()
	exporter := &keeper{}
	if err := run(t.Context(), exporter); err != nil {
		t.Fatal(err)
	}
	if len(exporter.spans) != 3 {
		t.Fatalf("got %d spans, want 3: two attempts and the caller", len(exporter.spans))
	}
	caller := exporter.spans[2]
	for i, status := range []int64{http.StatusBadRequest, http.StatusOK} {
		span := exporter.spans[i]
		got := int64(0)
		for _, one := range span.Attributes {
			if one.Key == attribute.Key("http.response.status_code") {
				got = one.Value.AsInt64()
			}
		}
		if span.Name != "redshift.CreateClusterSnapshot" || got != status || span.Parent.SpanID() != caller.SpanContext.SpanID() {
			t.Errorf("span %d is %q with status %d and parent %v, want redshift.CreateClusterSnapshot with status %d and parent %v",
				i, span.Name, got, span.Parent.SpanID(), status, caller.SpanContext.SpanID())
		}
	}
}

// The fake checks the signature, so the header that the tracer adds does not break it.
func TestTracingKeepsTheSignatureValid(t *testing.T) {
	t.Parallel()
	server := redshifttest.NewServer(t, redshifttest.Options{})
	config := server.Config()
	seen := ""
	config.HTTPClient = traced(headerSeen{http.DefaultTransport, &seen}, trace.NewTracerProvider())
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if seen == "" {
		t.Error("the request has no Traceparent header")
	}
}

type headerSeen struct {
	next http.RoundTripper
	seen *string
}

func (h headerSeen) RoundTrip(request *http.Request) (*http.Response, error) {
	*h.seen = request.Header.Get("Traceparent")

	return h.next.RoundTrip(request)
}

// keeper is an exporter that keeps its spans after Shutdown. The exporter of tracetest discards them.
type keeper struct{ spans tracetest.SpanStubs }

func (k *keeper) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	k.spans = append(k.spans, tracetest.SpanStubsFromReadOnlySpans(spans)...)

	return nil
}

func (k *keeper) Shutdown(context.Context) error { return nil }

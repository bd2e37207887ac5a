package awsquery

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// connectionTracker records whether an attempt got a connection. The error of an attempt does not show it: errors of a proxy, a
// handshake or a time limit look the same before and after the request is sent.
type connectionTracker struct {
	trace     httptrace.ClientTrace
	requested atomic.Bool
	obtained  atomic.Bool
}

func trackConnections(ctx context.Context) (context.Context, *connectionTracker) {
	c := new(connectionTracker)
	c.trace.GetConn = func(string) { c.requested.Store(true) }
	c.trace.GotConn = func(httptrace.GotConnInfo) { c.obtained.Store(true) }

	return httptrace.WithClientTrace(ctx, &c.trace), c
}

// noConnection reports whether the attempt certainly got no connection. It returns false for a RoundTripper that does not report
// its connections.
func (c *connectionTracker) noConnection() bool {
	return c != nil && c.requested.Load() && !c.obtained.Load()
}

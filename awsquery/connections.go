package awsquery

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// connectionTracker tracks whether an attempt got a connection. The error of an attempt does not show it: an error of a proxy, a
// handshake or a time limit before anything is sent looks like one afterwards.
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

// noConnection reports whether the attempt certainly got no connection. A RoundTripper that does not report its connections may have
// had one.
func (c *connectionTracker) noConnection() bool {
	return c != nil && c.requested.Load() && !c.obtained.Load()
}

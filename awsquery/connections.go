package awsquery

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// connections notices whether an attempt of a call got a connection. Errors do not tell: what a proxy, a handshake or a
// time limit refuses before anything is sent looks like what breaks afterwards.
type connections struct {
	trace  httptrace.ClientTrace
	wanted atomic.Bool
	got    atomic.Bool
}

func noticeConnections(ctx context.Context) (context.Context, *connections) {
	c := new(connections)
	c.trace.GetConn = func(string) { c.wanted.Store(true) }
	c.trace.GotConn = func(httptrace.GotConnInfo) { c.got.Store(true) }

	return httptrace.WithClientTrace(ctx, &c.trace), c
}

// none tells whether it is certain that there was no connection. A RoundTripper that does not want one, as far as it says,
// may have had it all the same.
func (c *connections) none() bool { return c != nil && c.wanted.Load() && !c.got.Load() }

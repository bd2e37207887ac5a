package redshifttest_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// pipeListener accepts connections in memory. They work with testing/synctest.
type pipeListener struct {
	accepted chan net.Conn
	closed   chan struct{}
	close    func()
	dialed   atomic.Int32
}

func newPipeListener() *pipeListener {
	closed := make(chan struct{})

	return &pipeListener{accepted: make(chan net.Conn), closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.accepted <- server:
		l.dialed.Add(1)

		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.accepted:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.close()

	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddress{} }

type pipeAddress struct{}

func (pipeAddress) Network() string { return "pipe" }
func (pipeAddress) String() string  { return "pipe" }

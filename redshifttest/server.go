package redshifttest

import (
	"errors"
	"net"
	"net/http"
	"time"
)

// TB is the part of [testing.TB] that [NewServer] uses. *testing.T, *testing.B and *testing.F implement it. It keeps package testing
// out of programs that are not tests.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, arguments ...any)
}

// idleTimeout is longer than the idle timeout of clients. Otherwise the server could close a connection that a client uses.
const idleTimeout = 10 * time.Minute

// Server is a [Fake] that is served on this machine.
type Server struct {
	*Fake
	// URL is the endpoint of the server, such as http://127.0.0.1:49152. Other machines cannot reach it.
	URL string
}

// NewServer serves a new fake on a loopback address until the test ends. It accepts at most one [Options]. It calls tb.Fatalf if the
// fake cannot listen on a loopback address.
func NewServer(tb TB, options ...Options) *Server {
	tb.Helper()
	if len(options) > 1 {
		tb.Fatalf("redshifttest: NewServer takes at most one Options, not %d", len(options))
	}
	var settings Options
	if len(options) > 0 {
		settings = options[0]
	}
	fake := New(settings)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("redshifttest: serve the fake on a loopback address: %v", err)
	}
	server := &http.Server{
		Handler:        fake,
		MaxHeaderBytes: maxHeader,
		ReadTimeout:    time.Minute,
		WriteTimeout:   time.Minute,
		IdleTimeout:    idleTimeout,
	}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	tb.Cleanup(func() {
		_ = server.Close() // Serve returns the same error of the listener
		if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
			tb.Fatalf("redshifttest: serve the fake on %s: %v", listener.Addr(), err)
		}
	})

	return &Server{Fake: fake, URL: "http://" + listener.Addr().String()}
}

package redshifttest

import (
	"errors"
	"net"
	"net/http"
	"time"
)

// TB is what [NewServer] needs of a test. A *testing.T, *testing.B and *testing.F are all one, so that programs which are
// not tests need not be linked with package testing.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, arguments ...any)
}

// idleTimeout is longer than clients keep a connection that they do not use. Otherwise a request could meet its end.
const idleTimeout = 10 * time.Minute

// Server is a [Fake] that answers at a URL on this machine.
type Server struct {
	*Fake
	// Where it answers, such as http://127.0.0.1:49152. No other machine can reach it.
	URL string
}

// NewServer serves a new fake on a loopback address, until the test has ended. It takes one [Options] at most. The test
// fails at once if there is no address to be had.
func NewServer(tb TB, options ...Options) *Server {
	tb.Helper()
	if len(options) > 1 {
		tb.Fatalf("redshifttest: NewServer takes one Options at most, not %d", len(options))
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
		_ = server.Close() // its error is that of closing the listener, which Serve has too
		if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
			tb.Fatalf("redshifttest: serve the fake on %s: %v", listener.Addr(), err)
		}
	})

	return &Server{Fake: fake, URL: "http://" + listener.Addr().String()}
}

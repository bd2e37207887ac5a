package redshifttest

import (
	"net/http"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

// Config returns the configuration of a client that calls the fake in memory, through [Fake.Transport], with the fake's
// region, credentials and SignatureClock. The client ignores environment variables.
func (f *Fake) Config() redshift.Config {
	return redshift.Config{
		Region:      f.Region(),
		Credentials: sigv4.StaticCredentials(f.Credentials()),
		Endpoint:    "http://localhost",
		HTTPClient:  &http.Client{Transport: f.Transport()},
		Now:         f.signatureClock,

		IgnoreEnvironment: true,
	}
}

// Config returns the configuration of a client that calls the server, with the region, credentials and SignatureClock of the fake.
// The client ignores environment variables.
func (s *Server) Config() redshift.Config {
	return redshift.Config{
		Region:      s.Region(),
		Credentials: sigv4.StaticCredentials(s.Credentials()),
		Endpoint:    s.URL,
		Now:         s.signatureClock,

		IgnoreEnvironment: true,
	}
}

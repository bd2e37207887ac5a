package redshifttest

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
)

// checkHost refuses a request that a web page in a browser on this machine may have sent. A page can give its own host name
// a loopback address (DNS rebinding), or post a form to such an address.
func (f *Fake) checkHost(request *incoming) *failure {
	if !f.skipSignatureCheck && len(f.hosts) == 0 {
		return nil
	}
	if host := hostName(request.host); !isLoopback(host) && !slices.Contains(f.hosts, host) {
		return fail(awsquery.ErrAccessDenied, "The fake accepts requests to this machine (localhost, 127.0.0.1), not to the host '%s'. "+
			"Options.Hosts of redshifttest, or -host of redshift-fake, allows other hosts.", host)
	}
	if site := request.header.Get("Sec-Fetch-Site"); request.header.Get("Origin") != "" || site != "" && site != "none" {
		return fail(awsquery.ErrAccessDenied, "The fake does not accept requests that web pages send.")
	}

	return nil
}

// hostName returns a Host header in lower case, without port, brackets and final dot.
func hostName(hostPort string) string {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostPort, "["), "]")
	}

	return strings.TrimSuffix(strings.ToLower(host), ".")
}

func hostNames(hosts []string) []string {
	names := make([]string, len(hosts))
	for i, host := range hosts {
		names[i] = hostName(host)
	}

	return names
}

// isLoopback reports whether a host name always means this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)

	return err == nil && address.IsLoopback()
}

package sigv4

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects limits the redirects that one request may have followed. net/http's own limit is 10. A chain of requests
// made by hand can be a circle.
const maxRedirects = 100

// checkRedirects returns an error if the request follows a redirect from another scheme, host or port. Signed, it would
// hand the session token, and the right to make this very request, to a host that the caller did not choose. A host that
// redirects back would choose what the caller signs.
//
// net/http sets Request.Response on the requests that follow a redirect. All requests of the chain are compared, not only
// the last two: a program may send some of them through another RoundTripper.
func checkRedirects(request *http.Request) error {
	const advice = "set CheckRedirect of the http.Client to a function that returns http.ErrUseLastResponse, " +
		"and send a request of your own if you trust the new address"
	earlier := request
	for range maxRedirects {
		if earlier.Response == nil {
			return nil
		}
		earlier = earlier.Response.Request
		switch {
		case earlier == nil || earlier.URL == nil:
			return errors.New("it follows a redirect that does not say where it came from, and is not signed: " + advice)
		case originOf(earlier) != originOf(request):
			return errors.New("it follows a redirect from another scheme, host or port, and is not signed: " + advice)
		}
	}

	return errors.New("it follows too many redirects, and is not signed: " + advice)
}

// origin is where a request is sent, and the host that is signed.
type origin struct{ scheme, address, host string }

func originOf(request *http.Request) origin {
	scheme := asciiLower(request.URL.Scheme)
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}

	return origin{scheme: scheme, address: normalizeHost(request.URL, request.URL.Host), host: normalizeHost(request.URL, host)}
}

// normalizeHost returns a host in lower case and without the default port of the URL's scheme. A trailing dot stays: the
// names with and without it can be different machines.
func normalizeHost(address *url.URL, host string) string {
	return asciiLower(withoutDefaultPort(strings.TrimSuffix(host, ":"), address.Scheme))
}

func asciiLower(text string) string { return string(appendLower(nil, text)) }

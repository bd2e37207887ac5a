package sigv4

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is the largest number of redirects that a request may have followed. The limit of net/http is 10, but other code can
// build longer chains of requests, even circular ones.
const maxRedirects = 100

// checkRedirects returns an error if the request follows a redirect from another scheme, host or port. The signature and the
// session token would go to a host that the caller did not choose. A host that redirects back to the first host could choose the
// request that the caller signs.
//
// net/http sets Request.Response in requests that follow a redirect. checkRedirects compares all requests of the chain, because a
// program may send some of them through another RoundTripper.
func checkRedirects(request *http.Request) error {
	const advice = "set CheckRedirect of the http.Client to a function that returns http.ErrUseLastResponse, " +
		"and send a new request if you trust the new address"
	earlier := request
	for range maxRedirects {
		if earlier.Response == nil {
			return nil
		}
		earlier = earlier.Response.Request
		switch {
		case earlier == nil || earlier.URL == nil:
			return errors.New("the request follows a redirect from an unknown URL: " + advice)
		case originOf(earlier) != originOf(request):
			return errors.New("the request follows a redirect from another scheme, host or port: " + advice)
		}
	}

	return errors.New("the request follows too many redirects: " + advice)
}

// origin is the address that a request is sent to, and the host that is signed.
type origin struct{ scheme, address, host string }

func originOf(request *http.Request) origin {
	scheme := asciiLower(request.URL.Scheme)
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}

	return origin{scheme: scheme, address: normalizeHost(request.URL, request.URL.Host), host: normalizeHost(request.URL, host)}
}

// normalizeHost returns a host in lower case and without the default port of the URL's scheme. It keeps a dot at the end, because the
// names with and without it can be different machines.
func normalizeHost(address *url.URL, host string) string {
	return asciiLower(withoutDefaultPort(strings.TrimSuffix(host, ":"), address.Scheme))
}

func asciiLower(text string) string { return string(appendLower(nil, text)) }

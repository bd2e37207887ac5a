package redshifttest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/redshifttest"
)

// TestHosts sends requests to a server on a loopback address. A web page can choose the name of the host.
func TestHosts(t *testing.T) {
	t.Parallel()
	own := []string{"localhost", "LOCALHOST:80", "localhost.", "redshift.localhost:1", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:80",
		"[::ffff:127.0.0.1]:80"}
	foreign := []string{
		"example.com", "attacker.example:80", "localhost.attacker.example", "notlocalhost", "127.0.0.1.attacker.example", "0.0.0.0",
		"10.0.0.1:80",
		"[fe80::1]", "redshift.us-east-1.amazonaws.com", "127.1", "2130706433",
	}
	allowed := []string{"redshift.test", "Redshift.Test.:8080"}
	for name, test := range map[string]struct {
		options  redshifttest.Options
		accepted []string
		refused  []string
	}{
		"signatures checked":        {redshifttest.Options{}, append(append(own, foreign...), allowed...), nil},
		"signatures checked, hosts": {redshifttest.Options{Hosts: []string{"redshift.test"}}, append(own, allowed...), foreign},
		"signatures not checked":    {redshifttest.Options{DisableSignatureCheck: true}, own, append(foreign, allowed...)},
		"signatures not checked, hosts": {redshifttest.Options{DisableSignatureCheck: true, Hosts: []string{"REDSHIFT.test"}},
			append(own, allowed...), foreign},
		"signatures not checked, IP address": {redshifttest.Options{DisableSignatureCheck: true, Hosts: []string{"10.0.0.1"}},
			append(own, "10.0.0.1"), []string{"10.0.0.2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redshifttest.NewServer(t, test.options)
			for _, host := range test.accepted {
				if got := hostResponse(t, server, host, nil); strings.Contains(got, "AccessDenied") || !strings.Contains(got, "</") {
					t.Errorf("%s: got\n%s", host, got)
				}
			}
			for _, host := range test.refused {
				failNext(t, server.Fake, "", "Throttling")
				if got := hostResponse(t, server, host, nil); !strings.HasPrefix(got, "HTTP/1.1 403") || !strings.Contains(got, "Options.Hosts") {
					t.Errorf("%s: got\n%s", host, got)
				}
				if server.PendingFaults() != 1 {
					t.Errorf("%s: the request used up a fault", host)
				}
				failNext(t, server.Fake, "", "Throttling") // an accepted request has used the fault before
				hostResponse(t, server, "localhost", nil)
				hostResponse(t, server, "localhost", nil)
			}
		})
	}
}

func hostResponse(t *testing.T, server *redshifttest.Server, host string, header http.Header) string {
	t.Helper()
	text := "GET /?Action=DescribeClusters&Version=2012-12-01 HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
	for name := range header {
		text += name + ": " + header.Get(name) + "\r\n"
	}

	return exchange(t, server.URL, text+"\r\n")
}

// TestWebPages sends requests as a page of another site can send them to a loopback address.
func TestWebPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header  http.Header
		refused bool
	}{
		"program":     {nil, false},
		"typed":       {http.Header{"Sec-Fetch-Site": {"none"}}, false},
		"form":        {http.Header{"Origin": {"https://attacker.example"}, "Sec-Fetch-Site": {"cross-site"}}, true},
		"image":       {http.Header{"Sec-Fetch-Site": {"cross-site"}}, true},
		"other port":  {http.Header{"Sec-Fetch-Site": {"same-site"}}, true},
		"old browser": {http.Header{"Origin": {"null"}}, true},
		"same origin": {http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
	} {
		server := redshifttest.NewServer(t, redshifttest.Options{DisableSignatureCheck: true})
		if got := hostResponse(t, server, "127.0.0.1", test.header); strings.HasPrefix(got, "HTTP/1.1 403") != test.refused {
			t.Errorf("%s: got\n%s", name, got)
		}
		checked := redshifttest.NewServer(t)
		if got := hostResponse(t, checked, "127.0.0.1", test.header); strings.Contains(got, "AccessDenied") {
			t.Errorf("%s, signatures checked: got\n%s", name, got)
		}
	}
}

// TestHostsInMemory checks that requests without a connection are accepted. A web page cannot send them.
func TestHostsInMemory(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
	request := unsignedRequest(t, "DescribeClusters")
	request.Host = "redshift.us-east-1.amazonaws.com"
	if got := send(t, fake.Transport(), request); got.Status != http.StatusOK {
		t.Errorf("Transport returned %d\n%s", got.Status, got.Body)
	}
	recorder := httptest.NewRecorder()
	fake.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/?Action=DescribeClusters&Version=2012-12-01", nil))
	if recorder.Code != http.StatusOK {
		t.Errorf("ServeHTTP returned %d\n%s", recorder.Code, recorder.Body)
	}
}

func TestInvalidHosts(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", ".", "http://redshift.test", "a b", ":80"} {
		func() {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.Contains(text, "Options.Hosts") {
					t.Errorf("%q: New panicked with %s", host, text)
				}
			}()
			redshifttest.New(redshifttest.Options{Hosts: []string{host}})
		}()
	}
}

package main

import (
	"net/http"
	"regexp"

	"github.com/redshift-go/redshift/redshifttest"
)

// regions serves several regions at one address: a request goes to the one that it is signed for.
type regions struct {
	first *redshifttest.Fake
	all   map[string]*redshifttest.Fake
}

func newRegions(first *redshifttest.Fake, names []string) *regions {
	served := &regions{first: first, all: make(map[string]*redshifttest.Fake)}
	for _, name := range names {
		served.all[name] = first.InRegion(name)
	}

	return served
}

// signedFor finds the region in the scope of a signature, as it is in a header and in a URL.
var signedFor = regexp.MustCompile(`Credential=[^/%&]+(?:/|%2F)[0-9]{8}(?:/|%2F)([a-z0-9-]+)(?:/|%2F)redshift(?:/|%2F)aws4_request`)

func (r *regions) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	chosen := r.first // which refuses what is signed for none of them
	for _, signed := range []string{request.Header.Get("Authorization"), request.URL.RawQuery} {
		if found := signedFor.FindStringSubmatch(signed); found != nil && r.all[found[1]] != nil {
			chosen = r.all[found[1]]
		}
	}
	chosen.ServeHTTP(w, request)
}

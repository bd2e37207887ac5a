package main

import (
	"net/http"
	"regexp"

	"github.com/redshift-go/redshift/redshifttest"
)

// regions serves several regions at one address. The signature of a request selects its region.
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

// signedFor matches the scope of a signature in a header or a URL. The group is the region.
var signedFor = regexp.MustCompile(`Credential=[^/%&]+(?:/|%2F)[0-9]{8}(?:/|%2F)([a-z0-9-]+)(?:/|%2F)redshift(?:/|%2F)aws4_request`)

func (r *regions) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	chosen := r.first // refuses requests that are signed for an unknown region
	for _, signed := range []string{request.Header.Get("Authorization"), request.URL.RawQuery} {
		if found := signedFor.FindStringSubmatch(signed); found != nil && r.all[found[1]] != nil {
			chosen = r.all[found[1]]
		}
	}
	chosen.ServeHTTP(w, request)
}

// Package stock is a Redshift client for two operations, generated with go-swagger's stock templates for comparison. encoding/xml
// reads the responses. Users have to add signing and the lists in requests.
package stock

//go:generate go run github.com/go-swagger/go-swagger/cmd/swagger@v0.36.7 generate client --quiet --skip-validation -f redshift.yaml -t .

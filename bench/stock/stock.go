// Package stock is a Redshift client for two operations by go-swagger's own templates, as this module measures beside
// others: encoding/xml reads the answers, and signing and lists in requests are its user's to add.
package stock

//go:generate go run github.com/go-swagger/go-swagger/cmd/swagger@v0.36.7 generate client --quiet --skip-validation -f redshift.yaml -t .

package redshift

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// explain adds to an error what to do about it, where what it says by itself does not tell.
func explain(operation *runtime.ClientOperation, err error) error {
	var (
		refused    *awsquery.Error
		unanswered *awsquery.SendError
	)
	switch {
	case errors.As(err, &unanswered):
		unanswered.Hint = hintUnanswered(unanswered.Err)
	case errors.As(err, &refused):
		refused.Hint = hintRefused(operation, refused)
	}

	return err
}

func hintRefused(operation *runtime.ClientOperation, refused *awsquery.Error) string {
	switch refused.Code {
	case awsquery.ErrExpiredToken, awsquery.ErrExpiredTokenException:
		return "the credentials have ended: obtain others, such as with aws sso login or by assuming the role again"
	case awsquery.ErrInvalidClientTokenID, awsquery.ErrUnrecognizedClientException:
		return "check the access key, that the session token is the one that came with it, and that the account has this region enabled"
	case awsquery.ErrSignatureDoesNotMatch:
		return "check the secret access key, and that Config.Region is the region of the endpoint"
	case awsquery.ErrRequestExpired, awsquery.ErrRequestTimeTooSkewed:
		return "check the clock of this machine"
	case awsquery.ErrOptInRequired:
		return "enable the region, and Redshift, for the account"
	case models.ErrClusterSnapshotNotFound:
		// Redshift says of another account's snapshot that there is none, unless the account is named.
		if params, ok := operation.Params.(*RestoreFromClusterSnapshotParams); ok && params.OwnerAccount+params.SnapshotArn == "" {
			return "if the snapshot is another account's, OwnerAccount has to name that"
		}
	case "":
		if refused.StatusCode >= http.StatusMultipleChoices && refused.StatusCode < http.StatusInternalServerError {
			return "that was not Redshift: check the endpoint, and proxies on the way to it"
		}
	}

	return ""
}

func hintUnanswered(err error) string {
	var (
		lookup      *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		connection  *net.OpError
	)
	switch {
	case errors.As(err, &connection) && connection.Op == "proxyconnect":
		return "check the proxy: HTTPS_PROXY, HTTP_PROXY, NO_PROXY"
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "check Config.Region, Config.Endpoint, and whether this machine can look up names outside"
	case errors.As(err, &lookup):
		return "check this machine's network and its DNS"
	case errors.As(err, &certificate):
		return "check Config.Endpoint; an authority of your own goes into the RootCAs of Config.HTTPClient's transport"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "check whether Config.Endpoint begins with https:// where it has to be http://"
	case connection != nil && connection.Op == "dial":
		return "check Config.Endpoint, the network, and whether a proxy is needed"
	default:
		return ""
	}
}

package attempts

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// hintRefused returns advice for a refusal, or an empty string.
func hintRefused(refused *awsquery.Error) string {
	if refusesDate(refused) {
		return "check the clock of this machine"
	}
	switch refused.Code {
	case awsquery.ErrExpiredToken, awsquery.ErrExpiredTokenException:
		return "the credentials have expired: get new ones, for example with aws sso login or by assuming the role again"
	case awsquery.ErrInvalidClientTokenID, awsquery.ErrUnrecognizedClientException:
		return "check the access key, that the session token belongs to it, and that the region is enabled for the account"
	case awsquery.ErrSignatureDoesNotMatch:
		return "check the secret access key, and that Config.Region is the region of the endpoint"
	case awsquery.ErrOptInRequired:
		return "enable the region, and Redshift, for the account"
	case "":
		if errors.As(refused.Err, new(*awsquery.ReadError)) {
			return "" // the response is incomplete, so its sender is not known
		}
		if refused.StatusCode == http.StatusTooManyRequests {
			return "" // proxies and gateways throttle too
		}
		if refused.StatusCode == http.StatusRequestTimeout {
			return "the server or a proxy waited too long for the request: check the network"
		}
		isPage := strings.HasPrefix(refused.Header.Get("Content-Type"), "text/html")
		isRefused := refused.StatusCode >= http.StatusMultipleChoices && refused.StatusCode < http.StatusInternalServerError
		if isRefused || isPage && refused.StatusCode < http.StatusMultipleChoices {
			return "the server is not Redshift: check the endpoint, and proxies on the way to it"
		}
	}

	return ""
}

// hintWithoutResponse returns advice for an attempt without a response, or an empty string. maybeSent reports whether this attempt
// or an earlier one may have been sent.
func hintWithoutResponse(err error, maybeSent bool) string {
	var (
		lookup      *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		connection  *net.OpError
	)
	switch {
	case errors.As(err, new(*sigv4.SigningError)):
		// The credentials provider failed, and its own error has the advice.
		if errors.Is(err, ErrAttemptTimeout) {
			return "the credentials did not arrive in time: obtain them before the first call, or raise Config.AttemptTimeout"
		}

		return ""
	case errors.Is(err, ErrAttemptTimeout):
		return "check that this machine can reach the endpoint (security groups, routes, VPC endpoint, proxy), or raise Config.AttemptTimeout"
	case errors.As(err, &connection) && connection.Op == "proxyconnect", isStatusText(err):
		return "check the proxy: HTTPS_PROXY, HTTP_PROXY, NO_PROXY"
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "check Config.Region, Config.Endpoint, and that this machine can resolve public names"
	case errors.As(err, &lookup):
		return "check this machine's network and its DNS"
	case errors.As(err, &certificate):
		return "check Config.Endpoint, or add your own certificate authority to the RootCAs of Config.HTTPClient's transport"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		if maybeSent {
			return "something on the way to Redshift broke the connection: check the proxies"
		}

		return "check whether Config.Endpoint begins with https:// although the server expects http://, and proxies on the way"
	case connection != nil && connection.Op == "dial":
		return "check Config.Endpoint, the network, and whether a proxy is needed"
	default:
		return ""
	}
}

// isStatusText reports whether an error is only the text of an HTTP status, such as Forbidden. net/http returns such an error if a
// proxy refuses to connect.
func isStatusText(err error) bool {
	text := innermost(err).Error()
	for status := http.StatusMultipleChoices; status < 600; status++ {
		if http.StatusText(status) == text && text != "" {
			return true
		}
	}

	return false
}

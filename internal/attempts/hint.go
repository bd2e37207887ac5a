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

// hintRefused returns advice for a refusal whose own text has none.
func hintRefused(refused *awsquery.Error) string {
	if saysWrongDate(refused) {
		return "check the clock of this machine"
	}
	switch refused.Code {
	case awsquery.ErrExpiredToken, awsquery.ErrExpiredTokenException:
		return "the credentials have ended: obtain others, such as with aws sso login or by assuming the role again"
	case awsquery.ErrInvalidClientTokenID, awsquery.ErrUnrecognizedClientException:
		return "check the access key, that the session token is the one that came with it, and that the account has this region enabled"
	case awsquery.ErrSignatureDoesNotMatch:
		return "check the secret access key, and that Config.Region is the region of the endpoint"
	case awsquery.ErrOptInRequired:
		return "enable the region, and Redshift, for the account"
	case "":
		if errors.As(refused.Err, new(*awsquery.ReadError)) {
			return "" // the part of the response that shows who sent it got lost
		}
		if refused.StatusCode == http.StatusTooManyRequests {
			return "" // a proxy, or a gateway, throttles too
		}
		if refused.StatusCode == http.StatusRequestTimeout {
			return "the server, or a proxy, waited too long for the request: check the network"
		}
		isPage := strings.HasPrefix(refused.Header.Get("Content-Type"), "text/html")
		isRefused := refused.StatusCode >= http.StatusMultipleChoices && refused.StatusCode < http.StatusInternalServerError
		if isRefused || isPage && refused.StatusCode < http.StatusMultipleChoices {
			return "that was not Redshift: check the endpoint, and proxies on the way to it"
		}
	}

	return ""
}

// hintWithoutResponse returns advice for an attempt without a response. Something may have been sent by this attempt or an earlier one.
func hintWithoutResponse(err error, maybeSent bool) string {
	var (
		lookup      *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		connection  *net.OpError
	)
	switch {
	case errors.As(err, new(*sigv4.SigningError)):
		// What failed is where credentials come from, which says itself what to do.
		if errors.Is(err, ErrAttemptTimeout) {
			return "the credentials did not come in time: ask for them before the first call, or raise Config.AttemptTimeout"
		}

		return ""
	case errors.Is(err, ErrAttemptTimeout):
		return "check that this machine reaches the endpoint: security groups, routes, a VPC endpoint, a proxy; or raise Config.AttemptTimeout"
	case errors.As(err, &connection) && connection.Op == "proxyconnect", isStatusText(err):
		return "check the proxy: HTTPS_PROXY, HTTP_PROXY, NO_PROXY"
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "check Config.Region, Config.Endpoint, and whether this machine can look up names outside"
	case errors.As(err, &lookup):
		return "check this machine's network and its DNS"
	case errors.As(err, &certificate):
		return "check Config.Endpoint; an authority of your own goes into the RootCAs of Config.HTTPClient's transport"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		if maybeSent {
			return "something on the way to Redshift broke the connection: check proxies"
		}

		return "check whether Config.Endpoint begins with https:// although the server expects http://, and proxies on the way"
	case connection != nil && connection.Op == "dial":
		return "check Config.Endpoint, the network, and whether a proxy is needed"
	default:
		return ""
	}
}

// isStatusText reports whether an error is only the text of an HTTP status, such as Forbidden: net/http returns that if a proxy
// refuses to connect.
func isStatusText(err error) bool {
	text := innermost(err).Error()
	for status := http.StatusMultipleChoices; status < 600; status++ {
		if http.StatusText(status) == text && text != "" {
			return true
		}
	}

	return false
}

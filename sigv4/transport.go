package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

// Transport is a [http.RoundTripper] that signs each request and sends it. It never sends an unsigned request. It does not change the
// caller's request, except that it closes the Body.
//
// Each round trip calls Credentials, hashes the body, signs a copy of the request with the time of Now, and passes the copy to Base.
// Credentials gets the context of the request without its [httptrace.ClientTrace]. If the request has GetBody, the Transport hashes a
// copy of the body in pieces. Otherwise it reads the whole body into memory, without a limit. The copy of the request then has a
// non-nil Body without GetBody, so that net/http does not silently repeat the request if a kept connection breaks.
//
// A Transport does not sign a request that follows a redirect from another scheme, host or port, because the new host would get a
// valid signature and the session token. The request fails with a [*SigningError], and nothing is sent. net/http follows redirects
// unless the CheckRedirect of the [http.Client] returns [http.ErrUseLastResponse], as in the example. AWS does not redirect.
//
// A Transport is safe for concurrent use if its fields are. The fields must not change after the first request.
type Transport struct {
	// Base sends the signed request. Nil means [http.DefaultTransport].
	Base http.RoundTripper
	// Signer signs the requests. It is required.
	Signer *Signer
	// Credentials provides the credentials. It is required, and called once for each request.
	Credentials CredentialsProvider
	// Now is the clock for the date of the requests. Nil means [time.Now].
	Now func() time.Time
}

// RoundTrip signs a copy of the request and sends it. It wraps errors of Credentials and of [Signer.Sign] in a [*SigningError], and
// returns errors of Base unchanged. The Request of the response is the caller's, without the signature and the session token.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	signed, err := t.sign(request)
	if err != nil {
		if request != nil && request.Body != nil {
			// A RoundTripper must close the body, also on errors. The error of Close does not matter here.
			_ = request.Body.Close()
		}
		return nil, err
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := base.RoundTrip(signed)
	if response != nil {
		// Base sets the signed request, or a copy of it, which has the session token.
		response.Request = request
	}
	return response, err
}

// CloseIdleConnections closes the idle connections of Base, if it can.
func (t *Transport) CloseIdleConnections() {
	if t == nil {
		return
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	if closer, ok := base.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// sign returns a signed copy of the request. On an error, the caller must close the body of the request, which may already be closed.
func (t *Transport) sign(request *http.Request) (*http.Request, error) {
	if request == nil || request.URL == nil {
		return nil, errors.New("sigv4: the request to sign or its URL is nil")
	}
	if t == nil || t.Signer == nil {
		return nil, signingError("sign", request, errors.New("the Transport has no Signer: make one with NewSigner"))
	}
	if err := checkRedirects(request); err != nil {
		return nil, signingError("sign", request, err)
	}
	credentials, err := t.credentials(request.Context())
	if err != nil {
		return nil, signingError("sign", request, fmt.Errorf("get credentials: %w", err))
	}

	signed := request.WithContext(request.Context())
	address := *request.URL
	signed.URL = &address
	signed.Header = request.Header.Clone()

	payloadHash, err := hashBody(request, signed)
	if err != nil {
		return nil, signingError("sign", request, fmt.Errorf("read the body to hash it: %w", err))
	}
	now := t.Now
	if now == nil {
		now = time.Now
	}
	if err := t.Signer.Sign(signed, payloadHash, credentials, now()); err != nil {
		return nil, err
	}
	return signed, nil
}

func (t *Transport) credentials(ctx context.Context) (Credentials, error) {
	if t.Credentials == nil {
		return Credentials{}, fmt.Errorf("%w: %w", errNilProvider, ErrNoCredentials)
	}
	if httptrace.ContextClientTrace(ctx) != nil {
		ctx = untraced{ctx}
	}
	return t.Credentials.Credentials(ctx)
}

// untraced is a context without the trace of the request, because the connections of a credentials provider are not connections of
// the request.
type untraced struct{ context.Context }

func (u untraced) Value(key any) any {
	value := u.Context.Value(key)
	if _, traces := value.(*httptrace.ClientTrace); traces {
		return nil
	}
	return value
}

// hashBody returns the payload hash of a request's body. If it reads the body, it gives signed a new one with the same content.
func hashBody(request, signed *http.Request) (string, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return EmptyPayloadHash, nil
	}
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return "", err
		}
		hash := sha256.New()
		_, err = io.Copy(hash, body)
		if closeErr := body.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return "", err
		}
		return hex.EncodeToString(hash.Sum(nil)), nil
	}

	content, err := readAll(request.Body)
	if closeErr := request.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", err
	}
	// The new body is neither nil nor http.NoBody, even if it is empty: net/http would repeat a request with one of those.
	signed.Body = io.NopCloser(bytes.NewReader(content))
	if len(content) > 0 && request.ContentLength <= 0 && len(request.TransferEncoding) == 0 {
		// The length is known now. AWS does not accept bodies of unknown length.
		signed.ContentLength = int64(len(content))
	}
	return HashPayload(content), nil
}

// readAll is io.ReadAll, but allocates no buffer for an empty body.
func readAll(body io.Reader) ([]byte, error) {
	first := make([]byte, 1)
	if _, err := io.ReadFull(body, first); err != nil {
		if err == io.EOF {
			err = nil
		}
		return nil, err
	}
	return io.ReadAll(io.MultiReader(bytes.NewReader(first), body))
}

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

// Transport is an [http.RoundTripper] that signs each request on its way. It never sends a request that it could not
// sign, and it changes nothing of the caller's request but its Body, which it closes.
//
// Each round trip asks Credentials, with the request's context but for its [httptrace.ClientTrace]; hashes the body; signs
// a copy of the request as of Now; and hands the copy to Base. A body with GetBody is hashed from a copy of it, piece by
// piece. Any other body is read into memory first, without limit; what is sent then is again a non-nil body without
// GetBody, so that net/http does not silently repeat the request when a kept connection breaks.
//
// A Transport does not sign a request that follows a redirect from another scheme, host or port: the new host would receive
// a valid signature and the session token. Such a request fails with a [*SigningError], and nothing is sent. net/http
// follows redirects unless the CheckRedirect of the [http.Client] returns [http.ErrUseLastResponse], as in the example. AWS
// does not redirect.
//
// The fields must not be changed once the Transport is in use. It is safe for concurrent use if what they hold is.
type Transport struct {
	// Base sends the signed request. Nil means [http.DefaultTransport].
	Base http.RoundTripper
	// Signer signs. Required.
	Signer *Signer
	// Credentials are asked once for each request. Required.
	Credentials CredentialsProvider
	// Now is the clock by which requests are dated. Nil means [time.Now].
	Now func() time.Time
}

// RoundTrip signs a copy of the request and sends it. Errors from Credentials and from [Signer.Sign] are wrapped; errors
// from Base are returned as they are. Request in the response is the caller's own, without signature or session token.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	signed, err := t.sign(request)
	if err != nil {
		if request != nil && request.Body != nil {
			// The contract of RoundTripper: the body is closed on errors too. What closing it says no longer matters.
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
		// Base may have sent a copy of the signed request, which has the session token too.
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

// sign returns a signed copy of the request. On an error the caller has to close the request's body; closing it twice,
// after it was read, does no harm.
func (t *Transport) sign(request *http.Request) (*http.Request, error) {
	if request == nil || request.URL == nil {
		return nil, errors.New("sigv4: the request to sign, or its URL, is nil")
	}
	if t == nil || t.Signer == nil {
		return nil, signingError("sign", request, errors.New("the Transport has no Signer, make one with NewSigner"))
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

// untraced is a context without the trace that watches the request: the connections of a provider of credentials are none
// of the request's.
type untraced struct{ context.Context }

func (u untraced) Value(key any) any {
	value := u.Context.Value(key)
	if _, traces := value.(*httptrace.ClientTrace); traces {
		return nil
	}
	return value
}

// hashBody returns the payload hash of a request's body and sees to it that signed has the same body to send.
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
	// An empty body is neither nil nor http.NoBody here: net/http would repeat a request that has one of those.
	signed.Body = io.NopCloser(bytes.NewReader(content))
	if len(content) > 0 && request.ContentLength <= 0 && len(request.TransferEncoding) == 0 {
		// The length is known now, and AWS does not take bodies of unknown length.
		signed.ContentLength = int64(len(content))
	}
	return HashPayload(content), nil
}

// readAll is io.ReadAll that takes no memory for a body that turns out to be empty.
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

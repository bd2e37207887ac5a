package awsconfig

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/redshift-go/redshift/sigv4"
)

// provider is a sigv4.CredentialsProvider that calls one of Amazon's. It caches nothing. It has only functions as fields, because
// package fmt cannot print secrets through them.
type provider struct {
	retrieve   func(ctx context.Context) (aws.Credentials, error)
	invalidate func()
	addHint    func(ctx context.Context, err error) error
	issuer     func() string // the service or program that issues the credentials
}

var _ sigv4.CredentialsProvider = (*provider)(nil)

func newProvider(cfg aws.Config) *provider {
	type cache interface {
		aws.CredentialsProvider
		Invalidate()
	}
	cached, ok := cfg.Credentials.(cache)
	if !ok {
		cached = aws.NewCredentialsCache(cfg.Credentials, refreshEarly)
	}
	source := originOf(cfg)

	return &provider{retrieve: cached.Retrieve, invalidate: cached.Invalidate, addHint: source.addHint, issuer: source.issuer}
}

// Credentials returns the credentials of Amazon's provider. The error has advice, and never contains a secret.
func (p *provider) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	found, err := p.retrieve(ctx)
	if err != nil {
		return sigv4.Credentials{}, p.addHint(ctx, err)
	}
	expires := expiry(found)
	if now := time.Now(); !expires.IsZero() && !now.Before(expires) {
		// The signer would return such an error too, but without the issuer of the credentials.
		return sigv4.Credentials{}, fmt.Errorf("awsconfig: the credentials from %s are old: %w at %s, and this machine's clock shows %s: "+
			"get new ones, or correct the clock of this machine",
			p.issuer(), sigv4.ErrCredentialsExpired, expires.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}

	return sigv4.Credentials{
		AccessKeyID:     found.AccessKeyID,
		SecretAccessKey: found.SecretAccessKey,
		SessionToken:    found.SessionToken,
		Expires:         expires,
		AccountID:       found.AccountID,
	}, nil
}

// Invalidate removes the credentials from Amazon's cache, for example after Redshift refused them. The next call obtains new ones.
func (p *provider) Invalidate() { p.invalidate() }

// expiry returns the time when the credentials stop working. Amazon's cache returns a time up to refreshBefore earlier, to be called in
// time. For credentials with a shorter lifetime, that earlier time is already in the past, although they work.
func expiry(found aws.Credentials) time.Time {
	switch {
	case !found.CanExpire:
		return time.Time{}
	case found.Expired():
		return found.Expires.Add(refreshBefore)
	default:
		return found.Expires
	}
}

// String returns a text without secrets.
func (p *provider) String() string { return "credentials of Amazon's chain" }

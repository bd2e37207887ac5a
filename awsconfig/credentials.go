package awsconfig

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/redshift-go/redshift/sigv4"
)

// provider is a sigv4.CredentialsProvider that asks one of Amazon's. It keeps nothing itself, and holds functions alone:
// no printer can follow them to a secret.
type provider struct {
	retrieve   func(ctx context.Context) (aws.Credentials, error)
	invalidate func()
	explain    func(ctx context.Context, err error) error
	giver      func() string // who gives the credentials
}

var _ sigv4.CredentialsProvider = (*provider)(nil)

func newProvider(cfg aws.Config) *provider {
	type cache interface {
		aws.CredentialsProvider
		Invalidate()
	}
	cached, ok := cfg.Credentials.(cache)
	if !ok {
		cached = aws.NewCredentialsCache(cfg.Credentials, renewEarly)
	}
	origin := originOf(cfg)

	return &provider{retrieve: cached.Retrieve, invalidate: cached.Invalidate, explain: origin.explain, giver: origin.giver}
}

// Credentials returns what Amazon's provider has. The error says what to do, and never holds a secret.
func (p *provider) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	found, err := p.retrieve(ctx)
	if err != nil {
		return sigv4.Credentials{}, p.explain(ctx, err)
	}
	expires := expiry(found)
	if now := time.Now(); !expires.IsZero() && !now.Before(expires) {
		// Whoever signs with them would say so too, but not where they come from.
		return sigv4.Credentials{}, fmt.Errorf("awsconfig: old credentials from %s: %w at %s, and this machine's clock shows %s: "+
			"obtain new ones, or set the clock of this machine right",
			p.giver(), sigv4.ErrCredentialsExpired, expires.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}

	return sigv4.Credentials{
		AccessKeyID:     found.AccessKeyID,
		SecretAccessKey: found.SecretAccessKey,
		SessionToken:    found.SessionToken,
		Expires:         expires,
		AccountID:       found.AccountID,
	}, nil
}

// Invalidate makes Amazon's cache forget the credentials, for example because Redshift refused them. The next call asks
// for new ones.
func (p *provider) Invalidate() { p.invalidate() }

// expiry returns when credentials stop working. Amazon's cache says so up to renewBefore too early, in order to be asked
// in time; for ones that live less long that is in the past when they come, although they work.
func expiry(found aws.Credentials) time.Time {
	switch {
	case !found.CanExpire:
		return time.Time{}
	case found.Expired():
		return found.Expires.Add(renewBefore)
	default:
		return found.Expires
	}
}

// String says what the provider is.
func (p *provider) String() string { return "credentials of Amazon's chain" }

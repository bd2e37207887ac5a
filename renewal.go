package redshift

import (
	"context"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// renewal obtains credentials anew that Redshift says have expired: before their time, or without one that was known. All
// calls of a client share it.
type renewal struct {
	cache credentialsCache // nil: nothing is kept that could be renewed

	turn    chan struct{} // holds something while the fields below are in use
	last    time.Time     // when the cache was last told to forget what it keeps
	changed bool          // that led to other credentials, or to an error that says why not
}

// identity tells session credentials from others.
type identity struct{ accessKeyID, sessionToken string }

func identityOf(credentials sigv4.Credentials) identity {
	return identity{credentials.AccessKeyID, credentials.SessionToken}
}

// signerKey is the key of a context by which an attempt has a *identity filled in: that of the credentials it is signed with.
type signerKey struct{}

// noticed is the cache for signing: it tells an attempt what it gave.
type noticed struct{ credentialsCache }

func (n noticed) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	given, err := n.credentialsCache.Credentials(ctx)
	if signer, ok := ctx.Value(signerKey{}).(*identity); ok && err == nil {
		*signer = identityOf(given)
	}

	return given, err
}

type credentialsCache interface {
	sigv4.CredentialsProvider
	Invalidate()
}

// renewalOf returns the renewal of credentials, and the provider to sign with.
func renewalOf(credentials sigv4.CredentialsProvider) (*renewal, sigv4.CredentialsProvider) {
	r := &renewal{turn: make(chan struct{}, 1)}
	cache, ok := credentials.(credentialsCache)
	if !ok {
		return r, credentials
	}
	r.cache = cache

	return r, noticed{cache}
}

// helps tells whether other credentials could do better than those that were refused: they have expired, and come from a cache.
func (r *renewal) helps(refused *awsquery.Error) bool {
	return r.cache != nil && refused != nil && (refused.Code == awsquery.ErrExpiredToken || refused.Code == awsquery.ErrExpiredTokenException)
}

// renewed tells whether another attempt would be made with other credentials than the one that was made at that time with
// these, and refused. It has the cache obtain them, unless it has others already.
func (r *renewal) renewed(ctx context.Context, attempted time.Time, refused identity) bool {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return false
	}
	kept, err := r.cache.Credentials(ctx)
	if err == nil && identityOf(kept) != refused {
		return true
	}
	if attempted.Before(r.last) {
		return r.changed // a call that was refused at the same time has seen to it
	}
	r.cache.Invalidate()
	r.last = time.Now()
	renewed, err := r.cache.Credentials(ctx)
	r.changed = err != nil || identityOf(renewed) != refused

	return r.changed
}

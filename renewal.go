package redshift

import (
	"context"
	"hash/maphash"
	"sync"
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

	noticing sync.Mutex
	seed     maphash.Seed
	seen     uint64    // a hash of the credentials that the cache gave last, 0 before
	swapped  time.Time // when it was noticed that they are others
}

// noticed is the cache for signing: it tells the renewal what it gives.
type noticed struct {
	credentialsCache
	renewal *renewal
}

func (n noticed) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	given, err := n.credentialsCache.Credentials(ctx)
	if err == nil {
		n.renewal.notice(given)
	}

	return given, err
}

func (r *renewal) notice(given sigv4.Credentials) {
	hash := maphash.String(r.seed, given.AccessKeyID) ^ maphash.String(r.seed, given.SessionToken) | 1
	r.noticing.Lock()
	defer r.noticing.Unlock()
	if r.seen != 0 && r.seen != hash {
		r.swapped = time.Now()
	}
	r.seen = hash
}

// swappedSince tells whether the cache has come to give other credentials after that time.
func (r *renewal) swappedSince(at time.Time) bool {
	r.noticing.Lock()
	defer r.noticing.Unlock()

	return at.Before(r.swapped)
}

// signing returns the provider to sign with: the given one, unless it is a cache that can be renewed.
func (r *renewal) signing(provider sigv4.CredentialsProvider) sigv4.CredentialsProvider {
	if r.cache == nil {
		return provider
	}

	return r.cache
}

type credentialsCache interface {
	sigv4.CredentialsProvider
	Invalidate()
}

func renewalOf(credentials sigv4.CredentialsProvider) *renewal {
	r := &renewal{turn: make(chan struct{}, 1), seed: maphash.MakeSeed()}
	if cache, ok := credentials.(credentialsCache); ok {
		r.cache = noticed{cache, r}
	}

	return r
}

// helps tells whether other credentials could do better than those that were refused: they have expired, and come from a cache.
func (r *renewal) helps(refused *awsquery.Error) bool {
	return r.cache != nil && refused != nil && (refused.Code == awsquery.ErrExpiredToken || refused.Code == awsquery.ErrExpiredTokenException)
}

// renewed tells whether another attempt would be made with other credentials than the one that was made at that time, and
// refused. It has the cache obtain them.
func (r *renewal) renewed(ctx context.Context, attempted time.Time) bool {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return false
	}
	if attempted.Before(r.last) {
		return r.changed // a call that was refused at the same time has seen to it
	}
	old, _ := r.cache.Credentials(ctx)
	if r.swappedSince(attempted) {
		return true // these may well be others than those that were refused
	}
	r.cache.Invalidate()
	r.last = time.Now()
	renewed, err := r.cache.Credentials(ctx)
	r.changed = err != nil || renewed.AccessKeyID != old.AccessKeyID || renewed.SessionToken != old.SessionToken

	return r.changed
}

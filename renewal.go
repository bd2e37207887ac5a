package redshift

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// renewal obtains credentials anew that Redshift says have expired: before their time, or without one that was known. All
// calls of a client share it.
type renewal struct {
	cache *noticed // nil: nothing is kept that could be renewed

	turn    chan struct{} // holds something while the fields below are in use
	last    time.Time     // when the cache was last told to forget what it keeps
	changed bool          // that led to other credentials, or to an error that says why not
}

type credentialsCache interface {
	sigv4.CredentialsProvider
	Invalidate()
}

// noticed is a cache of which is known when it last came to give other credentials.
type noticed struct {
	credentialsCache

	accessKeyID atomic.Pointer[string] // which each session has of its own; nil before the first
	swapped     atomic.Pointer[time.Time]
}

func (n *noticed) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	given, err := n.credentialsCache.Credentials(ctx)
	if known := n.accessKeyID.Load(); err == nil && (known == nil || *known != given.AccessKeyID) {
		n.notice(known, given.AccessKeyID)
	}

	return given, err
}

func (n *noticed) notice(known *string, accessKeyID string) {
	if n.accessKeyID.CompareAndSwap(known, &accessKeyID) && known != nil {
		n.swapped.Store(new(time.Now()))
	}
}

func (n *noticed) swappedSince(at time.Time) bool {
	swapped := n.swapped.Load()

	return swapped != nil && at.Before(*swapped)
}

// renewalOf returns the renewal of credentials, and the provider to sign with.
func renewalOf(credentials sigv4.CredentialsProvider) (*renewal, sigv4.CredentialsProvider) {
	r := &renewal{turn: make(chan struct{}, 1)}
	cache, ok := credentials.(credentialsCache)
	if !ok {
		return r, credentials
	}
	r.cache = &noticed{credentialsCache: cache}

	return r, r.cache
}

// helps tells whether other credentials could do better than those that were refused: they have expired, and come from a cache.
func (r *renewal) helps(refused *awsquery.Error) bool {
	return r.cache != nil && refused != nil && (refused.Code == awsquery.ErrExpiredToken || refused.Code == awsquery.ErrExpiredTokenException)
}

// swapped tells whether the cache has come to give other credentials since an attempt was made. The attempt may have been
// signed with either.
func (r *renewal) swapped(ctx context.Context, attempted time.Time) bool {
	_, err := r.cache.Credentials(ctx)

	return err == nil && r.cache.swappedSince(attempted)
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
	r.cache.Invalidate()
	r.last = time.Now()
	renewed, err := r.cache.Credentials(ctx)
	r.changed = err != nil || renewed.AccessKeyID != old.AccessKeyID || renewed.SessionToken != old.SessionToken

	return r.changed
}

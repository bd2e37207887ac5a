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

type credentialsCache interface {
	sigv4.CredentialsProvider
	Invalidate()
}

func renewalOf(credentials sigv4.CredentialsProvider) *renewal {
	cache, _ := credentials.(credentialsCache)

	return &renewal{cache: cache, turn: make(chan struct{}, 1)}
}

// renewed tells whether another attempt would be made with other credentials than the one that was made at that time, and
// refused. It obtains them if that is because they have expired.
func (r *renewal) renewed(ctx context.Context, refused *awsquery.Error, attempted time.Time) bool {
	if r.cache == nil || refused == nil || refused.Code != awsquery.ErrExpiredToken && refused.Code != awsquery.ErrExpiredTokenException {
		return false
	}
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

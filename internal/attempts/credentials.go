package attempts

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// Credentials is the provider that signs the requests of a client. It records in the context of a request what signs it, and
// refreshes credentials that Redshift says have expired. All calls of a client share it.
type Credentials struct {
	sigv4.CredentialsProvider

	cache interface{ Invalidate() } // nil: nothing is kept that could be refreshed

	lock      chan struct{} // holds a value while the fields below are in use, so that a context can end waiting for it
	refreshAt time.Time     // when the cache was last told to forget the credentials
	refresh   bool          // whether that led to other credentials, or to an error that says why not
}

// WatchCredentials returns a provider that watches another one. A provider with a method Invalidate() is a cache.
func WatchCredentials(provider sigv4.CredentialsProvider) *Credentials {
	watched := &Credentials{CredentialsProvider: provider, lock: make(chan struct{}, 1)}
	watched.cache, _ = provider.(interface{ Invalidate() })

	return watched
}

// ErrAccountChanged ends a call whose credentials belong to another account than the ones that signed an attempt that may have taken
// effect. A retry would make the change in that account too, and a look-up would look there.
var ErrAccountChanged = errors.New("the credentials now belong to another account than the attempt that may have taken effect: " +
	"check in the first account")

// Credentials returns the provider's credentials. It fails if the context is bound to another account.
func (w *Credentials) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	given, err := w.CredentialsProvider.Credentials(ctx)
	if err != nil {
		return given, err
	}
	if bound, ok := ctx.Value(accountKey{}).(string); ok && given.AccountID != "" && bound != given.AccountID {
		return sigv4.Credentials{}, ErrAccountChanged
	}
	if call, ok := ctx.Value(callKey{}).(*Context); ok {
		call.sign(given)
	}

	return given, nil
}

// accountKey is the key of the account that the requests of a context have to be signed for.
type accountKey struct{}

// callKey is the key of the [Context] of the innermost call.
type callKey struct{}

// Context is the context of one call. It records what signs the attempts. Make it a part of the call, and set the Context in it.
type Context struct {
	context.Context

	mutex       sync.Mutex
	accessKeyID string // each session has its own
	accountID   string // empty: not known
	several     bool   // whether different accounts signed the current attempt
}

// Value returns the Context itself for callKey.
func (c *Context) Value(key any) any {
	if _, ok := key.(callKey); ok {
		return c
	}

	return c.Context.Value(key)
}

// sign records the credentials that sign a request of the current attempt.
func (c *Context) sign(credentials sigv4.Credentials) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.several = c.several || c.accountID != "" && c.accountID != credentials.AccountID
	c.accessKeyID, c.accountID = credentials.AccessKeyID, credentials.AccountID
}

// begin forgets what signed the attempts before.
func (c *Context) begin() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.accessKeyID, c.accountID, c.several = "", "", false
}

// signedBy returns the access key that signed the current attempt.
func (c *Context) signedBy() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.accessKeyID
}

// bindAccount returns a context whose requests are signed for the account that signed the current attempt, or not at all. If that
// account is not known, nothing is bound: then a changed account cannot be noticed.
func (c *Context) bindAccount(ctx context.Context) context.Context {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch {
	case c.several:
		return context.WithValue(ctx, accountKey{}, "") // no account fits
	case c.accountID == "":
		return ctx
	default:
		return context.WithValue(ctx, accountKey{}, c.accountID)
	}
}

// canRefresh reports whether other credentials could help after a refusal: the credentials expired, and a cache holds them.
func (w *Credentials) canRefresh(refusal *awsquery.Error) bool {
	return w.cache != nil && refusal != nil && (refusal.Code == awsquery.ErrExpiredToken || refusal.Code == awsquery.ErrExpiredTokenException)
}

// changed reports whether the provider returns other credentials than those with the access key.
func (w *Credentials) changed(ctx context.Context, accessKeyID string) bool {
	given, err := w.CredentialsProvider.Credentials(ctx)

	return err == nil && accessKeyID != "" && given.AccessKeyID != accessKeyID
}

// refreshed lets the cache obtain new credentials, and reports whether a retry would be signed with other credentials than the
// attempt that began at the given time.
func (w *Credentials) refreshed(ctx context.Context, attempted time.Time) bool {
	select {
	case w.lock <- struct{}{}:
		defer func() { <-w.lock }()
	case <-ctx.Done():
		return false
	}
	if attempted.Before(w.refreshAt) {
		return w.refresh // another call, which Redshift refused at the same time, has refreshed them
	}
	old, _ := w.CredentialsProvider.Credentials(ctx)
	w.cache.Invalidate()
	w.refreshAt = time.Now()
	renewed, err := w.CredentialsProvider.Credentials(ctx)
	w.refresh = err != nil || renewed.AccessKeyID != old.AccessKeyID || renewed.SessionToken != old.SessionToken

	return w.refresh
}

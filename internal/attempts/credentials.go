package attempts

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// Credentials is the credentials provider of a client. It records in the [Context] of a call the credentials that sign the request,
// and refreshes credentials that Redshift refuses as expired. All calls of a client share it.
type Credentials struct {
	sigv4.CredentialsProvider

	cache interface{ Invalidate() } // nil if the provider is not a cache

	lock          chan struct{} // a mutex for the fields below. Unlike with sync.Mutex, a caller can stop waiting when its context is done
	invalidatedAt time.Time     // when the cache was last invalidated
	retryHelps    bool          // whether a retry helped then: the credentials were different, or the provider returned an error
}

// WatchCredentials returns a Credentials for a provider. A provider with a method Invalidate() is a cache.
func WatchCredentials(provider sigv4.CredentialsProvider) *Credentials {
	watched := &Credentials{CredentialsProvider: provider, lock: make(chan struct{}, 1)}
	watched.cache, _ = provider.(interface{ Invalidate() })

	return watched
}

// ErrAccountChanged ends a call if the credentials now belong to another account than the attempt that may have taken effect. A
// retry would make the change in the second account too, and a look-up would search the wrong account.
var ErrAccountChanged = errors.New("the credentials now belong to another account than the attempt that may have taken effect: " +
	"check the first account")

// Credentials returns the provider's credentials. It returns ErrAccountChanged if the context is bound to another account.
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

// accountKey is the context key of the only account whose credentials may sign the requests of a context.
type accountKey struct{}

// callKey is the context key of the [Context] of the innermost call.
type callKey struct{}

// Context is the context of one call. It records the credentials that sign the attempts. A Call has a Context as a field, which
// saves an allocation, and sets the context.Context in it.
type Context struct {
	context.Context

	mutex          sync.Mutex
	accessKeyID    string // different for each session
	accountID      string // empty if not known
	accountsDiffer bool   // whether different accounts signed the current attempt
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
	c.accountsDiffer = c.accountsDiffer || c.accountID != "" && c.accountID != credentials.AccountID
	c.accessKeyID, c.accountID = credentials.AccessKeyID, credentials.AccountID
}

// begin clears the record of the previous attempt.
func (c *Context) begin() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.accessKeyID, c.accountID, c.accountsDiffer = "", "", false
}

// signedBy returns the access key that signed the current attempt.
func (c *Context) signedBy() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.accessKeyID
}

// bindAccount returns a context whose requests only the account of the current attempt can sign. If that account is not known, it
// returns ctx, and the client cannot detect a change of the account.
func (c *Context) bindAccount(ctx context.Context) context.Context {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch {
	case c.accountsDiffer:
		return context.WithValue(ctx, accountKey{}, "") // matches no account
	case c.accountID == "":
		return ctx
	default:
		return context.WithValue(ctx, accountKey{}, c.accountID)
	}
}

// canRefresh reports whether other credentials can help after a refusal: the credentials expired, and the provider is a cache.
func (w *Credentials) canRefresh(refusal *awsquery.Error) bool {
	return w.cache != nil && refusal != nil && (refusal.Code == awsquery.ErrExpiredToken || refusal.Code == awsquery.ErrExpiredTokenException)
}

// changed reports whether the provider now returns credentials with another access key. It is false if accessKeyID is empty.
func (w *Credentials) changed(ctx context.Context, accessKeyID string) bool {
	given, err := w.CredentialsProvider.Credentials(ctx)

	return err == nil && accessKeyID != "" && given.AccessKeyID != accessKeyID
}

// refresh invalidates the cache, and reports whether a retry helps after an attempt that began at the given time: the retry has
// other credentials, or the provider returns an error that has the reason.
func (w *Credentials) refresh(ctx context.Context, attempted time.Time) bool {
	select {
	case w.lock <- struct{}{}:
		defer func() { <-w.lock }()
	case <-ctx.Done():
		return false
	}
	if attempted.Before(w.invalidatedAt) {
		return w.retryHelps // another call that Redshift refused at the same time has refreshed the credentials
	}
	old, _ := w.CredentialsProvider.Credentials(ctx)
	w.cache.Invalidate()
	w.invalidatedAt = time.Now()
	current, err := w.CredentialsProvider.Credentials(ctx)
	w.retryHelps = err != nil || current.AccessKeyID != old.AccessKeyID || current.SessionToken != old.SessionToken

	return w.retryHelps
}

package attempts

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// Credentials is the provider that signs the requests of a client. It notices changes of the access key and of the
// account, and refreshes credentials that Redshift says have expired. All calls of a client share it.
type Credentials struct {
	sigv4.CredentialsProvider

	cache interface{ Invalidate() } // nil: nothing is kept that could be refreshed

	accessKeyID    atomic.Pointer[string] // each session has its own; nil before the first
	keyChanged     atomic.Pointer[time.Time]
	accountID      atomic.Pointer[string] // the last known one; nil before the first
	accountChanged atomic.Pointer[time.Time]

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

// accountKey is the key of the account that the requests of a context have to be signed for.
type accountKey struct{}

// Credentials returns the provider's credentials. It fails if the context is bound to another account.
func (w *Credentials) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	given, err := w.CredentialsProvider.Credentials(ctx)
	if err != nil {
		return given, err
	}
	noteChange(&w.accessKeyID, &w.keyChanged, given.AccessKeyID)
	if given.AccountID != "" {
		noteChange(&w.accountID, &w.accountChanged, given.AccountID)
		if bound, ok := ctx.Value(accountKey{}).(string); ok && bound != given.AccountID {
			return sigv4.Credentials{}, ErrAccountChanged
		}
	}

	return given, nil
}

// noteChange stores the value if it is another one, and when it replaced a known one.
func noteChange(stored *atomic.Pointer[string], changed *atomic.Pointer[time.Time], value string) {
	known := stored.Load()
	if known == nil || *known != value {
		storeChange(stored, changed, known, value)
	}
}

// storeChange is apart from noteChange so that a request whose credentials are the same allocates nothing.
func storeChange(stored *atomic.Pointer[string], changed *atomic.Pointer[time.Time], known *string, value string) {
	if stored.CompareAndSwap(known, &value) && known != nil {
		changed.Store(new(time.Now()))
	}
}

func changedSince(changed *atomic.Pointer[time.Time], at time.Time) bool {
	last := changed.Load()

	return last != nil && at.Before(*last)
}

// bindAccount returns a context whose requests are signed for the account that signed the attempt that began at the given time, or not
// at all. If the account is not known, nothing is bound: then a changed account cannot be noticed.
func (w *Credentials) bindAccount(ctx context.Context, since time.Time) context.Context {
	account := w.accountID.Load()
	switch {
	case account == nil:
		return ctx
	case changedSince(&w.accountChanged, since):
		// Either account may have signed it: no account fits.
		return context.WithValue(ctx, accountKey{}, "")
	default:
		return context.WithValue(ctx, accountKey{}, *account)
	}
}

// canRefresh reports whether other credentials could help after a refusal: the credentials expired, and a cache holds them.
func (w *Credentials) canRefresh(refusal *awsquery.Error) bool {
	return w.cache != nil && refusal != nil && (refusal.Code == awsquery.ErrExpiredToken || refusal.Code == awsquery.ErrExpiredTokenException)
}

// changed reports whether the provider returned other credentials since an attempt began. Either may have signed it.
func (w *Credentials) changed(ctx context.Context, attempted time.Time) bool {
	_, err := w.Credentials(ctx)

	return err == nil && changedSince(&w.keyChanged, attempted)
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
	old, _ := w.Credentials(ctx)
	w.cache.Invalidate()
	w.refreshAt = time.Now()
	renewed, err := w.Credentials(ctx)
	w.refresh = err != nil || renewed.AccessKeyID != old.AccessKeyID || renewed.SessionToken != old.SessionToken

	return w.refresh
}

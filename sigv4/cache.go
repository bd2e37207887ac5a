package sigv4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	defaultRefreshBefore  = 5 * time.Minute
	defaultRefreshTimeout = time.Minute

	// The pause between refreshes of credentials that still work doubles from the first value to the second.
	firstRetryPause   = time.Second
	longestRetryPause = time.Minute
)

// CacheConfig configures a [CachedCredentials].
type CacheConfig struct {
	// Provider obtains the credentials. It is required.
	Provider CredentialsProvider
	// RefreshBefore is the time before their expiry when credentials are refreshed. Zero means 5 minutes. Negative is an error.
	RefreshBefore time.Duration
	// RefreshTimeout limits a call of Provider: its context ends after this time. Zero means 1 minute. Negative is an error.
	RefreshTimeout time.Duration
	// Now is the clock that decides whether credentials have expired. Nil means [time.Now].
	Now func() time.Time
}

// CachedCredentials is a [CredentialsProvider] that caches the credentials of another provider. Make it with
// [NewCachedCredentials]. It is safe for concurrent use.
//
// It obtains credentials without an expiry once. It refreshes other credentials when a call comes less than RefreshBefore before
// their expiry. The refresh runs in the background, and callers get the old credentials until they expire. If the refresh fails, a
// later call retries it after a pause, which grows from 1 second to 1 minute. CachedCredentials never returns expired credentials:
// if it has no others, callers wait for Provider.
//
// Concurrent callers share one call of Provider. If callers wait for that call, its context has the values of the first caller's
// context, but does not end with that context. It ends after RefreshTimeout, or when no caller waits. All waiting callers get an
// error of Provider. The error is not cached. Expired credentials, or credentials that [Credentials.Validate] refuses, are an error
// too.
type CachedCredentials struct {
	config CacheConfig

	mutex   sync.Mutex
	current sealedCredentials // nil if the cache has none
	expires time.Time         // the expiry of current
	// refreshAt is the time of the next refresh. The zero time means never.
	refreshAt time.Time
	pause     time.Duration // the pause before refreshAt, 0 if the last refresh succeeded
	running   *refresh      // nil if no refresh is running
}

// refresh is one call of the provider.
type refresh struct {
	done    chan struct{} // closed when result or err is set
	result  sealedCredentials
	err     error
	waiting int // the number of callers that wait, guarded by the mutex of CachedCredentials
	cancel  context.CancelFunc
}

// NewCachedCredentials returns an empty cache. It returns an error if the provider is nil or a duration is negative. It does not call
// the provider.
func NewCachedCredentials(config CacheConfig) (*CachedCredentials, error) {
	switch {
	case config.Provider == nil:
		return nil, fmt.Errorf("sigv4: make a credentials cache: %w", errNilProvider)
	case config.RefreshBefore < 0:
		return nil, fmt.Errorf("sigv4: make a credentials cache: RefreshBefore is negative: %v", config.RefreshBefore)
	case config.RefreshTimeout < 0:
		return nil, fmt.Errorf("sigv4: make a credentials cache: RefreshTimeout is negative: %v", config.RefreshTimeout)
	}
	if config.RefreshBefore == 0 {
		config.RefreshBefore = defaultRefreshBefore
	}
	if config.RefreshTimeout == 0 {
		config.RefreshTimeout = defaultRefreshTimeout
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &CachedCredentials{config: config}, nil
}

// Credentials returns credentials that have not expired. If the cache has none, it waits until the provider returns or ctx is done,
// and wraps the error of the provider or of ctx.
func (c *CachedCredentials) Credentials(ctx context.Context) (Credentials, error) {
	if c == nil || c.config.Provider == nil {
		return Credentials{}, errors.New("sigv4: the CachedCredentials was not made by NewCachedCredentials")
	}

	now := c.config.Now()
	c.mutex.Lock()
	works := c.current != nil && (c.expires.IsZero() || now.Before(c.expires))
	if works {
		if c.running == nil && !c.refreshAt.IsZero() && !now.Before(c.refreshAt) {
			// No caller waits for this refresh, so it does not use the context of one.
			c.start(context.Background())
		}
		current := c.current
		c.mutex.Unlock()
		return current(), nil
	}
	if err := ctx.Err(); err != nil {
		// A refresh for an ended context would be canceled immediately.
		c.mutex.Unlock()
		return Credentials{}, waitError(ctx)
	}
	if c.running == nil {
		c.start(ctx)
	}
	running := c.running
	running.waiting++
	c.mutex.Unlock()

	select {
	case <-running.done:
		if running.err != nil {
			return Credentials{}, fmt.Errorf("sigv4: refresh credentials: %w", running.err)
		}
		return running.result(), nil
	case <-ctx.Done():
		c.leave(running)
		return Credentials{}, waitError(ctx)
	}
}

func waitError(ctx context.Context) error {
	return fmt.Errorf("sigv4: wait for credentials to be refreshed: %w", context.Cause(ctx))
}

// Invalidate removes the credentials from the cache, for example after AWS refused them. The next call of Credentials calls the
// provider, even if an earlier call of the provider is still running. Only callers that already wait get the result of the earlier
// call.
func (c *CachedCredentials) Invalidate() {
	if c == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.current, c.expires, c.refreshAt, c.pause = nil, time.Time{}, time.Time{}, 0
	if c.running != nil && c.running.waiting == 0 {
		c.running.cancel()
	}
	c.running = nil
}

// leave ends the wait of a caller whose context has ended. If no other caller waits, it cancels the refresh, and the next caller starts
// a new one.
func (c *CachedCredentials) leave(running *refresh) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	running.waiting--
	if running.waiting > 0 {
		return
	}
	running.cancel()
	if c.running == running {
		c.running = nil
	}
}

// start starts a refresh. The caller holds the mutex.
func (c *CachedCredentials) start(ctx context.Context) {
	refreshContext, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.RefreshTimeout)
	running := &refresh{done: make(chan struct{}), cancel: cancel}
	c.running = running
	go func() {
		defer cancel()
		credentials, err := Credentials{}, errors.New("the CredentialsProvider ended its goroutine")
		defer func() { c.finish(running, credentials, err) }()
		credentials, err = c.callProvider(refreshContext)
	}()
}

// callProvider calls the provider. It recovers from a panic, because no caller can recover in this goroutine.
func (c *CachedCredentials) callProvider(ctx context.Context) (credentials Credentials, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			credentials, err = Credentials{}, fmt.Errorf("the CredentialsProvider panicked: %v", reason)
		}
	}()
	if credentials, err = c.config.Provider.Credentials(ctx); err != nil {
		return Credentials{}, err
	}
	if err := credentials.Validate(); err != nil {
		return Credentials{}, fmt.Errorf("the CredentialsProvider returned invalid credentials: %w", err)
	}
	if now := c.config.Now(); credentials.ExpiredAt(now) {
		return Credentials{}, fmt.Errorf("the CredentialsProvider returned expired credentials: %w", expiredError(credentials, now))
	}
	return credentials, nil
}

// finish ends a refresh and returns its result to the callers that wait. It does not cache the result if Invalidate was called
// since, or if the last waiting caller left.
func (c *CachedCredentials) finish(running *refresh, credentials Credentials, err error) {
	now := c.config.Now()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err != nil {
		running.err = err
	} else {
		running.result = seal(credentials)
	}
	close(running.done)
	if c.running != running {
		return
	}
	c.running = nil

	if err == nil {
		c.current, c.expires = running.result, credentials.Expires
		if c.expires.IsZero() {
			c.refreshAt, c.pause = time.Time{}, 0
			return
		}
		c.refreshAt = c.expires.Add(-c.config.RefreshBefore)
		if now.Before(c.refreshAt) {
			c.pause = 0
			return
		}
		// The credentials expire within RefreshBefore. An immediate refresh would most likely return the same ones.
	}
	c.pause = min(max(2*c.pause, firstRetryPause), longestRetryPause)
	c.refreshAt = now.Add(c.pause)
}

// String returns a description without secrets.
func (c *CachedCredentials) String() string {
	if c == nil {
		return "cached <nil>"
	}
	c.mutex.Lock()
	current := c.current
	c.mutex.Unlock()
	if current == nil {
		return "cached none"
	}
	return "cached " + current().String()
}

// Format writes the text of [CachedCredentials.String] for every verb.
func (c *CachedCredentials) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// LogValue returns the text of [CachedCredentials.String].
func (c *CachedCredentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

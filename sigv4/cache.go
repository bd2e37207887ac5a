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

	// Between attempts to renew credentials that still work, the pause doubles from the first to the second.
	firstRetryPause   = time.Second
	longestRetryPause = time.Minute
)

// CacheConfig says what a [CachedCredentials] keeps, and for how long.
type CacheConfig struct {
	// Provider obtains the credentials. Required.
	Provider CredentialsProvider
	// RefreshBefore is how long before they expire credentials are renewed. Zero means 5 minutes; negative is an error.
	RefreshBefore time.Duration
	// RefreshTimeout ends the context of a call to Provider after this time. Zero means 1 minute; negative is an error.
	RefreshTimeout time.Duration
	// Now is the clock that expiry is judged by. Nil means [time.Now].
	Now func() time.Time
}

// CachedCredentials is a [CredentialsProvider] that keeps what another one returned. It is made by
// [NewCachedCredentials] and safe for concurrent use.
//
// Credentials without an expiry are obtained once. Others are renewed by the first call that comes within RefreshBefore
// of their expiry: in the background, while all callers go on with those that still work. If renewing fails, it is tried
// again after a pause that grows from 1 second to 1 minute, by a call that comes then, for as long as the old ones work.
// Expired credentials are never returned: without working ones, callers wait for Provider.
//
// However many goroutines ask at the same time, Provider is asked once. Where callers wait, its context has the values of
// the first one's but does not end with it; it ends after RefreshTimeout, and when no caller waits any more. An error goes to all who
// waited and is not kept. A Provider that returns keys that [Credentials.Validate] refuses, or expired ones, has failed.
type CachedCredentials struct {
	config CacheConfig

	mutex   sync.Mutex
	current sealedCredentials // nil while there are none
	expires time.Time         // of current
	// renewAt is when current is next to be renewed. The zero time means never.
	renewAt time.Time
	pause   time.Duration // before the attempt at renewAt, if the one before it failed
	running *refresh      // nil while Provider is not being asked
}

// refresh is one call to the provider and those who wait for it.
type refresh struct {
	done    chan struct{} // closed when the result is there
	result  sealedCredentials
	err     error
	waiting int // guarded by the mutex of CachedCredentials
	cancel  context.CancelFunc
}

// NewCachedCredentials returns a cache that has not asked its provider yet, or an error if the provider is nil or a
// duration negative.
func NewCachedCredentials(config CacheConfig) (*CachedCredentials, error) {
	switch {
	case config.Provider == nil:
		return nil, fmt.Errorf("sigv4: make a credentials cache: %w", errNilProvider)
	case config.RefreshBefore < 0:
		return nil, fmt.Errorf("sigv4: make a credentials cache: RefreshBefore is %v, it cannot be negative", config.RefreshBefore)
	case config.RefreshTimeout < 0:
		return nil, fmt.Errorf("sigv4: make a credentials cache: RefreshTimeout is %v, it cannot be negative", config.RefreshTimeout)
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

// Credentials returns working credentials, at once if there are any. Otherwise it waits until the provider has returned
// or the context has ended, whichever comes first; errors of both are wrapped.
func (c *CachedCredentials) Credentials(ctx context.Context) (Credentials, error) {
	if c == nil || c.config.Provider == nil {
		return Credentials{}, errors.New("sigv4: the CachedCredentials was not made by NewCachedCredentials")
	}

	now := c.config.Now()
	c.mutex.Lock()
	works := c.current != nil && (c.expires.IsZero() || now.Before(c.expires))
	if works {
		if c.running == nil && !c.renewAt.IsZero() && !now.Before(c.renewAt) {
			// No caller waits for it, so that it has nothing to do with their requests, nor with what watches those.
			c.start(context.Background())
		}
		current := c.current
		c.mutex.Unlock()
		return current(), nil
	}
	if err := ctx.Err(); err != nil {
		// A refresh for a caller who has gone would be cancelled as soon as it began.
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

// Invalidate forgets the credentials, for example because AWS refused them. The next call asks the provider, even if one
// that was asked before has not returned yet; that result goes only to those who wait for it already.
func (c *CachedCredentials) Invalidate() {
	if c == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.current, c.expires, c.renewAt, c.pause = nil, time.Time{}, time.Time{}, 0
	if c.running != nil && c.running.waiting == 0 {
		c.running.cancel()
	}
	c.running = nil
}

// leave is called by a caller whose context has ended. The last one takes the refresh along, so that it does not go on
// for nobody, and so that no later caller joins one that is bound to fail.
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

// start begins to ask the provider. The mutex is held.
func (c *CachedCredentials) start(ctx context.Context) {
	refreshContext, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.RefreshTimeout)
	running := &refresh{done: make(chan struct{}), cancel: cancel}
	c.running = running
	go func() {
		defer cancel()
		credentials, err := Credentials{}, errors.New("the CredentialsProvider ended its goroutine")
		defer func() { c.finish(running, credentials, err) }()
		credentials, err = c.ask(refreshContext)
	}()
}

// ask calls the provider. A provider that panics must not end the program from a goroutine in which no caller can
// recover.
func (c *CachedCredentials) ask(ctx context.Context) (credentials Credentials, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			credentials, err = Credentials{}, fmt.Errorf("the CredentialsProvider panicked: %v", reason)
		}
	}()
	if credentials, err = c.config.Provider.Credentials(ctx); err != nil {
		return Credentials{}, err
	}
	if err := credentials.Validate(); err != nil {
		return Credentials{}, fmt.Errorf("the CredentialsProvider returned unusable ones: %w", err)
	}
	if now := c.config.Now(); credentials.ExpiredAt(now) {
		return Credentials{}, fmt.Errorf("the CredentialsProvider returned old ones: %w", expiredError(credentials, now))
	}
	return credentials, nil
}

// finish keeps the result, unless Invalidate or the last caller to leave has disowned it, and tells those who wait.
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
			c.renewAt, c.pause = time.Time{}, 0
			return
		}
		c.renewAt = c.expires.Add(-c.config.RefreshBefore)
		if now.Before(c.renewAt) {
			c.pause = 0
			return
		}
		// They came with less time left than RefreshBefore. Asking again at once would most likely return the same.
	}
	c.pause = min(max(2*c.pause, firstRetryPause), longestRetryPause)
	c.renewAt = now.Add(c.pause)
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

// Format writes what [CachedCredentials.String] returns, whatever the verb.
func (c *CachedCredentials) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// LogValue returns what [CachedCredentials.String] returns.
func (c *CachedCredentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

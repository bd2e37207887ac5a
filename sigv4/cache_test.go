package sigv4

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errProvider = errors.New("provider is down")

// scriptedProvider returns the result of a function of the number of the call, from 1.
type scriptedProvider struct {
	calls   atomic.Int64
	respond func(ctx context.Context, call int) (Credentials, error)
}

func (p *scriptedProvider) Credentials(ctx context.Context) (Credentials, error) {
	return p.respond(ctx, int(p.calls.Add(1)))
}

func (p *scriptedProvider) requireCalls(t *testing.T, want int64) {
	t.Helper()
	if got := p.calls.Load(); got != want {
		t.Errorf("the cache called the provider %d times, want %d", got, want)
	}
}

// issued returns credentials whose access key id has the number, and which are valid for the given time. Zero means forever.
func issued(number int, validFor time.Duration) Credentials {
	credentials := Credentials{AccessKeyID: fmt.Sprintf("AKIDEXAMPLE%d", number), SecretAccessKey: "example"}
	if validFor > 0 {
		credentials.Expires = time.Now().Add(validFor)
	}
	return credentials
}

func mustCache(t *testing.T, config CacheConfig) *CachedCredentials {
	t.Helper()
	cache, err := NewCachedCredentials(config)
	if err != nil {
		t.Fatal(err)
	}
	return cache
}

func requireKey(t *testing.T, cache *CachedCredentials, number int) {
	t.Helper()
	credentials, err := cache.Credentials(t.Context())
	if want := fmt.Sprintf("AKIDEXAMPLE%d", number); err != nil || credentials.AccessKeyID != want {
		t.Errorf("Credentials() = %v, %v, want the key %s", credentials, err, want)
	}
}

func TestInvalidCacheConfig(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config CacheConfig
		want   string
	}{
		{CacheConfig{}, "CredentialsProvider is nil"},
		{CacheConfig{Provider: EnvCredentials{}, RefreshBefore: -1}, "RefreshBefore"},
		{CacheConfig{Provider: EnvCredentials{}, RefreshTimeout: -1}, "RefreshTimeout"},
	} {
		cache, err := NewCachedCredentials(test.config)
		if cache != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("NewCachedCredentials() = %v, %v, want an error with %q", cache, err, test.want)
		}
	}
	for _, cache := range []*CachedCredentials{nil, {}} {
		if _, err := cache.Credentials(t.Context()); err == nil {
			t.Error("a cache that NewCachedCredentials did not make returns credentials")
		}
		cache.Invalidate()
	}
}

func TestCacheKeepsCredentialsWithoutExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) { return issued(call, 0), nil }}
		cache := mustCache(t, CacheConfig{Provider: provider})
		for range 5 {
			requireKey(t, cache, 1)
			time.Sleep(1000 * time.Hour)
		}
		provider.requireCalls(t, 1)
	})
}

func TestCacheSharesProviderCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) {
			time.Sleep(time.Second)
			return issued(call, time.Hour), nil
		}}
		cache := mustCache(t, CacheConfig{Provider: provider})
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() { requireKey(t, cache, 1) })
		}
		callers.Wait()
		provider.requireCalls(t, 1)
	})
}

func TestCacheRefreshesInBackground(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		window time.Duration // in the config
		want   time.Duration // the window that the cache uses
	}{{"default", 0, 5 * time.Minute}, {"20 minutes", 20 * time.Minute, 20 * time.Minute}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) {
					time.Sleep(2 * time.Second)
					return issued(call, time.Hour), nil
				}}
				cache := mustCache(t, CacheConfig{Provider: provider, RefreshBefore: test.window})
				requireKey(t, cache, 1)
				time.Sleep(time.Hour - test.want - time.Second)
				requireKey(t, cache, 1)
				synctest.Wait()
				provider.requireCalls(t, 1)

				time.Sleep(time.Second)
				before := time.Now()
				for range 10 {
					requireKey(t, cache, 1)
				}
				if waited := time.Since(before); waited != 0 {
					t.Errorf("callers with working credentials waited %v, want 0", waited)
				}
				time.Sleep(3 * time.Second)
				requireKey(t, cache, 2)
				provider.requireCalls(t, 2)
			})
		})
	}
}

func TestCacheNeverReturnsExpiredCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) {
			if call == 2 {
				return Credentials{}, errProvider
			}
			return issued(call, time.Hour), nil
		}}
		cache := mustCache(t, CacheConfig{Provider: provider})
		requireKey(t, cache, 1)
		time.Sleep(time.Hour) // until the moment of the expiry
		if credentials, err := cache.Credentials(t.Context()); !errors.Is(err, errProvider) || credentials != (Credentials{}) {
			t.Errorf("Credentials() = %v, %v, want the provider's error", credentials, err)
		}
		requireKey(t, cache, 3) // the error was not cached
		provider.requireCalls(t, 3)
	})
}

func TestCacheReturnsOldCredentialsWhileRefreshFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var attempts []time.Duration
		begin := time.Now()
		provider := &scriptedProvider{}
		provider.respond = func(_ context.Context, call int) (Credentials, error) {
			attempts = append(attempts, time.Since(begin))
			if call == 1 {
				return issued(call, time.Hour), nil
			}
			return Credentials{}, errProvider
		}
		cache := mustCache(t, CacheConfig{Provider: provider})
		requireKey(t, cache, 1)
		time.Sleep(55 * time.Minute)
		for time.Since(begin) < time.Hour {
			requireKey(t, cache, 1)
			time.Sleep(time.Second)
			synctest.Wait()
		}
		// 0, 1, 3, 7, 15, 31 and 63 seconds into the window, then each minute: 123, 183, 243.
		window := 55 * time.Minute
		want := []time.Duration{0, window}
		for _, offset := range []int{1, 3, 7, 15, 31, 63, 123, 183, 243} {
			want = append(want, window+time.Duration(offset)*time.Second)
		}
		if fmt.Sprint(attempts) != fmt.Sprint(want) {
			t.Errorf("the cache called the provider after %v, want %v", attempts, want)
		}
		if _, err := cache.Credentials(t.Context()); !errors.Is(err, errProvider) {
			t.Errorf("after the expiry, the error is %v, want the provider's", err)
		}
	})
}

func TestCachePausesIfNewCredentialsExpireSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// A provider with its own cache returns the same credentials until shortly before their expiry.
		expires := time.Now().Add(2 * time.Minute)
		provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) {
			credentials := issued(call, 0)
			credentials.Expires = expires
			return credentials, nil
		}}
		cache := mustCache(t, CacheConfig{Provider: provider})
		for range 1000 {
			if _, err := cache.Credentials(t.Context()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		provider.requireCalls(t, 1)
		time.Sleep(time.Second)
		requireKey(t, cache, 1)
		synctest.Wait()
		requireKey(t, cache, 2)
		provider.requireCalls(t, 2)
	})
}

func TestCacheReturnsErrorToAllCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(context.Context, int) (Credentials, error) {
			time.Sleep(time.Second)
			return Credentials{}, errProvider
		}}
		cache := mustCache(t, CacheConfig{Provider: provider})
		var callers sync.WaitGroup
		for range 10 {
			callers.Go(func() {
				if _, err := cache.Credentials(t.Context()); !errors.Is(err, errProvider) {
					t.Errorf("the error is %v, want the provider's", err)
				}
			})
		}
		callers.Wait()
		provider.requireCalls(t, 1)
	})
}

func TestCacheCanceledCallerDoesNotAffectOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		provider := &scriptedProvider{respond: func(ctx context.Context, call int) (Credentials, error) {
			if ctx.Value(key{}) != "first" {
				t.Error("the provider's context lacks the values of the first caller's context")
			}
			select {
			case <-time.After(10 * time.Second):
				return issued(call, time.Hour), nil
			case <-ctx.Done():
				return Credentials{}, ctx.Err()
			}
		}}
		cache := mustCache(t, CacheConfig{Provider: provider})
		first, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "first"))
		begin := time.Now()
		var callers sync.WaitGroup
		callers.Go(func() {
			_, err := cache.Credentials(first)
			if !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
				t.Errorf("the canceled caller got %v after %v, want its context's error after 1s", err, time.Since(begin))
			}
		})
		synctest.Wait()
		callers.Go(func() {
			requireKey(t, cache, 1)
			if waited := time.Since(begin); waited != 10*time.Second {
				t.Errorf("the other caller waited %v, want 10s", waited)
			}
		})
		time.Sleep(time.Second)
		cancel()
		callers.Wait()
		provider.requireCalls(t, 1)
	})
}

func TestCacheCancelsRefreshWithoutCallers(t *testing.T) {
	t.Parallel()
	// synctest.Test fails if the provider's goroutine does not end.
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(ctx context.Context, call int) (Credentials, error) {
			if call == 2 {
				return issued(call, time.Hour), nil
			}
			<-ctx.Done()
			time.Sleep(time.Second) // a slow provider
			return Credentials{}, ctx.Err()
		}}
		cache := mustCache(t, CacheConfig{Provider: provider, RefreshTimeout: 1000 * time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if _, err := cache.Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("Credentials() returns %v after %v, want the deadline's error after 1s", err, time.Since(begin))
		}
		requireKey(t, cache, 2) // a new call of the provider, because the first one is canceled
		time.Sleep(time.Minute)
		requireKey(t, cache, 2)
		provider.requireCalls(t, 2)
	})
}

func TestCacheEndedContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) { return issued(call, 0), nil }}
		cache := mustCache(t, CacheConfig{Provider: provider})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := cache.Credentials(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v, want context.Canceled", err)
		}
		provider.requireCalls(t, 0)
	})
}

func TestCacheRefreshTimeout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ timeout, want time.Duration }{{0, time.Minute}, {3 * time.Second, 3 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			provider := &scriptedProvider{respond: func(ctx context.Context, _ int) (Credentials, error) {
				<-ctx.Done()
				return Credentials{}, ctx.Err()
			}}
			cache := mustCache(t, CacheConfig{Provider: provider, RefreshTimeout: test.timeout})
			begin := time.Now()
			_, err := cache.Credentials(t.Context())
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != test.want {
				t.Errorf("Credentials() returns %v after %v, want a timeout after %v", err, time.Since(begin), test.want)
			}
		})
	}
}

func TestCacheInvalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) {
			time.Sleep(time.Second)
			return issued(call, 0), nil
		}}
		cache := mustCache(t, CacheConfig{Provider: provider})
		requireKey(t, cache, 1)
		cache.Invalidate()
		if got := cache.String(); got != "cached none" {
			t.Errorf("String() after Invalidate = %q, want cached none", got)
		}

		var caller sync.WaitGroup
		caller.Go(func() { requireKey(t, cache, 2) })
		synctest.Wait()
		cache.Invalidate() // during call 2, which may return the invalid credentials too
		requireKey(t, cache, 3)
		caller.Wait()
		requireKey(t, cache, 3)
		provider.requireCalls(t, 3)
	})
}

func TestInvalidateEndsBackgroundRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		canceled := make(chan struct{})
		provider := &scriptedProvider{respond: func(ctx context.Context, call int) (Credentials, error) {
			if call == 2 {
				<-ctx.Done()
				close(canceled)
				return Credentials{}, ctx.Err()
			}
			return issued(call, time.Hour), nil
		}}
		cache := mustCache(t, CacheConfig{Provider: provider, RefreshTimeout: 1000 * time.Hour})
		requireKey(t, cache, 1)
		time.Sleep(58 * time.Minute)
		requireKey(t, cache, 1)
		cache.Invalidate()
		<-canceled
		requireKey(t, cache, 3)
	})
}

func TestCacheRefusesInvalidCredentials(t *testing.T) {
	t.Parallel()
	old := exampleCredentials
	old.Expires = exampleTime
	for _, test := range []struct {
		name    string
		respond func() Credentials
		want    string
		is      error
	}{
		{"empty", func() Credentials { return Credentials{} }, "invalid", ErrNoCredentials},
		{"expired", func() Credentials { return old }, "the clock shows 2015-08-30T12:36:00Z: get new ones", ErrCredentialsExpired},
		{"panic", func() Credentials { panic("broken") }, "panicked: broken", nil},
		{"Goexit", func() Credentials { runtime.Goexit(); return Credentials{} }, "ended its goroutine", nil},
	} {
		provider := CredentialsProviderFunc(func(context.Context) (Credentials, error) { return test.respond(), nil })
		cache := mustCache(t, CacheConfig{Provider: provider, Now: func() time.Time { return exampleTime }})
		credentials, err := cache.Credentials(t.Context())
		if err == nil || credentials != (Credentials{}) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Credentials() = %v, %v, want an error with %q", test.name, credentials, err, test.want)
		}
		if test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: the error %v does not match %v", test.name, err, test.is)
		}
	}
}

func TestCacheUsesItsClock(t *testing.T) {
	t.Parallel()
	var now atomic.Pointer[time.Time]
	now.Store(&exampleTime)
	provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) {
		credentials := issued(call, 0)
		credentials.Expires = now.Load().Add(time.Hour)
		return credentials, nil
	}}
	cache := mustCache(t, CacheConfig{Provider: provider, Now: func() time.Time { return *now.Load() }})
	requireKey(t, cache, 1)
	requireKey(t, cache, 1)
	later := exampleTime.Add(time.Hour)
	now.Store(&later)
	requireKey(t, cache, 2)
}

func TestCacheUnderContention(t *testing.T) {
	t.Parallel()
	provider := &scriptedProvider{respond: func(ctx context.Context, call int) (Credentials, error) {
		if call%3 == 0 {
			return Credentials{}, errProvider
		}
		return issued(call, time.Millisecond), ctx.Err()
	}}
	cache := mustCache(t, CacheConfig{Provider: provider})
	var callers sync.WaitGroup
	for worker := range 8 {
		callers.Go(func() {
			for i := range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%3)*time.Millisecond)
				credentials, err := cache.Credentials(ctx)
				if err == nil && (credentials.AccessKeyID == "" || credentials.SecretAccessKey == "") {
					t.Error("Credentials() returns neither credentials nor an error")
				}
				if (i+worker)%50 == 0 {
					cache.Invalidate()
				}
				cancel()
			}
		})
	}
	callers.Wait()
	if provider.calls.Load() < 2 {
		t.Error("the cache called the provider less than twice")
	}
}

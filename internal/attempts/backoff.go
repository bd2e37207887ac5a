package attempts

import (
	"math"
	"math/rand/v2"
	"time"
)

// Policy is a redshift.RetryPolicy whose defaults are filled in.
type Policy struct {
	MaxAttempts     int
	BaseDelay       time.Duration
	ThrottlingDelay time.Duration
	MaxDelay        time.Duration
	Budget          int
}

// delay returns the delay after the failed attempt with the given number.
func (p *Policy) delay(number int, class classification, jitter func(time.Duration) time.Duration) time.Duration {
	longest := p.BaseDelay
	if class.throttled {
		longest = p.ThrottlingDelay
	}
	for ; number > 1 && longest < p.MaxDelay; number-- {
		longest += min(longest, p.MaxDelay-longest) // twice as long, without an overflow
	}
	longest = min(longest, p.MaxDelay)
	if class.retryAfter > 0 {
		// Without jitter, clients that got the same header at the same time would all retry at the same time.
		wait := min(class.retryAfter, p.MaxDelay)
		random := jitter(max(longest, wait/2))

		return wait + min(random, math.MaxInt64-wait)
	}

	return jitter(longest)
}

// FullJitter returns a random delay from 0 to longest.
func FullJitter(longest time.Duration) time.Duration {
	return rand.N(min(longest, math.MaxInt64-1) + 1)
}

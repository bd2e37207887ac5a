package attempts

import (
	"errors"
	"math"
	"sync/atomic"
)

// ErrBudgetEmpty is why a call was not retried although a retry could have helped: so many calls of the client failed without a
// response, or with a status of 500 or above, that its retry budget is used up.
var ErrBudgetEmpty = errors.New("the client's retry budget is empty, because many of its calls failed without a usable response: " +
	"check whether Redshift is available, and Config.Retry.Budget")

// Budget limits the retries of all calls of a client while Redshift is unavailable. Without it, a thousand callers
// whose calls all fail send five thousand requests in place of a thousand, for as long as the outage lasts.
type Budget struct {
	capacity int64 // 0: unlimited
	used     atomic.Int64
}

// NewBudget returns a full budget. A negative capacity is unlimited.
func NewBudget(capacity int) *Budget { return &Budget{capacity: max(int64(capacity), 0)} }

// take takes one retry out of the budget, and reports whether it had one.
func (b *Budget) take() bool {
	for b.capacity > 0 {
		used := b.used.Load()
		if used >= b.capacity {
			return false
		}
		if b.used.CompareAndSwap(used, used+1) {
			break
		}
	}

	return true
}

// refill puts retries back into the budget, up to its capacity. While the budget is full, it only reads one number.
func (b *Budget) refill(count int64) {
	for {
		used := b.used.Load()
		if used == 0 || b.used.CompareAndSwap(used, max(used-min(count, math.MaxInt32), 0)) {
			return
		}
	}
}

package attempts

import (
	"errors"
	"math"
	"sync/atomic"
)

// ErrBudgetEmpty reports that a call was not retried because the client's retry budget is empty: too many of its calls failed
// without a response, or with a status of 500 or above.
var ErrBudgetEmpty = errors.New("the client's retry budget is empty, because many of its calls failed without a usable response: " +
	"check whether Redshift is available, or raise Config.Retry.Budget")

// Budget limits the retries of all calls of a client while Redshift is unavailable. Without it, a thousand failing calls send five
// thousand requests instead of a thousand during an outage.
type Budget struct {
	capacity int64 // 0: unlimited
	used     atomic.Int64
}

// NewBudget returns a full budget. A negative capacity is unlimited.
func NewBudget(capacity int) *Budget { return &Budget{capacity: max(int64(capacity), 0)} }

// take removes one retry from the budget, and reports whether one was left.
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

// refill returns count retries to the budget, up to its capacity. If the budget is full, it only reads one number.
func (b *Budget) refill(count int64) {
	for {
		used := b.used.Load()
		if used == 0 || b.used.CompareAndSwap(used, max(used-min(count, math.MaxInt32), 0)) {
			return
		}
	}
}

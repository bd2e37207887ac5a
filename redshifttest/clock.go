package redshifttest

import (
	"math"
	"sync"
	"time"
)

// clock is a clock with its own time and speed.
type clock struct {
	mutex sync.Mutex
	shown time.Time // the clock's time at the real time in read
	read  time.Time
	speed float64
}

func (c *clock) start(at time.Time, speed float64) {
	c.shown, c.read, c.speed = at.Round(0).UTC(), time.Now(), max(speed, 0)
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	passed := float64(time.Since(c.read)) * c.speed
	if passed < math.MaxInt64/2 {
		return c.shown.Add(time.Duration(passed))
	}

	// A Duration can hold at most 292 years, which pass in 30 hours at the highest speed.
	return time.Unix(c.shown.Unix()+int64(passed/float64(time.Second)), 0).UTC()
}

func (c *clock) advance(by time.Duration) {
	if by <= 0 {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.shown = c.shown.Add(by)
}

package redshifttest

import (
	"sync"
	"time"
)

// clock shows a time of its own, which passes at its own speed.
type clock struct {
	mutex sync.Mutex
	shown time.Time // at the real time read
	read  time.Time
	speed float64
}

func (c *clock) start(at time.Time, speed float64) {
	c.shown, c.read, c.speed = at.Round(0).UTC(), time.Now(), max(speed, 0)
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.shown.Add(time.Duration(float64(time.Since(c.read)) * c.speed))
}

func (c *clock) advance(by time.Duration) {
	if by <= 0 {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.shown = c.shown.Add(by)
}

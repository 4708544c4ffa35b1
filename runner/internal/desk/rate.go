package desk

import (
	"sync"
	"time"
)

const (
	// perSecond and burst bound how many calls a job makes; more of them wait.
	perSecond = 50
	burst     = 100
)

// rate is a bucket of calls that fills up again. A call that finds none left borrows one and waits until it is there.
type rate struct {
	mu   sync.Mutex
	left float64
	at   time.Time
}

func newRate(now time.Time) rate { return rate{left: burst, at: now} }

// take returns how long the caller has to wait.
func (r *rate) take(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = min(burst, r.left+now.Sub(r.at).Seconds()*perSecond) - 1
	r.at = now
	if r.left >= 0 {
		return 0
	}
	return time.Duration(-r.left / perSecond * float64(time.Second))
}

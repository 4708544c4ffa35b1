package spool

import (
	"testing"
	"time"
)

// The look of once in a while takes the writer's lock. A Close that came just before it held that lock and waited for the look,
// for ever: the job never ended.
func TestCloseDoesNotWaitForALookThatWaitsForIt(t *testing.T) {
	w, _ := newSpool(t)
	w.mu.Lock()
	closed := make(chan struct{})
	go func() {
		_ = w.Close()
		close(closed)
	}()
	// Both stand at the lock by now, Close first; an unlocked writer lets them in in this order.
	time.Sleep(syncEvery + syncEvery/2)
	w.mu.Unlock()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Fatal("Close waits for ever")
	}
}

// Package guard keeps a process that holds secrets from being looked into and from being written to a core file.
package guard

import (
	"sync"
	"syscall"
)

// Guard is off until Protect.
type Guard struct {
	mu sync.Mutex
	// before is the limit of core files as the session has it, which is the script's too.
	before syscall.Rlimit
	isOn   bool
}

// Protect is for good; it may be called any number of times.
func (g *Guard) Protect() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isOn {
		return
	}
	g.isOn = true
	seal()
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &g.before) == nil {
		g.limit(0)
	}
}

// Start does something that starts another process, which gets the limits of the session instead of ours. Being sealed
// is not inherited.
func (g *Guard) Start(start func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isOn {
		g.limit(g.before.Cur)
		defer g.limit(0)
	}
	start()
}

func (g *Guard) limit(size uint64) {
	limit := g.before
	limit.Cur = size
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &limit)
}

// Package host tells which machine and which boot of it we are on.
package host

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"time"
)

// Host is what decides whether a job's supervisor can still be alive.
type Host struct {
	// ID names the machine: with a home shared by several, each judges its own jobs only.
	ID string
	// BootID changes with every start of the machine.
	BootID string
}

// Read asks the system.
func Read() Host {
	id := machineID()
	if id == "" {
		id, _ = os.Hostname()
	}
	// machine-id(5) asks not to show the id itself to others.
	sum := sha256.Sum256([]byte("cronium " + id))
	return Host{ID: hex.EncodeToString(sum[:16]), BootID: bootID()}
}

// Clock tells the wall time of its start plus the monotonic time since, so that it never jumps.
type Clock struct{ start time.Time }

// NewClock starts now.
func NewClock() Clock { return Clock{start: time.Now()} }

// Micros is the time in microseconds since 1970.
func (c Clock) Micros() int64 {
	return c.start.UnixMicro() + time.Since(c.start).Microseconds()
}

//go:build !linux || portable

package tree

// becomeSubreaper says that it cannot be done here.
func becomeSubreaper() bool { return false }

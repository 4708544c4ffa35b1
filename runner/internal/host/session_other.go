//go:build !linux

package host

// EndsAtLogout is false: only logind ends a person's processes when they log out.
func EndsAtLogout(string) bool { return false }

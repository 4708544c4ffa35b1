//go:build !faults

// Package faulty lets tests make the n-th use of a file fail. In what is released nothing of it is left.
package faulty

// Next says whether this use of a file fails.
func Next(string) error { return nil }

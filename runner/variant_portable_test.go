//go:build portable

package main

// tags builds the runner under test as these tests are built: with what other systems than Linux have to do with.
const tags = "portable"

//go:build !portable

package main

// tags builds the runner under test as these tests are built.
const tags = ""

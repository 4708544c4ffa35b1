// How many cores there are for it is asked once: the runtime would ask again whenever it wakes up.
//
//go:debug updatemaxprocs=0

// Command cronium-runner runs jobs on a server: `serve` answers one client, `supervise` owns one job.
package main

import (
	"os"

	"cronium.dev/runner/internal/serve"
	"cronium.dev/runner/internal/supervise"
	"cronium.dev/runner/internal/verbs"
)

// version is the extension's; a test compares it with package.json.
const version = "0.1.0"

func main() {
	if verbs.IsCalled(os.Args[0]) {
		os.Exit(verbs.Run(os.Args[0], os.Args[1:]))
	}
	os.Exit(run(os.Args[1:]))
}

func run(arguments []string) int {
	if len(arguments) > 0 {
		switch arguments[0] {
		case "serve":
			return serve.Run(arguments[1:], version)
		case "supervise":
			return supervise.Run(arguments[1:])
		case "version":
			_, _ = os.Stdout.WriteString(version + "\n")
			return 0
		}
	}
	_, _ = os.Stderr.WriteString("Usage: cronium-runner serve <nonce> <base> | version\n")
	return 2
}

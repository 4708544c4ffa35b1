package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// runner is the path of the binary under test, built once.
var runner string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "cronium-runner")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		runner = filepath.Join(folder, "cronium-runner")
		if err := build(".", runner); err != nil {
			panic(err)
		}
		return m.Run()
	}())
}

// build uses the flags of scripts/build-runner.mjs, whose own results test/contract/build-runner.test.ts looks at.
func build(from, to string) error { return buildTagged(from, to, tags) }

func buildTagged(from, to, tags string) error {
	command := exec.Command("go", "build", "-tags", tags, "-trimpath", "-buildvcs=false", "-gcflags=all=-l",
		"-gcflags=cronium.dev/runner/internal/mask=", "-ldflags", "-s -w -buildid=", "-o", to, ".")
	command.Dir = from
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	command.Stderr = os.Stderr
	return command.Run()
}

func TestVersionIsTheExtensions(t *testing.T) {
	text, err := os.ReadFile("../package.json")
	check(t, err)
	var manifest struct{ Version string }
	check(t, json.Unmarshal(text, &manifest))
	if version != manifest.Version {
		t.Errorf("got %v, want %v", version, manifest.Version)
	}
}

// TestResultsAreKeptForTheseSources looks at all files: go test keeps results for as long as nothing changes that it saw
// a test look at, and does not see what the build of the runner looks at.
func TestResultsAreKeptForTheseSources(t *testing.T) {
	check(t, filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			_, err = os.Stat(path)
		}
		return err
	}))
}

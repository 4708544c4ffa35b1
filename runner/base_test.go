package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// installed puts the runner where a boot script would, and returns its hash and path.
func installed(t *testing.T, base string) (sum, path string) {
	t.Helper()
	binary, err := os.ReadFile(runner)
	check(t, err)
	hash := sha256.Sum256(binary)
	sum = hex.EncodeToString(hash[:])
	path = filepath.Join(base, "bin", sum, "cronium-runner")
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(t, os.WriteFile(path, binary, 0o500))
	return sum, path
}

// TestCleanLeavesWhatARunningJobNeeds cleans while a script waits at a gate, and again when it is over.
func TestCleanLeavesWhatARunningJobNeeds(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	sum, path := installed(t, base)
	gate := filepath.Join(t.TempDir(), "gate")
	c := connectTo(t, path, base)
	job := newID()
	payload := c.script("echo begun; while [ ! -e '" + gate + "' ]; do sleep 0.02; done")
	c.start(job, payload, 3, nil)
	c.awaitOutput(3, "begun")

	c.send("health", fields{"id": 1})
	health := c.await("health")
	if health["id"] != 1.0 || health["jobs"] != 1.0 || health["cores"].(float64) < 1 {
		t.Errorf("got %v, want one job", health)
	}
	c.send("remove", fields{"id": 2, "sha256": sum})
	if refused := c.refusal(); refused["code"] != "runner/busy" || refused["id"] != 2.0 {
		t.Errorf("got %v, want that the runner is busy", refused)
	}
	c.send("clean", fields{"id": 3})
	cleaned := c.await("cleaned")
	if got, want := kinds(cleaned["kept"]), "job payload runner"; got != want || kinds(cleaned["removed"]) != "" {
		t.Errorf("got %v, want that everything is kept", cleaned)
	}

	check(t, os.WriteFile(gate, nil, 0o600))
	read(t, job, c.drain(3))
	c.send("ack", fields{"job": job, "offset": c.next[3]})
	c.send("clean", fields{"id": 4})
	cleaned = c.await("cleaned")
	if got, want := kinds(cleaned["removed"]), "job payload runner"; got != want || kinds(cleaned["kept"]) != "" {
		t.Errorf("got %v, want that everything is removed", cleaned)
	}
	c.send("inventory", fields{"id": 5})
	if items := c.await("inventory")["items"].([]any); len(items) != 0 {
		t.Errorf("got %v, want nothing", items)
	}
	// The runner goes on without its file.
	if got := c.perform("echo still here", nil).out; got != "still here\n" {
		t.Errorf("got %q", got)
	}
}

func TestARunnerRemovesItself(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	sum, path := installed(t, base)
	c := connectTo(t, path, base)
	c.send("remove", fields{"id": 1, "sha256": sum})
	c.await("removed")
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("got %v, want that it is gone", err)
	}
	c.send("remove", fields{"id": 2, "sha256": sum})
	if refused := c.refusal(); refused["code"] != "runner/unknown" {
		t.Errorf("got %v", refused)
	}
}

// TestLongListsComeInPages has more things than a message can hold.
func TestLongListsComeInPages(t *testing.T) {
	t.Parallel()
	const count = 900
	base := newBase(t)
	c := connect(t, base)
	old := time.Now().Add(-time.Hour)
	for i := range count {
		path := filepath.Join(base, "payloads", fmt.Sprintf("%064x.tar.gz", i))
		check(t, os.WriteFile(path, []byte("x"), 0o600))
		check(t, os.Chtimes(path, old, old))
	}
	c.pages("inventory", "inventory", "items", count)
	c.pages("clean", "cleaned", "removed", count)
}

// pages asks and counts what comes in how many messages.
func (c *client) pages(question, answer, list string, want int) {
	c.t.Helper()
	c.send(question, fields{"id": 1})
	pages, seen := 0, map[string]bool{}
	for isMore := true; isMore; pages++ {
		page := c.await(answer)
		for _, item := range page[list].([]any) {
			seen[item.(fields)["name"].(string)] = true
		}
		isMore, _ = page["more"].(bool)
	}
	if len(seen) != want || pages < 3 {
		c.t.Errorf("%s: got %d things in %d pages, want %d in several", question, len(seen), pages, want)
	}
}

// refusal returns the next refusal.
func (c *client) refusal() fields {
	c.t.Helper()
	for {
		if message := c.message(); message["type"] == "refused" {
			return message
		}
	}
}

// kinds lists the kinds of items.
func kinds(items any) string {
	all := []string{}
	for _, item := range items.([]any) {
		all = append(all, item.(fields)["kind"].(string))
	}
	return strings.Join(all, " ")
}

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"cronium.dev/runner/internal/frame"
)

func TestConcurrentStartsRunOnce(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	counter := filepath.Join(t.TempDir(), "counter")
	payload := connect(t, base).script("echo x >> '" + counter + "'")
	job := newID()
	var all sync.WaitGroup
	for range 4 {
		// Two in each of four sessions, so that they race within a process and between processes.
		c := connect(t, base)
		all.Go(func() {
			c.start(job, payload, 1, nil)
			c.start(job, payload, 2, nil)
			c.await("started")
			c.await("started")
			if got := read(t, job, c.drain(1)).exit["code"]; got != 0.0 {
				t.Errorf("got %v, want 0", got)
			}
			c.drain(2)
		})
	}
	all.Wait()
	text, err := os.ReadFile(counter)
	check(t, err)
	if string(text) != "x\n" {
		t.Errorf("got %q, want one execution", text)
	}
}

func TestJobOutlivesItsSession(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	c := connect(t, base)
	job := newID()
	c.start(job, c.script("for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.05; done"), 1, nil)
	c.awaitOutput(1, "line 2")
	// Not at the border of a record.
	kept := append([]byte{}, c.spools[1][:len(c.spools[1])-7]...)
	check(t, c.command.Process.Signal(syscall.SIGHUP))
	c.leave()
	again := connect(t, base)
	again.next[1] = int64(len(kept))
	again.send("attach", fields{"job": job, "offset": len(kept), "stream": 1})
	for !again.ended[1] {
		_, err := again.receive()
		check(t, err)
	}
	whole := append(kept, again.spools[1]...)
	onDisk, err := os.ReadFile(filepath.Join(base, "jobs", job, "spool", "0000000000000000"))
	check(t, err)
	if !bytes.Equal(whole, onDisk) {
		t.Errorf("the two parts are not what is on the server's disk")
	}
	want := "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\n"
	if got := read(t, job, records(t, whole)).out; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDeadSupervisorIsALostJob(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	c := connect(t, base)
	job := newID()
	c.start(job, c.script("echo $$ ready; exec sleep 1000"), 1, nil)
	c.awaitOutput(1, "ready")
	list := records(t, c.spools[1])
	var start struct{ Pid int }
	check(t, json.Unmarshal(list[0].Body, &start))
	script, _, _ := strings.Cut(string(list[1].Body), " ")
	eventually(t, "the script becomes the sleep", func() bool {
		line, _ := os.ReadFile("/proc/" + script + "/cmdline")
		return strings.HasPrefix(string(line), "sleep")
	})
	check(t, syscall.Kill(start.Pid, syscall.SIGKILL))
	state := c.await("state")["state"].(fields)
	if state["phase"] != "lost" || state["reason"] != "runner ended unexpectedly" {
		t.Errorf("got %v", state)
	}
	strays, _ := state["strays"].([]any)
	if len(strays) != 1 || strays[0].(fields)["name"] != "sleep" {
		t.Errorf("got the strays %v, want the sleep that goes on", state["strays"])
	}
	c.drain(1)
	c.start(job, strings.Repeat("0", 64), 0, nil)
	if got := c.await("started")["state"].(fields)["phase"]; got != "lost" {
		t.Errorf("a second start: got %v, want lost", got)
	}
	c.send("clean", fields{"id": 3})
	if cleaned := c.await("cleaned"); !strings.Contains(kinds(cleaned["kept"]), "job") {
		t.Errorf("got %v, want that the job whose processes go on is kept", cleaned)
	}
	c.send("cancel", fields{"job": job, "install": install})
	state = c.await("state")["state"].(fields)
	if state["phase"] != "lost" || state["strays"] != nil {
		t.Errorf("after a cancel: got %v, want lost without strays", state)
	}
	pid, err := strconv.Atoi(strings.Fields(read(t, job, list).out)[0])
	check(t, err)
	eventually(t, "the script's process has ended", func() bool { return syscall.Kill(pid, 0) != nil })
}

func TestLongPathsHaveAControlSocket(t *testing.T) {
	t.Parallel()
	base := filepath.Join(t.TempDir(), strings.Repeat("long", 40), "base")
	c := connect(t, base)
	job := newID()
	c.start(job, c.script("sleep 1000"), 1, nil)
	c.await("attached")
	c.send("cancel", fields{"job": job, "install": install})
	if got := read(t, job, c.drain(1)).exit["reason"]; got != "cancelled" {
		t.Errorf("got %v, want cancelled", got)
	}
}

func TestForeignBaseIsRefused(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(base string) error{
		"open": func(base string) error { return os.Mkdir(base, 0o755) },
		"link": func(base string) error { return os.Symlink(t.TempDir(), base) },
	} {
		base := newBase(t)
		check(t, make(base))
		c := connect(t, base)
		if got := c.message(); got["type"] != "bye" || got["code"] != "base" {
			t.Errorf("%s: got %v, want bye", name, got)
		}
	}
}

func TestCreditIsHeldBothWays(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	c := connect(t, base)
	payload := c.script("head -c 4000000 /dev/zero; echo done")
	job := newID()
	c.isMean = true
	c.start(job, payload, 1, nil)
	for c.next[1] < frame.InitialCredit-frame.MaxBody {
		_, err := c.receive()
		check(t, err)
	}
	c.send("ping", fields{"id": 1})
	c.await("pong")
	if got := c.next[1]; got >= frame.InitialCredit {
		t.Errorf("got %d bytes, want less than the credit", got)
	}
	c.isMean = false
	c.send("window", fields{"stream": 1, "bytes": frame.InitialCredit})
	if got := len(read(t, job, c.drain(1)).out); got != 4000005 {
		t.Errorf("got %d bytes of output, want 4000005", got)
	}
}

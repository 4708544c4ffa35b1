package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/record"
)

func TestOutputIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	source := filepath.Join(t.TempDir(), "random")
	random := make([]byte, 3_000_000)
	for i := range random {
		random[i] = byte(i * i >> 3)
	}
	check(t, os.WriteFile(source, random, 0o600))
	got := c.perform("cat '"+source+"'; cat '"+source+"' >&2", nil)
	for name, text := range map[string]string{"stdout": got.out, "stderr": got.err} {
		if sha256.Sum256([]byte(text)) != sha256.Sum256(random) {
			t.Errorf("%s: %d bytes differ from the %d written", name, len(text), len(random))
		}
	}
}

func TestLongLineWithoutAnEnd(t *testing.T) {
	t.Parallel()
	got := connect(t, newBase(t)).perform("head -c 10000000 /dev/zero | tr '\\0' x", nil)
	if got.out != strings.Repeat("x", 10_000_000) {
		t.Errorf("got %d bytes, want 10 MB of x", len(got.out))
	}
}

func TestNumbersGoUpOneByOne(t *testing.T) {
	t.Parallel()
	for i, r := range connect(t, newBase(t)).perform("for i in 1 2 3 4 5; do echo $i; echo $i >&2; done", nil).records {
		if r.Seq != uint64(i) {
			t.Errorf("got %d, want %d", r.Seq, i)
		}
	}
}

func TestSecretsNeverReachTheSpool(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	got := connect(t, base).perform(`echo "a $TOKEN b"; printf 'half hunter'; sleep 0.01; printf '2-secret\n'; echo $PIN; echo hunter`,
		fields{"secrets": fields{"TOKEN": "hunter2-secret", "PIN": "123"}, "secretsAs": "environment"})
	if want := "a *** b\nhalf ***\n123\nhunter\n"; got.out != want {
		t.Errorf("got %q, want %q", got.out, want)
	}
	if want := `The secret "PIN" is shorter than 4 bytes and is not masked`; got.notes["masked"] != want {
		t.Errorf("got %v, want %q", got.notes, want)
	}
	check(t, filepath.WalkDir(base, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte("hunter2-secret")) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	}))
}

// TestSmallBudgetLeavesOneExactGap floods a job that nobody reads and compares what is left with what the GAP says.
func TestSmallBudgetLeavesOneExactGap(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	c := connect(t, base)
	const lines = 200_000
	job := newID()
	c.start(job, c.script(fmt.Sprintf("seq 1 %d", lines)), 0, fields{"spoolBytes": 1 << 20})
	c.await("started")
	c.await("state")
	c.send("attach", fields{"job": job, "offset": 0, "stream": 1})
	got := read(t, job, c.drain(1))
	if len(c.holes[1]) != 1 {
		t.Fatalf("got the holes %v, want one", c.holes[1])
	}
	last := got.gaps[len(got.gaps)-1]
	hole := c.holes[1][0]
	if int64(last["from"].(float64)) != hole[0] || int64(last["to"].(float64)) != hole[1] {
		t.Errorf("got %v, want the hole %v", last, hole)
	}
	if got, want := strings.Count(got.out, "\n")+int(last["lines"].(float64)), lines; got != want {
		t.Errorf("lines kept and dropped: got %d, want %d", got, want)
	}
	var written int
	for i := 1; i <= lines; i++ {
		written += len(fmt.Sprintln(i))
	}
	if got := len(got.out) + int(last["bytes"].(float64)); got != written {
		t.Errorf("bytes kept and dropped: got %d, want %d", got, written)
	}
	final := got.records[len(got.records)-1]
	if got := len(got.records) + int(last["records"].(float64)); got != int(final.Seq)+1 || final.Type != record.Exit {
		t.Errorf("records kept and dropped: got %d, want %d", got, final.Seq+1)
	}
	if size := c.next[1] - (hole[1] - hole[0]); size > 1<<20+1<<17 {
		t.Errorf("%d bytes are kept", size)
	}
}

// TestOneFloodDelaysNobody counts frames instead of time: between a question and its answer stands what was handed to
// the pipe already, and another job's output comes in turn.
func TestOneFloodDelaysNobody(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	flood, quiet := newID(), newID()
	c.start(flood, c.script("exec yes"), 1, nil)
	payload := c.script("echo quiet; exec sleep 1000")
	for len(c.spools[1]) < 4*frame.MaxBody {
		_, err := c.receive()
		check(t, err)
	}
	c.start(quiet, payload, 3, nil)
	c.await("attached")
	for frames := 0; !strings.Contains(string(c.spools[3]), "quiet"); frames++ {
		// The script needs a moment to speak; credit bounds what may come before.
		_, err := c.receive()
		check(t, err)
	}
	c.send("cancel", fields{"job": quiet, "install": install})
	floods := 0
	for {
		found, err := c.receive()
		check(t, err)
		if found.Kind == frame.Message && strings.Contains(string(found.Body), `"state"`) {
			break
		}
		floods++
	}
	// A pipe holds one frame, one may be on its way, and the worker needs a moment to look at the job.
	if floods > 64 {
		t.Errorf("%d frames came before the answer", floods)
	}
	c.send("cancel", fields{"job": flood, "install": install})
	c.drain(1)
}

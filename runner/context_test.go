package main

import (
	"fmt"
	"strings"
	"testing"

	"cronium.dev/runner/internal/frame"
)

// announce starts a job whose context is still to come.
func (c *client) announce(payload string, size int) (job string, stream uint32) {
	job, stream = newID(), newStream()
	c.start(job, payload, 0, fields{"context": fields{"stream": stream, "size": size}})
	return job, stream
}

func TestAContextThatIsNotWhatWasAnnouncedIsRefused(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	payload := c.script("true")
	for _, test := range []struct {
		name, code string
		send       func(stream uint32)
	}{
		{"too long", "context/size", func(stream uint32) { c.frame(frame.Data, stream, []byte("{} ")) }},
		{"too short", "context/size", func(stream uint32) { c.upload(stream, []byte("{")) }},
		{"given up", "context/absent", func(stream uint32) { c.frame(frame.Reset, stream, nil) }},
		{"no JSON", "start/failed", func(stream uint32) { c.upload(stream, []byte("[[")) }},
	} {
		job, stream := c.announce(payload, 2)
		test.send(stream)
		if got := c.refusal(); got["code"] != test.code || got["job"] != job || got["re"] != "start" {
			t.Errorf("%s: got %v, want %s", test.name, got, test.code)
		}
	}
	// Whatever comes late is no violation, and nothing is left of those jobs.
	job, stream := c.announce(payload, 2)
	c.frame(frame.Data, stream, []byte("{}}"))
	c.refusal()
	c.upload(stream, []byte("late"))
	c.start(job, payload, 0, nil)
	c.await("started")
	c.await("state")
}

func TestACancelOvertakesAContext(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	job, stream := c.announce(c.script("echo ran"), 2)
	c.send("cancel", fields{"job": job, "install": install})
	c.await("state")
	c.upload(stream, []byte("{}"))
	state := c.await("started")["state"].(fields)
	if state["phase"] != "ended" || state["startedAt"] != nil {
		t.Errorf("got %v, want a job that never ran", state)
	}
}

// TestALargeInputArrives is larger than the credit of a stream, and than what fits into the environment.
func TestALargeInputArrives(t *testing.T) {
	t.Parallel()
	const size = 5 << 20
	c := connect(t, newBase(t))
	payload := c.script(`cronium.input text | wc -c; cronium.input list[99999]; echo "${CRONIUM_INPUT-none}"`)
	numbers := strings.Repeat("7,", 99_999) + "8"
	context := []byte(fmt.Sprintf(`{"input":{"text":"%s","list":[%s]}}`, strings.Repeat("x", size), numbers))
	job, stream := newID(), newStream()
	log := newStream()
	c.start(job, payload, log, fields{"context": fields{"stream": stream, "size": len(context)}})
	credit := frame.InitialCredit
	for rest := context; len(rest) > 0; {
		for credit < frame.MaxBody {
			credit += int(c.await("window")["bytes"].(float64))
		}
		n := min(len(rest), frame.MaxBody)
		c.frame(frame.Data, stream, rest[:n])
		rest, credit = rest[n:], credit-n
	}
	c.frame(frame.End, stream, nil)
	got := read(t, job, c.drain(log))
	if want := fmt.Sprintf("%d\n8\nnone\n", size+1); got.out != want {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
}

func TestAStreamOfTheRunnersThatIsNotOpenIsAViolation(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	c.frame(frame.End, 1<<31, nil)
	for {
		message := c.message()
		if message["type"] == "bye" {
			if message["code"] != "stream" {
				t.Errorf("got %v", message)
			}
			return
		}
	}
}

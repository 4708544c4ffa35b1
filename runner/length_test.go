package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"cronium.dev/runner/internal/record"
)

func TestLongArgumentsLeaveAReadableLog(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	text := manifestWith(fields{"args": append(slices.Repeat([]string{strings.Repeat("x", 999)}, 80), "last")})
	job := newID()
	c.start(job, c.store(pack(t, text, file{"files/main.sh", "#!/bin/sh\necho $#\n", 0o755}), 1), 3, nil)
	got := read(t, job, c.drain(3))
	if got.out != "81\n" || got.exit["code"] != 0.0 {
		t.Errorf("got %q and %v, want 81 arguments", got.out, got.exit)
	}
	start := struct{ Command []string }{}
	check(t, json.Unmarshal(got.records[0].Body, &start))
	last := len(start.Command) - 1
	if size := len(got.records[0].Body); size > record.MaxBody || size < record.MaxBody-2000 {
		t.Errorf("START is %d bytes long", size)
	}
	if last < 60 || start.Command[last] != "…" || len(start.Command[last-1]) != 999 {
		t.Errorf("got %d parts and the last one %q", last+1, start.Command[last])
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	job := newID()
	text := manifestWith(fields{"cwd": "/no" + strings.Repeat("ß", 40_000)})
	c.start(job, c.store(pack(t, text, file{"files/main.sh", "#!/bin/sh\n", 0o755}), 1), 3, nil)
	got, _ := read(t, job, c.drain(3)).exit["message"].(string)
	if !strings.HasSuffix(got, "ß…") || len(got) < 990 || len(got) > 1003 {
		t.Errorf("got %q", got)
	}
	c.send("list", fields{"install": install})
	state := c.await("jobs")["jobs"].([]any)[0].(fields)
	if exit, _ := state["exit"].(fields); exit["message"] != got {
		t.Errorf("the state says %v", state)
	}
}

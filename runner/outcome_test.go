package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestExitCodesAreExact(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	const lanes = 8
	for lane := range lanes {
		t.Run(fmt.Sprint(lane), func(t *testing.T) {
			t.Parallel()
			c := connect(t, base)
			payload := c.script("exit $1")
			for code := lane; code < 256; code += lanes {
				job, stream := newID(), newStream()
				c.start(job, payload, stream, fields{"args": []string{fmt.Sprint(code)}})
				got := read(t, job, c.drain(stream)).exit
				if want := (fields{"reason": "exited", "code": float64(code)}); !reflect.DeepEqual(got, want) {
					t.Errorf("exit %d: got %v, want %v", code, got, want)
				}
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	cases := []struct {
		name, script string
		more         fields
		want         fields
	}{
		{"TERM", "kill -TERM $$", nil, fields{"reason": "exited", "signal": "SIGTERM"}},
		{"KILL", "kill -KILL $$", nil, fields{"reason": "exited", "signal": "SIGKILL"}},
		{"SEGV", "kill -SEGV $$", nil, fields{"reason": "exited", "signal": "SIGSEGV"}},
		{"PIPE", "kill -PIPE $$", nil, fields{"reason": "exited", "signal": "SIGPIPE"}},
		{"time limit", "sleep 1000", fields{"timeoutMs": 100}, fields{"reason": "timedOut", "signal": "SIGTERM"}},
		{"time limit with a code", "trap 'exit 9' TERM; while :; do sleep 0.01; done", fields{"timeoutMs": 100}, fields{"reason": "timedOut", "code": 9.0}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := connect(t, base).perform(test.script, test.more).exit
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestScriptsThatCannotBeStartedAreBroken(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	cases := []struct {
		name, manifest string
		script         file
		error, message string
	}{
		{"no interpreter", manifestWith(fields{"interpreter": fields{"commands": []string{"nopython3", "nopython"}}}), file{"files/main.sh", "", 0o644},
			"run/interpreter-missing", `Cannot run "main.sh": neither "nopython3" nor "nopython" is on the server's PATH`},
		{"no shebang interpreter", manifest, file{"files/main.sh", "#!/nowhere/bash -e\n", 0o755},
			"run/interpreter-missing", `Cannot run "main.sh": its first line names "/nowhere/bash", which is not on the server`},
		{"carriage return", manifest, file{"files/main.sh", "#!/bin/sh\r\necho\r\n", 0o755},
			"run/interpreter-missing", `Cannot run "main.sh": its first line names "/bin/sh\r", which is not on the server`},
		{"no shebang", manifest, file{"files/main.sh", "echo hello\n", 0o755},
			"run/cannot-execute", `Cannot run "main.sh": it has no line that names its interpreter (#!) and is no program of this server's kind`},
		{"no directory", manifestWith(fields{"cwd": "/nowhere"}), file{"files/main.sh", "#!/bin/sh\n", 0o755},
			"run/cwd", `Cannot run "main.sh": its working directory "/nowhere" is not there`},
		{"a link out", manifest, file{"files/../x", "", 0o644},
			"payload/invalid", `Cannot use the payload: the name "files/../x" is not plain`},
		{"no entrypoint", manifest, file{"files/other.sh", "", 0o644},
			"payload/invalid", `Cannot use the payload: its entrypoint "main.sh" is not in it`},
		{"no JSON", "cronium: 1\n", file{"files/main.sh", "", 0o644},
			"payload/invalid", `Cannot use the payload: manifest.yaml cannot be read: it is not JSON`},
		{"another version", manifestWith(fields{"cronium": 2}), file{"files/main.sh", "", 0o644},
			"payload/invalid", `Cannot use the payload: manifest.yaml is of a version that this runner does not know: "cronium" is not 1`},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, base)
			job := newID()
			c.start(job, c.store(pack(t, test.manifest, test.script), 1), 3, nil)
			got := read(t, job, c.drain(3)).exit
			want := fields{"reason": "broken", "error": test.error, "message": test.message}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestScriptRunsAsDescribed(t *testing.T) {
	t.Parallel()
	c := connect(t, newBase(t))
	text := pack(t, manifestWith(fields{
		"env": fields{"A": "manifest", "B": "manifest"}, "args": []string{"one"},
		"interpreter": fields{"commands": []string{"nosh", "sh"}, "args": []string{"-u"}},
	}),
		file{"files/main.sh", `echo "$A $B $C $1 $-"; cat; pwd; echo "$CRONIUM_INPUT"; umask; ls -l data/x | cut -c1-10; ulimit -n`, 0o644},
		file{"files/data/x", "", 0o600})
	job := newID()
	c.start(job, c.store(text, 1), 3, fields{"env": fields{"B": "start"}, "secrets": fields{"C": "hush-hush"}, "secretsAs": "environment", "context": `{"input":{"a":[null,1.5]}}`})
	got := read(t, job, c.drain(3)).out
	lines := strings.Split(got, "\n")
	if lines[0] != "manifest start *** one u" {
		t.Errorf("got %q", lines[0])
	}
	if !strings.HasSuffix(lines[1], "/jobs/"+job+"/work") {
		t.Errorf("working directory: got %q", lines[1])
	}
	var limit syscall.Rlimit
	check(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	want := []string{`{"a":[null,1.5]}`, fmt.Sprintf("%04o", mask), "-rw-------"}
	if !reflect.DeepEqual(lines[2:5], want) {
		t.Errorf("got %q, want %q", lines[2:5], want)
	}
}

// hide is a script's worth of processes that do not want to die: one that ignores TERM, with a child, and one in a
// session of its own.
const hide = `
(trap '' TERM HUP; sleep 1%[1]s & wait; sleep 2%[1]s) &
setsid sh -c 'trap "" TERM HUP; sleep 3%[1]s & wait; sleep 4%[1]s' &
`

func TestNothingIsLeftAfterATimeLimit(t *testing.T) {
	t.Parallel()
	marker := fmt.Sprint(os.Getpid()) + "1"
	c := connect(t, newBase(t))
	got := c.perform(fmt.Sprintf(hide, marker)+"trap '' TERM; while :; do sleep 0.05; done", fields{"timeoutMs": 300, "graceMs": 100})
	if got.exit["reason"] != "timedOut" || got.exit["signal"] != "SIGKILL" {
		t.Errorf("got %v", got.exit)
	}
	killed, _ := got.exit["killed"].([]any)
	if len(killed) < 4 || got.notes["killed"] == "" {
		t.Errorf("got %v and %v, want the names of those that were killed", killed, got.notes)
	}
	for _, sleep := range "1234" {
		if left := processes("sleep\x00" + string(sleep) + marker); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

func TestNothingIsLeftAfterACancel(t *testing.T) {
	t.Parallel()
	marker := fmt.Sprint(os.Getpid()) + "2"
	c := connect(t, newBase(t))
	job := newID()
	c.start(job, c.script(fmt.Sprintf(hide, marker)+"echo ready; sleep 1000"), 1, fields{"graceMs": 100})
	c.awaitOutput(1, "ready")
	c.send("cancel", fields{"job": job, "install": install})
	got := read(t, job, c.drain(1)).exit
	if got["reason"] != "cancelled" || got["signal"] != "SIGTERM" {
		t.Errorf("got %v", got)
	}
	for _, sleep := range "1234" {
		if left := processes("sleep\x00" + string(sleep) + marker); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

func TestBackgroundProcessesAreLeftAloneAfterANormalEnd(t *testing.T) {
	t.Parallel()
	marker := fmt.Sprint(os.Getpid()) + "3"
	c := connect(t, newBase(t))
	begun := time.Now()
	got := c.perform("sleep 5"+marker+" & echo $!", nil)
	if want := (fields{"reason": "exited", "code": 0.0}); !reflect.DeepEqual(got.exit, want) {
		t.Errorf("got %v, want %v", got.exit, want)
	}
	if took := time.Since(begun); took < 2*time.Second || took > 4*time.Second {
		t.Errorf("got %v, want the two seconds for which its pipes are read", took)
	}
	if !strings.Contains(got.notes["processes/left"], "sleep 5"+marker) {
		t.Errorf("got %v, want a note that names the process", got.notes)
	}
	if len(processes("sleep\x005"+marker)) != 1 {
		t.Errorf("the process is not there any more")
	}
	var pid int
	_, _ = fmt.Sscan(got.out, &pid)
	check(t, syscall.Kill(pid, syscall.SIGKILL))
}

func TestStopWhenNobodyIsAttached(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	c := connect(t, base)
	job := newID()
	c.start(job, c.script("sleep 1000"), 1, fields{"onDisconnect": fields{"kind": "stop", "afterMs": 200}})
	c.await("attached")
	time.Sleep(400 * time.Millisecond) // Longer than the limit: while somebody is attached it does not count.
	c.leave()
	again := connect(t, base)
	eventually(t, "the job is cancelled", func() bool {
		again.send("list", fields{"install": install})
		state := again.await("jobs")["jobs"].([]any)[0].(fields)
		return state["phase"] == "ended" && state["exit"].(fields)["reason"] == "cancelled"
	})
	again.send("attach", fields{"job": job, "offset": 0, "stream": 1})
	if got := read(t, job, again.drain(1)).notes["stopped"]; !strings.Contains(got, "200ms") {
		t.Errorf("got %q, want a note", got)
	}
}

// awaitOutput reads a stream until its output holds a text.
func (c *client) awaitOutput(stream uint32, text string) {
	c.t.Helper()
	for !strings.Contains(string(c.spools[stream]), text) {
		if _, err := c.receive(); err != nil {
			c.t.Fatalf("waiting for %q: %v", text, err)
		}
	}
}

func TestModesAreOursAlone(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	c := connect(t, base)
	job := c.perform("true", nil).job
	for path, want := range map[string]os.FileMode{
		"": 0o700, "jobs": 0o700, "payloads": 0o700, "jobs/" + job: 0o700, "jobs/" + job + "/state": 0o600,
		"jobs/" + job + "/lock": 0o600, "jobs/" + job + "/spool": 0o700, "jobs/" + job + "/spool/0000000000000000": 0o600,
	} {
		found, err := os.Lstat(filepath.Join(base, path))
		check(t, err)
		if got := found.Mode().Perm(); got != want {
			t.Errorf("%q: got %o, want %o", path, got, want)
		}
	}
}

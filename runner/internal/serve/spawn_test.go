package serve

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/message"
)

// TestSpawnLeavesNothingBehind tries supervisors that do not do what they should.
func TestSpawnLeavesNothingBehind(t *testing.T) {
	defer func(before time.Duration) { answerWithin = before }(answerWithin)
	answerWithin = 500 * time.Millisecond
	id := strings.Repeat("1", 32)
	for _, test := range []struct {
		name, supervisor string
		// want is a part of the error, or "" when the job is to be known.
		want string
	}{
		{"silent", "exec sleep 1000", "timeout"},
		{"dead", "exit 1", "ended at once"},
		{"refusing", "cat <&3 >/dev/null; printf 'disk/full No room' >&4", "No room"},
		{"refusing and staying", "printf 'disk/full No room' >&4; exec 4>&-; exec sleep 1000", "No room"},
		{"begun and silent", `mkdir "$2/jobs/` + id + `"; echo '{}' >"$2/jobs/` + id + `/state"; exec sleep 1000`, ""},
		{"dead with a name and without a state", `mkdir "$2/jobs/` + id + `"; : >"$2/jobs/` + id + `/lock"; exit 1`, "ended at once"},
	} {
		t.Run(test.name, func(t *testing.T) {
			base := filepath.Join(t.TempDir(), "base")
			s, err := open(base)
			if err != nil {
				t.Fatal(err)
			}
			pidFile := filepath.Join(t.TempDir(), "pid")
			s.self.path = filepath.Join(t.TempDir(), "supervisor")
			script := "#!/bin/sh\necho $$ >'" + pidFile + "'\n" + test.supervisor + "\n"
			if err := os.WriteFile(s.self.path, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			err = s.spawn(message.Start{Job: id}, []byte("{}"))
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			text, err := os.ReadFile(pidFile)
			if err != nil {
				t.Fatal(err)
			}
			pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("the supervisor is still there: %v", err)
			}
			_, err = os.Stat(filepath.Join(base, "jobs", id))
			if isThere := err == nil; isThere != (test.want == "") {
				t.Errorf("the directory: got %v", err)
			}
			if test.want == "" {
				return
			}
			// Whoever comes next starts from nothing.
			if _, err := s.jobs.Load(id); !errors.Is(err, job.ErrUnknown) {
				t.Errorf("got %v, want that the job is unknown", err)
			}
		})
	}
}

func TestLeavingStartsNothing(t *testing.T) {
	s, err := open(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	s.leave()
	id := strings.Repeat("1", 32)
	if err := s.spawn(message.Start{Job: id}, nil); !errors.Is(err, errLeaving) {
		t.Errorf("got %v, want %v", err, errLeaving)
	}
	if _, err := s.jobs.Load(id); !errors.Is(err, job.ErrUnknown) {
		t.Errorf("got %v, want that the job is unknown", err)
	}
}

// newStandbySession is a session whose supervisors are a shell script; each writes its number into a file.
func newStandbySession(t *testing.T, script string) (s *session, pids func() []int) {
	t.Helper()
	s, err := open(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	pidFile := filepath.Join(t.TempDir(), "pids")
	s.self.path = filepath.Join(t.TempDir(), "supervisor")
	text := "#!/bin/sh\necho $$ >>'" + pidFile + "'\n" + script + "\n"
	if err := os.WriteFile(s.self.path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return s, func() []int {
		text, _ := os.ReadFile(pidFile)
		found := []int{}
		for _, line := range strings.Fields(string(text)) {
			pid, _ := strconv.Atoi(line)
			found = append(found, pid)
		}
		return found
	}
}

// obey takes an order, if one comes, and says that it has begun.
const obey = `order=$(cat <&3); [ -n "$order" ] && printf started >&4; exit 0`

func (s *session) startTimes(t *testing.T, count int) {
	t.Helper()
	for range count {
		if err := s.spawn(message.Start{Job: strings.Repeat("1", 32)}, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
}

func awaitPids(t *testing.T, pids func() []int, count int) []int {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if found := pids(); len(found) >= count {
			return found
		}
	}
	t.Fatalf("got %v, want %d supervisors", pids(), count)
	return nil
}

func TestOneSupervisorWaitsAfterTwoStarts(t *testing.T) {
	s, pids := newStandbySession(t, obey)
	s.startTimes(t, 2)
	waiting := awaitPids(t, pids, 3)[2]
	if err := syscall.Kill(waiting, 0); err != nil {
		t.Errorf("it does not wait: %v", err)
	}
	s.startTimes(t, 1)
	found := awaitPids(t, pids, 4)
	if len(found) != 4 {
		t.Errorf("got %v: the one that waited was not taken", found)
	}
	s.leave()
	if err := syscall.Kill(found[3], 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the session is over and %d still waits: %v", found[3], err)
	}
}

func TestOneStartKeepsNobodyWaiting(t *testing.T) {
	s, pids := newStandbySession(t, obey)
	s.startTimes(t, 1)
	if s.standby.timer != nil || len(pids()) != 1 {
		t.Errorf("got %v", pids())
	}
	s.leave()
}

func TestASupervisorThatDiedWhileItWaitedIsReplaced(t *testing.T) {
	s, pids := newStandbySession(t, obey)
	s.startTimes(t, 2)
	waiting := awaitPids(t, pids, 3)[2]
	if err := syscall.Kill(waiting, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.startTimes(t, 1)
	if found := awaitPids(t, pids, 4); found[3] == waiting {
		t.Errorf("got %v", found)
	}
	s.leave()
}

func TestASupervisorThatDoesNotGoIsKilled(t *testing.T) {
	s, pids := newStandbySession(t, `if [ -e "$0.wait" ]; then exec sleep 1000; fi; `+obey)
	s.startTimes(t, 1)
	if err := os.WriteFile(s.self.path+".wait", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.standby.expect(s.launch)
	waiting := awaitPids(t, pids, 2)[1]
	s.leave()
	if err := syscall.Kill(waiting, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("it is still there: %v", err)
	}
}

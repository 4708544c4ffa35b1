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
	for _, test := range []struct {
		name, supervisor string
		// want is a part of the error, or "" when the job is to be known.
		want string
	}{
		{"silent", "exec sleep 1000", "timeout"},
		{"dead", "exit 1", "ended at once"},
		{"refusing", "cat <&4 >/dev/null; printf 'disk/full No room' >&5", "No room"},
		{"refusing and staying", "printf 'disk/full No room' >&5; exec 5>&-; exec sleep 1000", "No room"},
		{"begun and silent", `echo '{}' >"$2/jobs/$3/state"; exec sleep 1000`, ""},
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
			id := strings.Repeat("1", 32)
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

package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/outbox"
	"cronium.dev/runner/internal/spool"
)

// running is a session with one job that goes on: its state is there and its lock is held.
func running(t *testing.T) (s *session, state *job.State, d *dir.Dir, lock *os.File) {
	t.Helper()
	s, err := open(filepath.Join(t.TempDir(), "base"))
	must(t, err)
	t.Cleanup(func() { close(s.done) })
	id := strings.Repeat("1", 32)
	d, lock, err = s.jobs.Claim(id)
	must(t, err)
	t.Cleanup(func() { _ = lock.Close() })
	state = &job.State{Job: id, Phase: job.Running, Host: s.host.ID, BootID: s.host.BootID, StartedAt: 1}
	must(t, state.Write(d))
	return s, state, d, lock
}

func TestLinkTakesNoErrorForTheEnd(t *testing.T) {
	s, state, d, lock := running(t)
	// A link is never followed, so the job cannot be judged.
	at := filepath.Join(d.Path(), "lock")
	must(t, os.Rename(at, at+"2"))
	must(t, os.Symlink("lock2", at))
	l := s.follow(state, true)
	time.Sleep(200 * time.Millisecond)
	if _, isOver := l.progress(); isOver {
		t.Fatalf("the job is told as over though nobody can know")
	}
	must(t, os.Rename(at+"2", at))
	must(t, lock.Close())
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, isOver := l.progress(); isOver {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("the end is never told")
		}
	}
}

func TestUnreadableSpoolIsNoEnd(t *testing.T) {
	_, _, d, _ := running(t)
	files := filepath.Join(d.Path(), "spool")
	must(t, os.Mkdir(files, 0o700))
	must(t, os.Symlink("nowhere", filepath.Join(files, "0000000000000000")))
	reader, err := spool.OpenReader(d, 0)
	must(t, err)
	tail := &tail{reader: reader, end: 100}
	defer tail.Close()
	if n, ended := tail.Fill(make([]byte, 100)); n != outbox.Failed || ended {
		t.Errorf("got %d, %v, want that the stream is given up", n, ended)
	}
}

func TestLinkAsksForTheEnd(t *testing.T) {
	for name, test := range map[string]struct {
		isMute bool
		want   int64
	}{"answer": {false, 100}, "none": {true, 150}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, state, d, _ := running(t)
			listener, err := ctl.Listen(d)
			must(t, err)
			defer listener.Close()
			go func() {
				conn, err := listener.Accept()
				if err == nil && !test.isMute {
					_ = conn.Send(jsontext.Message("grown").Int("end", 100))
				}
			}()
			l := s.follow(state, false)
			defer l.release()
			if got := l.ask(150); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package supervise

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/record"
	"cronium.dev/runner/internal/spool"
)

// drained writes parts to a pipe with pauses, and returns what the spool holds after each pause and at the end.
func drained(t *testing.T, secrets *mask.Mask, parts ...string) []string {
	t.Helper()
	job, err := dir.OpenBase(filepath.Join(t.TempDir(), "job"))
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	if err := spool.Prepare(job); err != nil {
		t.Fatal(err)
	}
	into, err := spool.Create(job, 1<<20, host.NewClock(), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	reading, writing, err := openPipe("output")
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() { drainPipe(reading, record.Out, into, secrets) })
	pipe := os.NewFile(uintptr(writing), "pipe")
	found := []string{}
	for _, part := range parts {
		_, _ = pipe.WriteString(part)
		time.Sleep(4 * holdFor)
		// A deadline that was set for a shorter beginning changes nothing.
		_ = reading.SetReadDeadline(time.Now())
		time.Sleep(holdFor)
		found = append(found, output(t, job))
	}
	_ = pipe.Close()
	done.Wait()
	return append(found, output(t, job))
}

func output(t *testing.T, job *dir.Dir) string {
	t.Helper()
	reader, err := spool.OpenReader(job, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	data, text := make([]byte, 1<<16), bytes.Buffer{}
	size, err := spool.Size(job)
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := reader.Read(data, size)
	if err != nil {
		t.Fatal(err)
	}
	for data = data[:n]; len(data) > 0; {
		r, size, err := record.Decode(data)
		if err != nil || size == 0 {
			t.Fatalf("no record: %v", err)
		}
		text.Write(r.Body)
		data = data[size:]
	}
	return text.String()
}

func TestASecretInTwoPartsIsMasked(t *testing.T) {
	t.Parallel()
	secrets := mask.New([]string{"hunter2-secret"})
	for _, test := range []struct {
		name  string
		parts []string
		want  []string
	}{
		{"halves", []string{"a hunter2", "-secret b"}, []string{"a ", "a *** b", "a *** b"}},
		{"a short beginning goes on", []string{"a hun", "ted"}, []string{"a hun", "a hunted", "a hunted"}},
		{"a short beginning grows", []string{"a hun\nhunt", "er2-secret"}, []string{"a hun\n", "a hun\n***", "a hun\n***"}},
		{"only the beginning", []string{"a hunter2"}, []string{"a ", "a hunter2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := drained(t, secrets, test.parts...)
			for i, want := range test.want {
				if got[i] != want {
					t.Errorf("after part %d: got %q, want %q", i, got[i], want)
				}
			}
		})
	}
}

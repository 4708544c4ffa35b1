package guard

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func TestAProtectedProcessStartsOrdinaryOnes(t *testing.T) {
	var before, during syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_CORE, &before))
	g := &Guard{}
	t.Cleanup(func() {
		_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 1, 0)
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &before)
	})
	limits := func() string {
		out := bytes.Buffer{}
		command := exec.Command("grep", "-h", "-e", "Max core", "/proc/self/limits")
		command.Stdout = &out
		must(t, command.Start())
		must(t, command.Wait())
		return out.String()
	}
	want := limits()
	g.Protect()
	g.Protect()
	must(t, syscall.Getrlimit(syscall.RLIMIT_CORE, &during))
	if during.Cur != 0 || during.Max != before.Max {
		t.Errorf("got %v, want no core files", during)
	}
	if sealed, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_DUMPABLE, 0, 0); sealed != 0 {
		t.Errorf("got %d, want a process that cannot be looked into", sealed)
	}
	got := ""
	g.Start(func() { got = limits() })
	if got != want || !strings.Contains(got, "Max core") {
		t.Errorf("got %q, want %q", got, want)
	}
	if entries, err := os.ReadDir("/proc/self/fd"); err != nil || len(entries) == 0 {
		t.Errorf("got %v, %v, want that it still sees itself", entries, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package tree

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const headless = "CRONIUM_TEST_HEADLESS"

func init() {
	if os.Getenv(headless) == "" {
		return
	}
	// The first thread ends, and the others go on.
	runtime.LockOSThread()
	go func() {
		time.Sleep(time.Minute)
		os.Exit(0)
	}()
	_, _, _ = syscall.Syscall(syscall.SYS_EXIT, 0, 0, 0)
}

// isHeadless says whether a process's first thread is a zombie.
func isHeadless(pid int) bool {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "Z")
}

func TestParseStat(t *testing.T) {
	const rest = " 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 "
	for stat, want := range map[string]process{
		"9 (sh) S 5 7" + rest + "1 0 99":        {parent: 5, group: 7, start: "99", isAlive: true},
		"9 (a) Z 3 (b) R 5 7" + rest + "4 0 99": {parent: 5, group: 7, start: "99", isAlive: true},
		"9 (sh) Z 5 7" + rest + "1 0 99":        {parent: 5, group: 7, start: "99"},
		"9 (sh) X 5 7" + rest + "0 0 99":        {parent: 5, group: 7, start: "99"},
		"9 (sh) Z 5 7" + rest + "2 0 99":        {parent: 5, group: 7, start: "99", isAlive: true},
	} {
		if got, ok := parseStat(stat); got != want || !ok {
			t.Errorf("%q: got %+v, %v, want %+v", stat, got, ok, want)
		}
	}
	for _, stat := range []string{"9 (sh) S 5", ""} {
		if got, ok := parseStat(stat); ok {
			t.Errorf("%q: got %+v, want nothing", stat, got)
		}
	}
}

func TestAProcessWithoutItsFirstThreadIsKilled(t *testing.T) {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), headless+"=1")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !isHeadless(command.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("its first thread does not end")
		}
	}
	found, err := Family{}.Descendants(1 << 30)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Pid != command.Process.Pid || found[0].Command == "" {
		t.Errorf("got %v, want the process", found)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	// Its group is another's, so that only being found helps.
	killed := Family{}.Kill(1<<30, nil, 10*time.Second)
	if len(killed) != 1 {
		t.Errorf("killed %v", killed)
	}
	<-ended
}

package supervise

import (
	"strings"
	"testing"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/tree"
)

func TestCommandsAreMaskedBeforeTheyAreCut(t *testing.T) {
	s := &supervisor{mask: mask.New([]string{"hunter2-secret", "  spaces  "})}
	filler := strings.Repeat("x", maxCommand-7)
	unread := strings.Repeat(" hunter2-secret", tree.CommandLimit)
	for command, want := range map[string]string{
		"sleep 7":                             "sleep 7",
		filler + "hunter2-secret":             filler + "***",
		filler + "hunter2-secret yyyyyyyyyyy": filler + "*** yyy…",
		"login   spaces  ":                    "login ***",
		"a \xff b ":                           "a \uFFFD b",
		strings.Repeat("y", tree.CommandLimit-10) + "hunter2-se": strings.Repeat("y", maxCommand) + "…",
	} {
		if got := s.name([]job.Process{{Pid: 1, Command: command}})[0].Command; got != want {
			t.Errorf("%.300q: got %q, want %q", command, got, want)
		}
	}
	long := strings.Repeat("z", tree.CommandLimit-5) + "hunte"
	s.mask = mask.New([]string{long + "r2"})
	if got := s.show(long); got != "" {
		t.Errorf("got %q of a secret that was not read to its end", got)
	}
	s.mask = mask.New([]string{"hunter2-secret"})
	if got := s.show(unread[:tree.CommandLimit]); strings.Contains(got, "h") {
		t.Errorf("got %q", got)
	}
	s.mask = nil
	if got := s.show(" whole "); got != "whole" {
		t.Errorf("got %q without secrets", got)
	}
}

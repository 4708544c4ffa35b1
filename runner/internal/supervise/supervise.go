// Package supervise owns one job: it runs the script, keeps what it prints, and decides how it ended.
package supervise

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"cronium.dev/runner/internal/desk"
	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/guard"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/payload"
	"cronium.dev/runner/internal/spool"
	"cronium.dev/runner/internal/tree"
)

// What a supervisor inherits from the session that started it.
const (
	// LockFd holds the job's lock.
	LockFd = 3
	// OrderFd gives the start message: secrets travel through a pipe, never through arguments or files.
	OrderFd = 4
	// AnswerFd takes Started or a refusal.
	AnswerFd = 5
)

// Started is the answer of a supervisor that has written the START record.
const Started = "started"

// supervisor is one job while it runs.
type supervisor struct {
	base    string
	start   message.Start
	job     *dir.Dir
	clock   host.Clock
	state   job.State
	spool   *spool.Writer
	control *control
	mask    *mask.Mask
	family  tree.Family
	desk    *desk.Desk
	guard   guard.Guard
	// terminated tells that the server asks all processes to end.
	terminated chan os.Signal
}

// Run is the process of a supervisor: `supervise <base> <job> <sha256 of the runner>`.
func Run(arguments []string) int {
	// The three of ours, and whatever else somebody left open: none of it is a script's.
	dir.CloseOnExec(2)
	answer := os.NewFile(AnswerFd, "answer")
	s, err := prepare(arguments)
	if err != nil {
		code := "start/failed"
		if spool.IsFull(err) {
			code = "disk/full"
		}
		_, _ = answer.WriteString(code + " Cannot start the job: " + err.Error())
		return 1
	}
	s.supervise(answer)
	return 0
}

// prepare does all that can fail before the job exists. When it fails, the session that started us removes what is left:
// only that one knows that the directory of this name is still the one it made.
func prepare(arguments []string) (*supervisor, error) {
	if len(arguments) != 3 {
		return nil, fmt.Errorf("supervise takes a base directory, a job and a hash")
	}
	s := &supervisor{clock: host.NewClock(), terminated: make(chan os.Signal, 1)}
	// Notified, not ignored: what is ignored stays so in the script.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGPIPE, syscall.SIGXFSZ)
	signal.Notify(s.terminated, syscall.SIGTERM, syscall.SIGINT)
	s.family = tree.Adopt()
	_ = os.Chdir("/")

	order, err := io.ReadAll(os.NewFile(OrderFd, "order"))
	if err != nil {
		return nil, err
	}
	var context []byte
	if s.start, context, err = message.ParseOrder(order); err != nil {
		return nil, err
	}
	if len(s.start.Secrets) > 0 {
		s.guard.Protect()
	}
	base, err := dir.OpenBase(arguments[0])
	if err != nil {
		return nil, err
	}
	defer base.Close()
	here := host.Read()
	jobs, err := job.OpenStore(base, here)
	if err != nil {
		return nil, err
	}
	if s.job, err = jobs.Open(arguments[1]); err != nil {
		return nil, err
	}
	s.base = base.Path()
	s.mask = mask.New(secretValues(s.start))
	s.state = newState(s.start, here, arguments[2])
	if s.control, err = listen(s.job); err != nil {
		return nil, err
	}
	s.spool, err = spool.Create(s.job, s.start.SpoolBytes, s.clock, s.control.grown)
	if err != nil {
		return nil, err
	}
	s.desk, err = desk.Open(desk.Job{
		Dir: s.job, Start: s.start, Context: context, Spool: s.spool, Mask: s.mask, Live: s.control, Protect: s.guard.Protect,
	})
	if err != nil {
		return nil, err
	}
	s.control.renew = s.desk.Renew
	s.control.open(s.spool, s.start.StopAfterMs)
	return s, nil
}

func newState(start message.Start, here host.Host, runner string) job.State {
	return job.State{
		Job: start.Job, Run: start.Run, Event: start.Event, Server: start.Server,
		Install: start.Install, Payload: start.Payload,
		Phase: job.Running, Host: here.ID, BootID: here.BootID, Runner: runner,
	}
}

func secretValues(start message.Start) []string {
	values := []string{}
	for _, secret := range start.Secrets {
		values = append(values, secret.Value)
	}
	return values
}

// supervise takes the job from its first record to its last.
func (s *supervisor) supervise(answer *os.File) {
	archive, manifest, broken := s.openPayload()
	plan := &plan{}
	if broken == nil {
		plan, broken = s.newPlan(manifest)
	}
	s.state.StartedAt = s.clock.Micros()
	if err := s.begin(plan); err != nil {
		code := "start/failed"
		if spool.IsFull(err) {
			code = "disk/full"
		}
		_, _ = answer.WriteString(code + " Cannot start the job: " + err.Error())
		return
	}
	_, _ = answer.WriteString(Started)
	_ = answer.Close()
	s.noteUnmasked()
	s.noteSession()
	var exit *job.Exit
	if broken != nil {
		exit = broken
	} else {
		exit = s.execute(archive, manifest, plan)
	}
	s.finish(exit)
}

func (s *supervisor) openPayload() (*payload.Archive, *payload.Manifest, *job.Exit) {
	base, err := dir.OpenBase(s.base)
	if err != nil {
		return nil, nil, brokenBy(err)
	}
	defer base.Close()
	payloads, err := payload.OpenStore(base)
	if err != nil {
		return nil, nil, brokenBy(err)
	}
	archive, err := payloads.Open(s.start.Payload)
	if err != nil {
		return nil, nil, brokenBy(err)
	}
	manifest, err := archive.ReadManifest()
	if err != nil {
		archive.Close()
		return nil, nil, brokenBy(err)
	}
	return archive, manifest, nil
}

// begin makes the job known: from here on it ends with an EXIT record.
func (s *supervisor) begin(plan *plan) error {
	if err := s.spool.Start(s.startRecord(plan)); err != nil {
		return err
	}
	return s.state.Write(s.job)
}

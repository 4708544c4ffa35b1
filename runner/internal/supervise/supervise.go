// Package supervise owns one job: it runs the script, keeps what it prints, and decides how it ended.
package supervise

import (
	"errors"
	"os"

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
	// OrderFd gives the start message: secrets travel through a pipe, never through arguments or files. One that ends without
	// a byte is no order: the session needs no supervisor any more.
	OrderFd = 3
	// AnswerFd takes Started, Known or a refusal.
	AnswerFd = 4
)

const (
	// Started is the answer of a supervisor that has written the START record and the state.
	Started = "started"
	// Known is the answer when a job of this name was there before.
	Known = "known"
)

// supervisor is one job while it runs.
type supervisor struct {
	start    message.Start
	payloads *payload.Store
	toolbox  *tools
	job      *dir.Dir
	place    *job.Place
	clock    host.Clock
	state    job.State
	spool    *spool.Writer
	control  *control
	mask     *mask.Mask
	family   tree.Family
	desk     *desk.Desk
	guard    guard.Guard
	// terminated tells that the server asks all processes to end.
	terminated chan os.Signal
}

// Run is the process of a supervisor: `supervise <base> <Nobody> <sha256 of the runner>`. It waits for an order.
func Run(arguments []string) int {
	// The two of ours, and whatever else somebody left open: none of it is a script's.
	dir.CloseOnExec(2)
	answer := os.NewFile(AnswerFd, "answer")
	if len(arguments) != 3 {
		refuse(answer, errors.New("supervise takes a base directory, 32 dashes and a hash"))
		return 2
	}
	b, err := getReady(arguments[0], arguments[2])
	if err != nil {
		refuse(answer, err)
		return 1
	}
	order, err := b.wait(os.NewFile(OrderFd, "order"))
	if errors.Is(err, errNoOrder) {
		b.place.Discard()
		return 0
	}
	var s *supervisor
	if err == nil {
		s, err = b.takeOn(order)
	}
	if err != nil {
		refuse(answer, err)
		b.place.Discard()
		return 1
	}
	s.supervise(answer)
	return 0
}

// refuse says why there is no job.
func refuse(answer *os.File, err error) {
	text := "start/failed Cannot start the job: " + err.Error()
	switch {
	case errors.Is(err, job.ErrKnown):
		text = Known
	case spool.IsFull(err):
		text = "disk/full Cannot start the job: " + err.Error()
	}
	_, _ = answer.WriteString(text)
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
		refuse(answer, err)
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
	archive, err := s.payloads.Open(s.start.Payload)
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

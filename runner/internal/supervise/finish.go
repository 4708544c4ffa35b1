package supervise

import (
	"os"
	"strconv"
	"time"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/mask"
)

const (
	// stateTries and betweenTries give a full disk a moment before a job's end is left to its EXIT record alone.
	stateTries   = 10
	betweenTries = 100 * time.Millisecond
)

func (s *supervisor) startRecord(p *plan) []byte {
	command := make([]string, len(p.command))
	for i, part := range p.command {
		command[i] = s.mask.Text(part)
	}
	return jsontext.NewObject().Int("protocol", 1).
		Text("job", s.start.Job).Text("run", s.start.Run).Text("event", s.start.Event).Text("server", s.start.Server).
		Text("payload", s.start.Payload).Text("host", s.state.Host).Text("bootId", s.state.BootID).
		Int("pid", int64(os.Getpid())).Texts("command", command).Text("cwd", p.cwd).
		Int("startedAt", s.state.StartedAt).Bytes()
}

func (s *supervisor) noteUnmasked() {
	for _, secret := range s.start.Secrets {
		if len(secret.Value) < mask.MinLength && secret.Value != "" {
			_ = s.spool.Note("masked", "The secret "+strconv.Quote(secret.Name)+" is shorter than "+strconv.Itoa(mask.MinLength)+" bytes and is not masked")
		}
	}
}

// finish writes the end where it cannot be lost, and tells who watches. The record comes first, because readers wait for
// it; then the disk; then the state, which promises that both are done.
func (s *supervisor) finish(exit *job.Exit) {
	s.state.EndedAt = s.clock.Micros()
	_ = s.spool.Exit(exit.Record(s.state.EndedAt))
	s.state.End = s.spool.End()
	_ = s.spool.Close()
	s.state.Phase, s.state.Exit = job.Ended, exit
	for range stateTries {
		if s.state.Write(s.job) == nil {
			break
		}
		time.Sleep(betweenTries)
	}
	s.control.close()
}

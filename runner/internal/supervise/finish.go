package supervise

import (
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/record"
)

const (
	// endTries and betweenTries give a full disk a moment, for the EXIT record and then for the state.
	endTries     = 10
	betweenTries = 100 * time.Millisecond
	// maxCwd is as long as a path can be that the system takes.
	maxCwd = 4096
	// maxSecretName is how much of a secret's name a note shows.
	maxSecretName = 200
)

func (s *supervisor) startRecord(p *plan) []byte {
	with := func(command []string) []byte {
		return jsontext.NewObject().Int("protocol", 1).
			Text("job", s.start.Job).Text("run", s.start.Run).Text("event", s.start.Event).Text("server", s.start.Server).
			Text("payload", s.start.Payload).Text("host", s.state.Host).Text("bootId", s.state.BootID).
			Int("pid", int64(os.Getpid())).Texts("command", command).Text("cwd", cut(p.cwd, maxCwd)).
			Int("startedAt", s.state.StartedAt).Bytes()
	}
	return with(s.shorten(p.command, record.MaxBody-len(with(nil))))
}

// shorten masks a command and leaves out what at its end is more than there is room for as JSON.
func (s *supervisor) shorten(command []string, room int) []string {
	room -= len(`"…",`)
	short := []string{}
	for _, part := range command {
		part = s.mask.Text(part)
		room -= len(jsontext.AppendText(nil, part)) + 1
		if room < 0 {
			return append(short, "…")
		}
		short = append(short, part)
	}
	return short
}

// cut shortens a text to so many bytes, and never within a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

func (s *supervisor) noteUnmasked() {
	for _, secret := range s.start.Secrets {
		if len(secret.Value) < mask.MinLength && secret.Value != "" {
			_ = s.spool.Note("masked", "The secret "+strconv.Quote(cut(secret.Name, maxSecretName))+" is shorter than "+strconv.Itoa(mask.MinLength)+" bytes and is not masked")
		}
	}
}

// finish writes the end where it cannot be lost, and tells who watches. The record comes first, because readers wait for
// it; then the disk; then the state, which promises that both are done.
func (s *supervisor) finish(exit *job.Exit) {
	s.desk.Close()
	s.state.EndedAt = s.clock.Micros()
	persist(func() error { return s.spool.Exit(exit.Record(s.state.EndedAt)) })
	s.state.End = s.spool.End()
	_ = s.spool.Close()
	s.state.Phase, s.state.Exit = job.Ended, exit
	persist(func() error { return s.state.Write(s.job) })
	s.control.close()
}

func persist(write func() error) {
	for range endTries {
		if write() == nil {
			return
		}
		time.Sleep(betweenTries)
	}
}

// Package job is what is kept of a job on the server: its directory, its state and whether its supervisor lives.
package job

import (
	"fmt"

	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/stray"
)

// Phase is how far a job is.
type Phase string

// The phases of docs/protocol.md, "State".
const (
	Running  Phase = "running"
	Draining Phase = "draining"
	Ended    Phase = "ended"
	Lost     Phase = "lost"
)

// State is what the runner knows of a job. Times are microseconds since 1970.
type State struct {
	Job, Run, Event, Server, Install, Payload string

	Phase     Phase
	Host      string
	BootID    string
	StartedAt int64
	EndedAt   int64
	// End is the size of the spool.
	End  int64
	Exit *Exit
	// Reason says why a job is lost.
	Reason string
	// Strays are what a lost job's script has started and what goes on without a supervisor; never kept in a file.
	Strays []stray.Process
	// Runner is the SHA-256 of the supervisor's executable. It stays on the server: collect asks for it.
	Runner string
}

// IsOver says whether nothing will change any more.
func (s *State) IsOver() bool { return s.Phase == Ended || s.Phase == Lost }

// JSON is the state as the client gets it.
func (s *State) JSON() []byte { return s.object().Bytes() }

func (s *State) object() *jsontext.Object {
	o := jsontext.NewObject().
		Text("job", s.Job).Text("run", s.Run).Text("event", s.Event).Text("server", s.Server).
		Text("install", s.Install).Text("payload", s.Payload).
		Text("phase", string(s.Phase)).Text("host", s.Host).Text("bootId", s.BootID).
		IntIf("startedAt", s.StartedAt).IntIf("endedAt", s.EndedAt).Int("end", s.End)
	if s.Exit != nil {
		o.Raw("exit", s.Exit.object().Bytes())
	}
	if len(s.Strays) > 0 {
		items := make([][]byte, len(s.Strays))
		for i, p := range s.Strays {
			items[i] = jsontext.NewObject().Int("pid", int64(p.Pid)).Text("name", p.Name).Bytes()
		}
		o.Raw("strays", jsontext.List(items))
	}
	return o.TextIf("reason", s.Reason)
}

func (s *State) file() []byte { return s.object().TextIf("runner", s.Runner).Bytes() }

func parseState(text []byte) (*State, error) {
	f, err := jsontext.ParseObject(text)
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	s := &State{
		Job: f.Text("job", 32), Run: f.Text("run", 32), Event: f.Text("event", 8192), Server: f.Text("server", 8192),
		Install: f.Text("install", 32), Payload: f.Text("payload", 64),
		Phase: Phase(f.Text("phase", 16)), Host: f.Text("host", 64), BootID: f.Text("bootId", 64),
		StartedAt: f.IntOr("startedAt", 0, jsontext.MaxInt, 0), EndedAt: f.IntOr("endedAt", 0, jsontext.MaxInt, 0),
		End: f.Int("end", 0, jsontext.MaxInt), Reason: f.TextOr("reason", 256, ""), Runner: f.TextOr("runner", 64, ""),
	}
	if f.Has("exit") {
		s.Exit = parseExit(f.Object("exit"))
	}
	if wrong := f.Wrong(); wrong != "" {
		return nil, fmt.Errorf("read state: the field %q is not as expected", wrong)
	}
	return s, nil
}

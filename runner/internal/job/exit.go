package job

import "cronium.dev/runner/internal/jsontext"

// Reason says why a job ended.
type Reason string

// The reasons of docs/protocol.md, "State".
const (
	Exited    Reason = "exited"
	TimedOut  Reason = "timedOut"
	Cancelled Reason = "cancelled"
	Broken    Reason = "broken"
)

// Exit is how a job ended.
type Exit struct {
	Reason Reason
	// Code is the exit code when the main process was waited for and no Signal ended it; otherwise NoCode.
	Code   int
	Signal string
	// Error and Message say why the script was never started.
	Error, Message string
	Killed         []Process
}

// NoCode is the Code of a process that did not exit by itself.
const NoCode = -1

// Process is a process that a person may want to know of.
type Process struct {
	Pid     int
	Command string
}

func (e *Exit) object() *jsontext.Object {
	o := jsontext.NewObject().Text("reason", string(e.Reason))
	if e.Code >= 0 {
		o.Int("code", int64(e.Code))
	}
	o.TextIf("signal", e.Signal).TextIf("error", e.Error).TextIf("message", e.Message)
	if len(e.Killed) > 0 {
		items := make([][]byte, len(e.Killed))
		for i, p := range e.Killed {
			items[i] = jsontext.NewObject().Int("pid", int64(p.Pid)).Text("command", p.Command).Bytes()
		}
		o.Raw("killed", jsontext.List(items))
	}
	return o
}

// Record is the body of the EXIT record.
func (e *Exit) Record(endedAt int64) []byte { return e.object().Int("endedAt", endedAt).Bytes() }

func parseExit(f *jsontext.Fields) *Exit {
	exit := &Exit{
		Reason:  Reason(f.Text("reason", 32)),
		Code:    int(f.IntOr("code", 0, 255, NoCode)),
		Signal:  f.TextOr("signal", 32, ""),
		Error:   f.TextOr("error", 128, ""),
		Message: f.TextOr("message", 8192, ""),
	}
	for _, p := range f.Objects("killed") {
		exit.Killed = append(exit.Killed, Process{int(p.Int("pid", 0, 1<<31)), p.Text("command", 8192)})
	}
	return exit
}

// Package message reads what the client says on the control stream.
package message

import (
	"math"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

// Message is one of the types below.
type Message interface{}

type (
	// Put announces an archive that follows on Stream.
	Put struct {
		Payload string
		Size    int64
		Stream  uint32
	}
	// Attach asks for a job's spool from Offset on.
	Attach struct {
		Job    string
		Offset int64
		Stream uint32
		// Helpers says that the client answers what the script asks, for as long as it is attached.
		Helpers bool
	}
	// Token is the newest token for the job's helper API.
	Token struct{ Job, Token string }
	// Call is made for the client at the job's desk, as its helper commands make theirs. What is asked stands in the message.
	Call struct {
		ID  int64
		Job string
	}
	// Ack says that everything before Offset is safe on the client's disk.
	Ack struct {
		Job    string
		Offset int64
	}
	// Cancel asks to stop a job, or to make sure that it never starts.
	Cancel struct{ Job, Install string }
	// Forget asks to remove a finished job.
	Forget struct{ Job string }
	// List asks for the states of one client's jobs.
	List struct{ Install string }
	// Collect asks to remove what nobody needs any more.
	Collect struct{}
	// Health asks how busy the server is.
	Health struct{ ID int64 }
	// Inventory asks what of ours is below the base directory.
	Inventory struct{ ID int64 }
	// Clean asks to remove all of ours that is not in use.
	Clean struct{ ID int64 }
	// Remove asks to remove one version of the runner.
	Remove struct {
		ID     int64
		SHA256 string
	}
	// Window gives credit back.
	Window struct {
		Stream uint32
		Bytes  int64
	}
	// Ping asks for a sign of life.
	Ping struct{ ID int64 }
	// Bye announces the end of the session.
	Bye struct{}
)

// Refused is a message that was understood as far as its type, and cannot be done.
type Refused struct {
	Re, Code, Message string
	Job, Payload      string
	Stream            uint32
	// ID is absent when it is 0.
	ID int64
}

func (r *Refused) Error() string { return r.Message }

// JSON is the answer on the wire.
func (r *Refused) JSON() []byte {
	return jsontext.Message("refused").Text("re", r.Re).Text("code", r.Code).Text("message", r.Message).
		TextIf("job", r.Job).TextIf("payload", r.Payload).IntIf("stream", int64(r.Stream)).IntIf("id", r.ID).Bytes()
}

const (
	idDigits   = 32
	hashDigits = 64
	maxStream  = 1<<31 - 1
	// FirstTunnel is the smallest of the numbers that are the runner's.
	FirstTunnel = maxStream + 1
	maxToken    = 8 << 10
)

// Parse reads one control message. The error is a *frame.Violation, which ends the session, or a *Refused, which answers it.
func Parse(body []byte) (Message, error) {
	fields, err := jsontext.ParseObject(body)
	if err != nil {
		return nil, &frame.Violation{Code: "message/json", Message: "A message cannot be read: " + err.Error()}
	}
	kind := fields.Text("type", 64)
	if fields.Wrong() != "" {
		return nil, &frame.Violation{Code: "message/type", Message: "A message has no type"}
	}
	parsed, known := parseFields(kind, fields)
	if !known {
		return nil, refuse(kind, fields, "message/unknown", `This runner does not know the message "`+kind+`"`)
	}
	if wrong := fields.Wrong(); wrong != "" {
		return nil, refuse(kind, fields, "message/fields", `The field "`+wrong+`" of "`+kind+`" is missing or not as expected`)
	}
	return parsed, nil
}

func parseFields(kind string, f *jsontext.Fields) (Message, bool) {
	switch kind {
	case "start":
		return parseStart(f), true
	case "put":
		return Put{f.Hex("payload", hashDigits), f.Int("size", 0, jsontext.MaxInt), stream(f)}, true
	case "attach":
		return Attach{f.Hex("job", idDigits), f.Int("offset", 0, jsontext.MaxInt), stream(f), f.Flag("helpers")}, true
	case "token":
		return Token{f.Hex("job", idDigits), f.Text("token", maxToken)}, true
	case "call":
		return Call{question(f), f.Hex("job", idDigits)}, true
	case "ack":
		return Ack{f.Hex("job", idDigits), f.Int("offset", 0, jsontext.MaxInt)}, true
	case "cancel":
		return Cancel{f.Hex("job", idDigits), f.Hex("install", idDigits)}, true
	case "forget":
		return Forget{f.Hex("job", idDigits)}, true
	case "list":
		return List{f.Hex("install", idDigits)}, true
	case "collect":
		return Collect{}, true
	case "health":
		return Health{question(f)}, true
	case "inventory":
		return Inventory{question(f)}, true
	case "clean":
		return Clean{question(f)}, true
	case "remove":
		return Remove{question(f), f.Hex("sha256", hashDigits)}, true
	case "window":
		return Window{uint32(f.Int("stream", 1, math.MaxUint32)), f.Int("bytes", 0, jsontext.MaxInt)}, true
	case "ping":
		return Ping{f.Int("id", 0, jsontext.MaxInt)}, true
	case "bye":
		return Bye{}, true
	}
	return nil, false
}

func stream(f *jsontext.Fields) uint32 { return uint32(f.Int("stream", 1, maxStream)) }

// question is the number of a question, which its answer repeats.
func question(f *jsontext.Fields) int64 { return f.Int("id", 1, jsontext.MaxInt) }

// refuse repeats the names of the message as far as they can be read, so that the client finds what it asked.
func refuse(kind string, fields *jsontext.Fields, code, text string) *Refused {
	refused := &Refused{Re: kind, Code: code, Message: text}
	if job := fields.TextOr("job", idDigits, ""); jsontext.IsHex(job, idDigits) {
		refused.Job = job
	}
	if payload := fields.TextOr("payload", hashDigits, ""); jsontext.IsHex(payload, hashDigits) {
		refused.Payload = payload
	}
	refused.Stream = uint32(fields.IntOr("stream", 1, maxStream, 0))
	refused.ID = fields.IntOr("id", 1, jsontext.MaxInt, 0)
	return refused
}

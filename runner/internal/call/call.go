// Package call is what a script's helper commands say to the job's supervisor, and what they hear.
package call

import (
	"encoding/binary"
	"errors"
	"io"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

// The verbs of docs/protocol.md, "Calls".
const (
	Input  = "input"
	Output = "output"
	Get    = "get"
	Set    = "set"
	Event  = "event"
	Secret = "secret"
	Token  = "token"
	// Hide masks a value from now on; a client says it of what its helper API tells a script.
	Hide = "hide"
)

// The codes of an answer.
const (
	OK     = "ok"
	Absent = "absent"
	// Gone says that a secret was handed out before.
	Gone    = "gone"
	Changed = "changed"
	Nobody  = "nobody"
	Refused = "refused"
	Invalid = "invalid"
	// Busy says that so many call at once that this one was not looked at.
	Busy = "busy"
)

const (
	// NotAsked and SinceRead stand where a version may stand.
	NotAsked  = -2
	SinceRead = -1
	// MaxValue bounds a value on its way to the supervisor; what that takes of it depends on the verb.
	MaxValue = 1 << 20
	// maxAnswer bounds a value on its way to a script: the input is as large as the client sent it.
	maxAnswer = 64 << 20
	// maxFirst bounds the first message of whoever connects.
	maxFirst = 4 << 10
	// valueStream carries a call's value, and the answer's.
	valueStream = 1
	maxName     = 1 << 10
	maxCallName = 256
	maxMessage  = 16 << 10
	// maxWaitMs is a day.
	maxWaitMs     = 24 * 3_600_000
	defaultWaitMs = 30_000
)

// Request is one use of a verb.
type Request struct {
	Verb, Name, Scope string
	// Call names a call that is made again when its answer was lost, and is answered as before then; "" when there is none.
	Call string
	// IfUnchanged is a version, NotAsked or SinceRead.
	IfUnchanged int64
	IsSecret    bool
	// NeedsVersion says that a value without its version is of no use.
	NeedsVersion bool
	// WaitMs bounds the wait for a client where only one can answer.
	WaitMs int64
	// Value is JSON, or nil.
	Value []byte
}

// Answer is what comes of a call.
type Answer struct {
	Code, Message string
	Version       int64
	Scope         string
	// Value is JSON, or nil.
	Value []byte
}

// ErrTooLong says that a value is longer than any verb takes.
var ErrTooLong = errors.New("the value is too long")

// ReadFirst reads the first message of whoever connects, and not a byte more.
func ReadFirst(from io.Reader) (*jsontext.Fields, error) {
	var header [frame.HeaderSize]byte
	if _, err := io.ReadFull(from, header[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(header[:])
	if length > maxFirst || frame.Kind(header[4]) != frame.Message {
		return nil, errors.New("the first frame is no small message")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(from, body); err != nil {
		return nil, err
	}
	return jsontext.ParseObject(body)
}

// Parse reads what ReadFirst gave, without the value.
func Parse(f *jsontext.Fields) (Request, bool) {
	r := Request{
		Verb:         f.Text("verb", 16),
		Name:         f.TextOr("name", maxName, ""),
		Scope:        f.TextOr("scope", maxName, ""),
		Call:         f.TextOr("call", maxCallName, ""),
		IfUnchanged:  f.IntOr("ifUnchanged", SinceRead, jsontext.MaxInt, NotAsked),
		IsSecret:     f.Flag("secret"),
		NeedsVersion: f.Flag("version"),
		WaitMs:       f.IntOr("waitMs", 0, maxWaitMs, defaultWaitMs),
	}
	return r, f.Wrong() == ""
}

// Send says what is wanted.
func Send(to io.Writer, r Request) error {
	message := jsontext.Message("call").Text("verb", r.Verb).TextIf("name", r.Name).TextIf("scope", r.Scope).TextIf("call", r.Call)
	if r.IfUnchanged != NotAsked {
		message.Int("ifUnchanged", r.IfUnchanged)
	}
	if r.IsSecret {
		message.True("secret")
	}
	if r.NeedsVersion {
		message.True("version")
	}
	message.Int("waitMs", min(r.WaitMs, maxWaitMs))
	return write(to, message.Bytes(), r.Value)
}

// SendAnswer says what came of a call.
func SendAnswer(to io.Writer, a Answer) error {
	message := jsontext.Message("answer").Text("code", a.Code).TextIf("message", a.Message[:min(len(a.Message), maxMessage/8)]).TextIf("scope", a.Scope)
	if a.Code == OK {
		message.Int("version", a.Version)
	}
	return write(to, message.Bytes(), a.Value)
}

func write(to io.Writer, message, value []byte) error {
	text := frame.Append(nil, frame.Message, 0, message)
	for len(value) > 0 {
		n := min(len(value), frame.MaxBody)
		text = frame.Append(text, frame.Data, valueStream, value[:n])
		value = value[n:]
	}
	_, err := to.Write(frame.Append(text, frame.End, valueStream, nil))
	return err
}

// ReadValue reads a call's value behind its first message.
func ReadValue(from io.Reader) ([]byte, error) { return readValue(frame.NewDecoder(from), MaxValue) }

func readValue(decoder *frame.Decoder, limit int) ([]byte, error) {
	var value []byte
	for {
		found, err := decoder.Next()
		switch {
		case err != nil:
			return nil, err
		case found.Kind == frame.End:
			return value, nil
		case found.Kind != frame.Data:
			return nil, errors.New("a frame is neither data nor the end")
		case len(value)+len(found.Body) > limit:
			return nil, ErrTooLong
		}
		value = append(value, found.Body...)
	}
}

// Receive reads an answer.
func Receive(from io.Reader) (Answer, error) {
	decoder := frame.NewDecoder(from)
	found, err := decoder.Next()
	if err != nil {
		return Answer{}, err
	}
	f, err := jsontext.ParseObject(found.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{
		Code: f.Text("code", 16), Message: f.TextOr("message", maxMessage, ""),
		Version: f.IntOr("version", 0, jsontext.MaxInt, 0), Scope: f.TextOr("scope", maxName, ""),
	}
	if wrong := f.Wrong(); wrong != "" {
		return Answer{}, errors.New("the field " + wrong + " of the answer is not as expected")
	}
	a.Value, err = readValue(decoder, maxAnswer)
	return a, err
}

// IsName says whether a text can name an output, a variable or a secret.
func IsName(text string) bool {
	if len(text) == 0 || len(text) > 128 {
		return false
	}
	for i, c := range []byte(text) {
		isLetter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		isMore := c >= '0' && c <= '9' || c == '.' || c == '-'
		if !isLetter && (i == 0 || !isMore) {
			return false
		}
	}
	return true
}

// Scopes are those of a variable; the first in which one is found is meant when none is named.
func Scopes() []string { return []string{"server", "event", "workspace", "global"} }

package desk

import (
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
)

// maxReply bounds what a client answers: a variable, with room for what its JSON may be written like.
const maxReply = 1 << 20

// reply is a client's answer.
type reply struct {
	code, message string
	value         []byte
	version       int64
	scope, kind   string
}

// patience says what becomes of a question when nobody is attached.
type patience struct {
	until time.Time
	// isKeen waits until then for a client to come, which gets its time to answer; otherwise nobody is an answer at once.
	isKeen bool
	// gone is closed when the caller is.
	gone <-chan struct{}
}

// ask gets a client's answer, and asks again when one is lost: the question names its call, so that whoever has done it
// repeats what came of it.
func (d *Desk) ask(question []byte, p patience) (reply, error) {
	for pause := pauseFirst; ; pause = min(2*pause, pauseLast) {
		// Before the attempt: a client that comes during it is not missed.
		changed := d.job.Live.Changed()
		within := tryFor
		if !p.isKeen {
			within = time.Until(p.until)
		}
		text, err := d.exchange(question, within)
		if err == nil {
			var r reply
			if r, err = parseReply(text); err == nil {
				return r, nil
			}
		}
		isNobody := errors.Is(err, errNobody)
		if isNobody && !p.isKeen {
			return reply{}, errNobody
		}
		if isNobody {
			// Nothing but a new client helps.
			pause = time.Until(p.until)
		}
		if !d.waitForClient(changed, pause, p.until, p.gone) {
			return reply{}, errNobody
		}
		if isNobody {
			pause = pauseFirst
		}
	}
}

func readAnswer(file *os.File) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(file, maxReply+1))
	if err == nil && len(text) > maxReply {
		err = errors.New("the client's answer is too long")
	}
	return text, err
}

func parseReply(text []byte) (reply, error) {
	f, err := jsontext.ParseObject(text)
	if err != nil {
		return reply{}, err
	}
	r := reply{
		code: f.Text("code", 16), message: f.TextOr("message", 2048, ""), value: f.Raw("value"),
		version: f.IntOr("version", 0, jsontext.MaxInt, 0), scope: f.TextOr("scope", 16, ""), kind: f.TextOr("type", 16, plain),
	}
	known := []string{call.OK, call.Absent, call.Changed, call.Refused, call.Invalid}
	if f.Wrong() != "" || !slices.Contains(known, r.code) {
		return reply{}, errors.New("the client's answer is not as expected")
	}
	return r, nil
}

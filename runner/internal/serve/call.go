package serve

import (
	"time"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
)

const (
	// callWorker and a job name who makes the calls for it: acknowledgements and a cancel do not wait for them.
	callWorker = "call "
	// callWithin bounds a call: the desk has a limit of calls in a second, and answers these at once.
	callWithin = 10 * time.Second
	// maxAnswerBytes leaves room in a frame for what stands around a value.
	maxAnswerBytes = frame.MaxBody - 4096
)

// hearCall asks the job's desk for the client: what is handed out once is kept account of there, whoever asks.
func (s *session) hearCall(m message.Call, body []byte) {
	s.work(callWorker+m.Job, func() {
		answer, err := s.askDesk(m.Job, body)
		if err == nil && len(answer.Value) > maxAnswerBytes {
			err = call.ErrTooLong
		}
		if err != nil {
			answer = call.Answer{Code: call.Refused, Message: err.Error()}
		}
		text := jsontext.Message("answer").Int("id", m.ID).Text("code", answer.Code).TextIf("message", answer.Message)
		if answer.Value != nil {
			text.Raw("value", answer.Value)
		}
		s.out.Send(text.Bytes())
	})
}

func (s *session) askDesk(id string, body []byte) (answer call.Answer, err error) {
	fields, err := jsontext.ParseObject(body)
	if err != nil {
		return answer, err
	}
	request, ok := call.Parse(fields)
	if !ok || request.Verb != call.Secret && request.Verb != call.Hide {
		return call.Answer{Code: call.Invalid}, nil
	}
	request.Value = fields.Raw("value")
	d, err := s.jobs.Open(id)
	if err != nil {
		return answer, err
	}
	defer d.Close()
	file, err := ctl.DialForCalls(d)
	if err != nil {
		return answer, err
	}
	defer file.Close()
	_ = file.SetDeadline(time.Now().Add(callWithin))
	if err = call.Send(file, request); err != nil {
		return answer, err
	}
	return call.Receive(file)
}

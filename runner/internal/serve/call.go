package serve

import (
	"slices"
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
)

// callFor asks the job's desk for the client: what is handed out once is kept account of there, whoever asks.
func (s *session) callFor(m message.Call) {
	answer, refused := s.askDesk(m)
	if refused != nil {
		s.out.Send(refused.JSON())
		return
	}
	text := jsontext.Message("answer").Int("id", m.ID).Text("code", answer.Code).TextIf("message", answer.Message)
	if answer.Value != nil {
		text.Raw("value", answer.Value)
	}
	body := text.Bytes()
	if len(body) > frame.MaxBody {
		body = jsontext.Message("answer").Int("id", m.ID).Text("code", call.Refused).Text("message", "The value is too long to be sent").Bytes()
	}
	s.out.Send(body)
}

func (s *session) askDesk(m message.Call) (call.Answer, *message.Refused) {
	refuse := func(code, text string) (call.Answer, *message.Refused) {
		return call.Answer{}, &message.Refused{Re: "call", Code: code, Message: text, Job: m.Job, ID: m.ID}
	}
	if !slices.Contains([]string{call.Secret, call.Hide}, m.Verb) {
		return refuse("message/fields", `The verb "`+m.Verb+`" is none that a client has`)
	}
	state, err := s.load(m.Job)
	if err != nil {
		return refuse("job/unknown", "The server does not know this job")
	}
	if state.IsOver() {
		return refuse("job/unknown", "The job has ended")
	}
	d, err := s.jobs.Open(m.Job)
	if err != nil {
		return refuse("job/unknown", "The server does not know this job")
	}
	defer d.Close()
	file, err := ctl.DialForCalls(d)
	if err != nil {
		return refuse("job/unknown", "The job's supervisor does not answer: "+err.Error())
	}
	defer file.Close()
	_ = file.SetDeadline(time.Now().Add(callWithin))
	request := call.Request{Verb: m.Verb, Name: m.Name, Call: m.Call, Value: m.Value, IfUnchanged: call.NotAsked}
	if err = call.Send(file, request); err != nil {
		return refuse("start/failed", "The job's supervisor does not listen: "+err.Error())
	}
	answer, err := call.Receive(file)
	if err != nil {
		return refuse("start/failed", "The job's supervisor does not answer: "+err.Error())
	}
	return answer, nil
}

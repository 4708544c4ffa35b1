package serve

import (
	"errors"
	"strconv"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/payload"
	"cronium.dev/runner/internal/spool"
)

// renewAt is how much of its credit a client may use up before it gets it back.
const renewAt = frame.InitialCredit / 4

// stream is a stream number that the client has used.
type stream struct {
	// upload is an archive on its way in; nil for a job's spool, and when what comes is to be thrown away.
	upload *payload.Upload
	sha256 string
	// isPut says that the client may send data.
	isPut bool
	// isOver says that whatever comes is late.
	isOver bool
	// isStoring says that the whole archive has come and is being put in place.
	isStoring bool
	credit    int
	// inlet takes what comes on any other stream that the client may send on; hasEnded says that it has sent all, and used
	// is what it gets back soon.
	inlet    inlet
	hasEnded bool
	used     int
}

// claim takes a stream number, which is good for one use.
func (s *session) claim(id uint32, made *stream) error {
	if id == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[id] != nil {
		return &frame.Violation{Code: "stream", Message: "The stream number " + strconv.FormatUint(uint64(id), 10) + " is used twice"}
	}
	s.streams[id] = made
	return nil
}

// isReset says whether the client has given up a stream before it began.
func (s *session) isReset(id uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams[id].isOver
}

// take handles a frame of a stream.
func (s *session) take(found frame.Frame) error {
	s.mu.Lock()
	st := s.streams[found.Stream]
	s.mu.Unlock()
	if st == nil && s.isTunnel(found.Stream) {
		return nil
	}
	if st == nil {
		return &frame.Violation{Code: "stream", Message: "A frame is on the stream " + strconv.FormatUint(uint64(found.Stream), 10) + ", which nobody has opened"}
	}
	if st.isOver {
		return nil
	}
	if st.inlet != nil {
		return s.takeInlet(found, st)
	}
	if !st.isPut {
		if found.Kind == frame.Reset {
			s.setOver(st)
			s.out.Drop(found.Stream)
		}
		return nil
	}
	switch found.Kind {
	case frame.Data:
		return s.takeData(found, st)
	case frame.End:
		s.setOver(st)
		s.finishPut(st)
	case frame.Reset:
		s.setOver(st)
		if st.upload != nil {
			st.upload.Abort()
		}
	}
	return nil
}

func (s *session) setOver(st *stream) {
	s.mu.Lock()
	st.isOver = true
	s.mu.Unlock()
}

func (s *session) takeData(found frame.Frame, st *stream) error {
	st.credit -= len(found.Body)
	if st.credit < 0 {
		return &frame.Violation{Code: "credit", Message: "More was sent on a stream than its credit allows"}
	}
	if st.upload != nil {
		if err := st.upload.Write(found.Body); err != nil {
			s.failPut(st, err)
		}
	}
	if used := frame.InitialCredit - st.credit; used >= renewAt {
		st.credit = frame.InitialCredit
		s.out.Send(jsontext.Message("window").Int("stream", int64(found.Stream)).Int("bytes", int64(used)).Bytes())
	}
	return nil
}

func (s *session) hearPut(m message.Put) error {
	st := &stream{sha256: m.Payload, isPut: true, credit: frame.InitialCredit}
	if err := s.claim(m.Stream, st); err != nil {
		return err
	}
	if s.payloads.Has(m.Payload) {
		// What the client sends without having asked is read and thrown away.
		s.stored(m.Payload)
		return nil
	}
	upload, err := s.payloads.Receive(m.Payload, m.Size, m.Stream)
	st.upload = upload
	if err != nil {
		s.failPut(st, err)
	}
	return nil
}

func (s *session) finishPut(st *stream) {
	upload := st.upload
	if upload == nil {
		return
	}
	s.setStoring(st, true)
	// The disk may take its time; nobody else has to wait for it.
	go func() {
		err := upload.Commit()
		// Before the starts that wait are looked for: whoever comes later finds the archive, or asks for it.
		s.setStoring(st, false)
		if err != nil {
			s.failPut(st, err)
			return
		}
		s.stored(st.sha256)
	}()
}

func (s *session) setStoring(st *stream, isStoring bool) {
	s.mu.Lock()
	st.isStoring = isStoring
	s.mu.Unlock()
}

func (s *session) stored(sha256 string) {
	s.out.Send(jsontext.Message("stored").Text("payload", sha256).Bytes())
	for _, start := range s.takeWaiting(sha256) {
		s.work(start.message.Job, func() { s.start(start.message, start.order) })
	}
}

// failPut refuses an archive, and the starts that wait for it. What still comes of it is thrown away.
func (s *session) failPut(st *stream, err error) {
	if st.upload != nil {
		st.upload.Abort()
		st.upload = nil
	}
	code := "start/failed"
	switch {
	case errors.Is(err, payload.ErrSize):
		code = "payload/size"
	case errors.Is(err, payload.ErrHash):
		code = "payload/hash"
	case spool.IsFull(err):
		code = "disk/full"
	}
	refused := &message.Refused{Re: "put", Code: code, Message: "Cannot store the payload: " + err.Error(), Payload: st.sha256}
	s.out.Send(refused.JSON())
	for _, start := range s.takeWaiting(st.sha256) {
		s.refuseStart(start.message, "payload/absent", "Cannot start the job: its payload could not be stored")
	}
}

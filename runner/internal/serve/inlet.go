package serve

import (
	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

// inlet takes what a client sends on a stream that is no archive. None of its methods waits.
type inlet interface {
	// data takes bytes, which are the frame's and good until it returns.
	data(body []byte)
	end()
	reset()
}

// takeInlet handles a frame of a stream with an inlet.
func (s *session) takeInlet(found frame.Frame, st *stream) error {
	switch found.Kind {
	case frame.Data:
		s.mu.Lock()
		st.credit -= len(found.Body)
		isOverrun, hasEnded := st.credit < 0, st.hasEnded
		s.mu.Unlock()
		if isOverrun {
			return &frame.Violation{Code: "credit", Message: "More was sent on a stream than its credit allows"}
		}
		if !hasEnded {
			st.inlet.data(found.Body)
		}
	case frame.End:
		s.mu.Lock()
		hadEnded := st.hasEnded
		st.hasEnded = true
		s.mu.Unlock()
		if !hadEnded {
			st.inlet.end()
		}
	case frame.Reset:
		s.setOver(st)
		s.out.Drop(found.Stream)
		st.inlet.reset()
	}
	return nil
}

// renew gives a client back the credit for bytes that an inlet has done with.
func (s *session) renew(id uint32, st *stream, bytes int) {
	s.mu.Lock()
	st.used += bytes
	given := 0
	if st.used >= renewAt {
		given, st.used = st.used, 0
		st.credit += given
	}
	s.mu.Unlock()
	if given > 0 {
		s.out.Send(jsontext.Message("window").Int("stream", int64(id)).Int("bytes", int64(given)).Bytes())
	}
}

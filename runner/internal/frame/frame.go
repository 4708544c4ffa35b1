// Package frame is the outermost layer of the protocol: it cuts a byte stream into frames and back.
package frame

import (
	"encoding/binary"
	"errors"
	"io"
	"strconv"
)

// Kind says what a frame is.
type Kind byte

// The four kinds of docs/protocol.md, "Frames".
const (
	Message Kind = 1
	Data    Kind = 2
	End     Kind = 3
	Reset   Kind = 4
)

const (
	// HeaderSize is the length of everything in front of a body.
	HeaderSize = 9
	// MaxBody bounds what one frame can make the other side wait.
	MaxBody = 65536
	// InitialCredit is what each direction of each stream may send before the first window.
	InitialCredit = 1 << 20
)

// Frame is one unit of the protocol.
type Frame struct {
	Kind   Kind
	Stream uint32
	Body   []byte
}

// Violation is a break of the protocol; it ends the session.
type Violation struct {
	Code    string
	Message string
}

func (v *Violation) Error() string { return v.Code + ": " + v.Message }

// PutHeader writes a frame's header into the first HeaderSize bytes of dst.
func PutHeader(dst []byte, kind Kind, stream uint32, length int) {
	binary.BigEndian.PutUint32(dst, uint32(length))
	dst[4] = byte(kind)
	binary.BigEndian.PutUint32(dst[5:], stream)
}

// Append adds an encoded frame to dst.
func Append(dst []byte, kind Kind, stream uint32, body []byte) []byte {
	var header [HeaderSize]byte
	PutHeader(header[:], kind, stream, len(body))
	return append(append(dst, header[:]...), body...)
}

// Decoder reads frames from a stream.
type Decoder struct {
	source io.Reader
	buffer []byte
	start  int
	end    int
}

// NewDecoder returns a decoder that reads ahead from source.
func NewDecoder(source io.Reader) *Decoder { return NewSmallDecoder(source, MaxBody) }

// NewSmallDecoder is NewDecoder for a source whose frames have bodies of at most so many bytes; a longer one is a
// *Violation.
func NewSmallDecoder(source io.Reader, maxBody int) *Decoder {
	return &Decoder{source: source, buffer: make([]byte, 2*(HeaderSize+maxBody))}
}

// Next returns the next frame; its body is valid until the following call.
// The error is io.EOF between frames, io.ErrUnexpectedEOF within one, or a *Violation.
func (d *Decoder) Next() (Frame, error) {
	if err := d.fill(HeaderSize); err != nil {
		return Frame{}, err
	}
	header := d.buffer[d.start : d.start+HeaderSize]
	length := binary.BigEndian.Uint32(header)
	found := Frame{Kind: Kind(header[4]), Stream: binary.BigEndian.Uint32(header[5:])}
	// Judged before the body is waited for: a wrong length must not make us read on.
	if err := d.check(found, length); err != nil {
		return Frame{}, err
	}
	whole := HeaderSize + int(length)
	if err := d.fill(whole); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	found.Body = d.buffer[d.start+HeaderSize : d.start+whole : d.start+whole]
	d.start += whole
	return found, nil
}

func (d *Decoder) check(found Frame, length uint32) error {
	switch {
	case int64(length) > int64(len(d.buffer)/2-HeaderSize):
		return &Violation{"frame/length", "A frame's body is " + strconv.FormatUint(uint64(length), 10) + " bytes long"}
	case found.Kind < Message || found.Kind > Reset:
		return &Violation{"frame/kind", "A frame has the unknown kind " + strconv.Itoa(int(found.Kind))}
	case (found.Kind == Message) != (found.Stream == 0):
		return &Violation{"frame/stream", "A frame of kind " + strconv.Itoa(int(found.Kind)) + " is on stream " + strconv.FormatUint(uint64(found.Stream), 10)}
	case found.Kind >= End && length > 0:
		return &Violation{"frame/body", "A frame that ends a stream has a body"}
	}
	return nil
}

// fill reads until want bytes are in the buffer.
func (d *Decoder) fill(want int) error {
	if d.start == d.end {
		d.start, d.end = 0, 0
	}
	if d.start+want > len(d.buffer) {
		d.end = copy(d.buffer, d.buffer[d.start:d.end])
		d.start = 0
	}
	for d.end-d.start < want {
		n, err := d.source.Read(d.buffer[d.end:])
		d.end += n
		if err != nil && d.end-d.start < want {
			if errors.Is(err, io.EOF) && d.end > d.start {
				return io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

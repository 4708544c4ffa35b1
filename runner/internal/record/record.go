// Package record is the format of a job's spool: records with a number, a time and a checksum.
package record

import (
	"encoding/binary"
	"strconv"
)

// Type says what a record holds.
type Type byte

// The types of docs/protocol.md, "Spool".
const (
	Start    Type = 1
	Out      Type = 2
	Err      Type = 3
	Note     Type = 4
	Gap      Type = 5
	Output   Type = 6
	Variable Type = 7
	Exit     Type = 8
)

const (
	// HeaderSize is the length of everything in front of a body.
	HeaderSize = 4 + 1 + 8 + 8
	// Overhead is the length of a record with an empty body.
	Overhead = HeaderSize + 4
	// MaxBody is also as much as is read from a script's pipe at once.
	MaxBody = 65536
)

// Record is one entry of a spool.
type Record struct {
	Type Type
	Seq  uint64
	// Time is in microseconds since 1970.
	Time uint64
	Body []byte
}

// Problem says why bytes are no record.
type Problem struct {
	Code    string
	Message string
}

func (p *Problem) Error() string { return p.Code + ": " + p.Message }

// Append adds an encoded record to dst.
func Append(dst []byte, r Record) []byte {
	from := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r.Body)))
	dst = append(dst, byte(r.Type))
	dst = binary.BigEndian.AppendUint64(dst, r.Seq)
	dst = binary.BigEndian.AppendUint64(dst, r.Time)
	dst = append(dst, r.Body...)
	return binary.BigEndian.AppendUint32(dst, checksum(dst[from:]))
}

// Decode reads the record at the start of data and returns how many bytes it takes; 0 when it is not all there yet.
// The body is a part of data.
func Decode(data []byte) (Record, int, error) {
	if len(data) < HeaderSize {
		return Record{}, 0, nil
	}
	length := binary.BigEndian.Uint32(data)
	if length > MaxBody {
		return Record{}, 0, &Problem{"record/length", "A record's body is " + strconv.FormatUint(uint64(length), 10) + " bytes long"}
	}
	r := Record{Type: Type(data[4]), Seq: binary.BigEndian.Uint64(data[5:]), Time: binary.BigEndian.Uint64(data[13:])}
	if r.Type < Start || r.Type > Exit {
		return Record{}, 0, &Problem{"record/type", "A record has the unknown type " + strconv.Itoa(int(r.Type))}
	}
	whole := Overhead + int(length)
	if len(data) < whole {
		return Record{}, 0, nil
	}
	if checksum(data[:whole-4]) != binary.BigEndian.Uint32(data[whole-4:]) {
		return Record{}, 0, &Problem{"record/crc", "The checksum of record " + strconv.FormatUint(r.Seq, 10) + " is wrong"}
	}
	r.Body = data[HeaderSize : whole-4 : whole-4]
	return r, whole, nil
}

// Decoder reads records one after the other and checks their numbers.
// After a hole the numbers go on at any higher one; Hole announces it.
type Decoder struct {
	next  uint64
	holed bool
}

// Hole says that bytes are missing in front of what comes next.
func (d *Decoder) Hole() { d.holed = true }

// Decode is like the function of that name, with the order checked.
func (d *Decoder) Decode(data []byte) (Record, int, error) {
	r, size, err := Decode(data)
	if err != nil || size == 0 {
		return r, size, err
	}
	if r.Seq < d.next || (r.Seq > d.next && !d.holed) {
		return Record{}, 0, &Problem{"record/seq", "Record " + strconv.FormatUint(r.Seq, 10) + " stands where " + strconv.FormatUint(d.next, 10) + " was due"}
	}
	d.next, d.holed = r.Seq+1, false
	return r, size, nil
}

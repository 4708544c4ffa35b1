package job

import (
	"strconv"
	"strings"
)

const (
	ackName  = "ack"
	ackLimit = 32
)

// Acknowledge keeps how much of a job's spool is safe on a client's disk; it never goes back.
func (s *Store) Acknowledge(id string, offset int64) error {
	d, err := s.Open(id)
	if err != nil {
		return err
	}
	defer d.Close()
	if offset <= s.Acknowledged(id) {
		return nil
	}
	return d.Replace(ackName, strconv.AppendInt(nil, offset, 10))
}

// Acknowledged is what Acknowledge kept, or 0.
func (s *Store) Acknowledged(id string) int64 {
	d, err := s.Open(id)
	if err != nil {
		return 0
	}
	defer d.Close()
	text, err := d.Read(ackName, ackLimit)
	if err != nil {
		return 0
	}
	offset, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return offset
}

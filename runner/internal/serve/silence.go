package serve

import (
	"io"
	"time"
)

// patience is how long a client may be silent that says ping from time to time: four times as long as ours lets pass.
const patience = time.Minute

// listener reads from a client and notices when it went without a word: a laptop that sleeps, a line that is cut where
// nobody tells the SSH server. Only a client that has said ping is expected to say more. Read and expect belong to one
// goroutine.
type listener struct {
	from io.Reader
	// silent fires when the client has said nothing for too long.
	silent     *time.Timer
	patience   time.Duration
	isExpected bool
}

func newListener(from io.Reader, patience time.Duration) *listener {
	silent := time.NewTimer(patience)
	silent.Stop()
	return &listener{from: from, silent: silent, patience: patience}
}

// Read counts every byte as life: a large frame may be long on a bad line.
func (l *listener) Read(into []byte) (int, error) {
	n, err := l.from.Read(into)
	if l.isExpected {
		l.silent.Reset(l.patience)
	}
	return n, err
}

// expect is called at each ping: there will be another one.
func (l *listener) expect() {
	l.isExpected = true
	l.silent.Reset(l.patience)
}

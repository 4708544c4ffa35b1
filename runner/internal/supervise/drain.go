package supervise

import (
	"errors"
	"os"
	"sync"
	"time"

	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/record"
	"cronium.dev/runner/internal/spool"
)

// holdFor is how long a beginning that is too short to be taken for a secret's waits for the rest. A longer one waits for
// as long as it takes: who writes a secret in two parts must not get the first one past the mask.
const holdFor = 50 * time.Millisecond

// drain reads both pipes to their ends, whatever becomes of the bytes. The channel is closed when both are done,
// which closing the pipes brings about.
func drain(s *script, into *spool.Writer, secrets *mask.Mask) <-chan struct{} {
	var both sync.WaitGroup
	both.Go(func() { drainPipe(s.stdout, record.Out, into, secrets) })
	both.Go(func() { drainPipe(s.stderr, record.Err, into, secrets) })
	done := make(chan struct{})
	go func() {
		both.Wait()
		close(done)
	}()
	return done
}

func drainPipe(pipe *os.File, kind record.Type, into *spool.Writer, secrets *mask.Mask) {
	defer pipe.Close()
	// One read becomes one record. With secrets there must be room for what was held back.
	chunk := make([]byte, record.MaxBody)
	stream := secrets.NewStream()
	for {
		n, err := pipe.Read(chunk)
		write(into, kind, stream.Write(chunk[:n]))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if stream.Held() < mask.MinLength {
				write(into, kind, stream.Flush())
			}
			_ = pipe.SetReadDeadline(time.Time{})
			continue
		}
		if err != nil {
			write(into, kind, stream.Flush())
			return
		}
		if held := stream.Held(); held > 0 && held < mask.MinLength {
			_ = pipe.SetReadDeadline(time.Now().Add(holdFor))
		}
	}
}

func write(into *spool.Writer, kind record.Type, output []byte) {
	for len(output) > 0 {
		n := min(len(output), record.MaxBody)
		into.Output(kind, output[:n])
		output = output[n:]
	}
}

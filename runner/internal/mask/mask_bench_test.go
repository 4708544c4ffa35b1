package mask

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkStream tells how fast output goes through the mask, in chunks as they come from a pipe.
func BenchmarkStream(b *testing.B) {
	chunk := bytes.Repeat([]byte("2026-11-21T16:28:48Z worker 17: took 4f2a9c77 from the queue, 93 left, cm9vdDp4OjA6MAo=\n"), 1000)[:65536]
	for _, count := range []int{0, 1, 20, 100} {
		values := []string{}
		for i := range count {
			values = append(values, fmt.Sprintf("S3cret-%d/%x+value", i, i*7919))
		}
		b.Run(fmt.Sprintf("%d secrets", count), func(b *testing.B) {
			stream := New(values).NewStream()
			b.SetBytes(int64(len(chunk)))
			for b.Loop() {
				stream.Write(chunk)
			}
		})
	}
}

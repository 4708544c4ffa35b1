package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"cronium.dev/runner/internal/record"
)

// TestTimeLimitWhileTheScriptExits ends scripts within 50 ms of their time limit, before and after. Each has one end, told
// alike by its last record and its state: its own, or the limit's with what became of the script.
func TestTimeLimitWhileTheScriptExits(t *testing.T) {
	t.Parallel()
	const lanes, limit = 8, 300 * time.Millisecond
	trials := number("CRONIUM_TRIALS", 40)
	base := newBase(t)
	for lane := range lanes {
		t.Run(fmt.Sprint(lane), func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(uint64(number("CRONIUM_SEED", 1)), uint64(lane)))
			c := connect(t, base)
			payload := c.script("sleep $1; exit 7")
			for range trials / lanes {
				nap := limit + time.Duration(chance.IntN(100_000)-50_000)*time.Microsecond
				job, stream := newID(), newStream()
				c.start(job, payload, stream, fields{"timeoutMs": limit.Milliseconds(), "args": []string{fmt.Sprint(nap.Seconds())}})
				list := c.drain(stream)
				exit := read(t, job, list).exit
				switch {
				case exit["reason"] == "exited" && exit["code"] == 7.0 && exit["signal"] == nil:
				case exit["reason"] == "timedOut" && exit["signal"] == "SIGTERM" && exit["code"] == nil:
				case exit["reason"] == "timedOut" && exit["code"] == 7.0 && exit["signal"] == nil:
				default:
					t.Errorf("got %v after %v, want one end of the two", exit, nap)
				}
				ends := 0
				for _, r := range list {
					if r.Type == record.Exit {
						ends++
					}
				}
				if ends != 1 || list[len(list)-1].Type != record.Exit {
					t.Errorf("got %d ends, want one, the last record", ends)
				}
				c.send("attach", fields{"job": job, "offset": 0, "stream": newStream()})
				state := c.await("attached")["state"].(fields)
				if told, ok := state["exit"].(fields); ok && told["reason"] != exit["reason"] {
					t.Errorf("got the state %v and the record %v", told, exit)
				}
			}
		})
	}
}

// number reads a whole number from the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

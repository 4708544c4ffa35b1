package host

import (
	"os"
	"testing"
)

func TestReadLoad(t *testing.T) {
	here, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	load, err := ReadLoad(int(here.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if load.Cores < 1 || load.DiskTotal < load.DiskFree || load.DiskTotal < 1<<20 || load.MemoryTotal < load.MemoryAvailable {
		t.Errorf("got %+v", load)
	}
	if _, err := ReadLoad(-1); err == nil {
		t.Error("got no error without a directory")
	}
}

func TestParseHundredths(t *testing.T) {
	for line, want := range map[string]int64{
		"0.00 0.01 0.05 1/234 5678": 0, "12.34 1.00 1.00": 1234, "1.5 x": Unknown, "1 2": Unknown, "": Unknown,
		"-1.00": Unknown, "a.bc": Unknown, "35073.46 278.03": 3507346,
	} {
		if got := parseHundredths(line); got != want {
			t.Errorf("%q: got %d, want %d", line, got, want)
		}
	}
}

func TestParseMemory(t *testing.T) {
	for text, want := range map[string][2]int64{
		"MemTotal:  8 kB\nMemFree: 1 kB\nMemAvailable:   4 kB\nHugePages_Total:  0\n":  {8 << 10, 4 << 10},
		"MemTotal: 8 kB\nMemFree: 1 kB\nBuffers: 2 kB\nCached: 3 kB\nSwapCached: 9 kB": {8 << 10, 6 << 10},
		"MemFree: 1 kB\n": {Unknown, Unknown},
		"":                {Unknown, Unknown},
	} {
		if total, available := parseMemory(text); [2]int64{total, available} != want {
			t.Errorf("%q: got %d, %d, want %v", text, total, available, want)
		}
	}
}

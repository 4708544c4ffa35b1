package tree

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

func TestBelow(t *testing.T) {
	all := []process{
		{pid: 1, isAlive: true}, {pid: 9, parent: 1, group: 9, isAlive: true},
		{pid: 20, parent: 9, group: 20, isAlive: true}, {pid: 21, parent: 20, group: 20, isAlive: true},
		{pid: 22, parent: 21, group: 22, isAlive: true},
		{pid: 30, parent: 1, group: 20, isAlive: true}, {pid: 31, parent: 30, group: 31, isAlive: true},
		{pid: 40, parent: 20, group: 20}, {pid: 41, parent: 40, group: 41, isAlive: true},
		{pid: 50, parent: 1, group: 50, start: "then", isAlive: true}, {pid: 51, parent: 50, group: 50, isAlive: true},
		{pid: 60, parent: 1, group: 60, start: "now", isAlive: true},
	}
	known := Known{{pid: 50, start: "then"}, {pid: 60, start: "then"}}
	for orphansStray, want := range map[bool][]int{false: {20, 50, 21, 51, 22}, true: {20, 21, 30, 50, 22, 31, 51}} {
		got := []int{}
		for _, p := range (Family{orphansStray}).below(all, 9, 20, known) {
			got = append(got, p.pid)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("orphans stray %v: got %v, want %v", orphansStray, got, want)
		}
	}
}

func TestParseTable(t *testing.T) {
	entry := func(p process, state byte) []byte {
		text := make([]byte, entrySize)
		text[stateAt] = state
		binary.LittleEndian.PutUint32(text[pidAt:], uint32(p.pid))
		binary.LittleEndian.PutUint32(text[parentAt:], uint32(p.parent))
		binary.LittleEndian.PutUint32(text[groupAt:], uint32(p.group))
		copy(text[nameAt:], p.name)
		copy(text, p.start)
		return text
	}
	want := []process{
		{pid: 501, parent: 1, group: 501, isAlive: true, name: "launchd"},
		{pid: 70_000, parent: 501, group: 501, name: "sh"},
		{pid: 70_001, parent: 501, group: 9, isAlive: true, name: "sixteen-letters-"},
	}
	for i := range want {
		want[i].start = strings.Repeat(string(rune('a'+i)), startSize)
	}
	table := append(entry(want[0], 2), entry(want[1], stateZombie)...)
	table = append(table, entry(want[2], 3)...)
	// The last byte is cut off when it is zero: the kernel's table is taken for a text.
	if got := parseTable(string(table[:len(table)-1])); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := parseTable("short"); len(got) != 0 {
		t.Errorf("got %+v from nothing", got)
	}
}

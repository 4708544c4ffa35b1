package tree

import (
	"encoding/binary"
	"strings"
)

// The kernel's struct kinfo_proc of macOS on 64-bit processors, as far as it is looked at.
const (
	entrySize   = 648
	startSize   = 16 // At its beginning.
	stateAt     = 36
	pidAt       = 40
	nameAt      = 243
	nameSize    = 16
	parentAt    = 560
	groupAt     = 564
	entryEnd    = 568
	stateZombie = 5
)

// parseTable reads the kernel's table of processes as macOS gives it.
func parseTable(table string) []process {
	all := []process{}
	for ; len(table) >= entryEnd; table = table[min(entrySize, len(table)):] {
		number := func(at int) int { return int(int32(binary.LittleEndian.Uint32([]byte(table[at : at+4])))) }
		name, _, _ := strings.Cut(table[nameAt:nameAt+nameSize], "\x00")
		all = append(all, process{
			pid: number(pidAt), parent: number(parentAt), group: number(groupAt), start: table[:startSize],
			isAlive: table[stateAt] != stateZombie, name: name,
		})
	}
	return all
}

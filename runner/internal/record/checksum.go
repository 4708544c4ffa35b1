package record

import "hash/crc32"

// short is how long a record may be whose checksum is calculated step by step. The package's tables for its fast way take
// a quarter of a millisecond of each process that uses them, and most jobs write a few lines.
const short = 1 << 10

// steps are the remainders of half a byte each, for the polynomial of Castagnoli with its bits reflected.
var steps = [16]uint32{
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
}

func checksum(data []byte) uint32 {
	if len(data) > short {
		// MakeTable gives back the one table that the package keeps for this polynomial.
		return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	}
	sum := ^uint32(0)
	for _, each := range data {
		sum ^= uint32(each)
		sum = sum>>4 ^ steps[sum&15]
		sum = sum>>4 ^ steps[sum&15]
	}
	return ^sum
}

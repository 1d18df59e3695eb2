package jpeg

// lookBits is the length of the longest code that is found by one look.
const lookBits = 10

// skipBits is how many bits are looked at to pass over coefficients.
const skipBits = 11

// longest is the length of the longest code that T.81 allows.
const longest = 16

// table decodes a Huffman code (T.81, annex C and section F.2.2.3).
type table struct {
	values [256]uint8
	limit  [longest + 1]uint32 // by length: the first code, in 16 bits, that is longer
	index  [longest + 1]int32  // by length: of the code's value, less the code
	look   *looks              // made when a scan first needs it
}

// looks are tables by the next bits.
type looks struct {
	// symbols is length<<8 | value, zero for longer codes.
	symbols [1 << lookBits]uint16
	// coefficients is as table.coefficient returns it, zero for codes that
	// need more bits.
	coefficients [1 << lookBits]int32
	// skips is what passes over as many whole coefficients as the bits have
	// codes of: ended<<15 | coefficients<<5 | bits. The end of a block counts as
	// a coefficient. Zero if there is not one whole code.
	skips [1 << skipBits]uint16
}

// newTable returns the table of a DHT segment (T.81, section B.2.4.2): how
// many codes there are of each length, and their values, of which it returns
// how many are used. It returns nil if there are not so many codes or values.
func newTable(counts, values []uint8) (*table, int) {
	t := &table{}
	copy(t.values[:], values)
	code, used := 0, 0
	for length := 1; length <= longest; length++ {
		t.index[length] = int32(used - code)
		code += int(counts[length-1])
		used += int(counts[length-1])
		if code > 1<<length || used > min(len(values), len(t.values)) {
			return nil, 0
		}
		t.limit[length] = uint32(code) << (longest - length)
		code <<= 1
	}
	return t, used
}

// symbol returns the value of the code that acc begins with, and its length,
// which is more than longest if there is no such code.
func (t *table) symbol(acc uint64) (uint8, uint) {
	if e := t.look.symbols[acc>>(64-lookBits)]; e != 0 {
		return uint8(e), uint(e >> 8)
	}
	return t.search(acc, lookBits+1)
}

func (t *table) search(acc uint64, from uint) (uint8, uint) {
	code := uint32(acc >> (64 - longest))
	for length := from; length <= longest; length++ {
		if code < t.limit[length] {
			return t.values[uint8(t.index[length]+int32(code>>(longest-length)))], length
		}
	}
	return 0, longest + 1
}

// Entries for coefficients are value<<16 | run<<8 | bits: run coefficients are
// zero before the value, and all is told by that many bits.
const (
	runShift, runMask = 8, 127
	bitsMask          = 63
	endRun            = 64                       // the end of the block
	badEntry          = 1<<16 | endRun<<runShift // no such code
)

// coefficient returns the entry for the AC coefficient that acc begins with
// (T.81, section F.2.2.2).
func (t *table) coefficient(acc uint64) int32 {
	s, n := t.symbol(acc)
	run, size := int32(s>>4), uint(s&15)
	switch {
	case n > longest:
		return badEntry | int32(n)
	case size == 0 && run < 15:
		return endRun<<runShift | int32(n)
	}
	value := extend(int32(acc<<n>>48>>(16-size)), size)
	return value<<16 | run<<runShift | int32(n+size)
}

// prepare makes the looks, and reports whether there is such a table.
func (t *table) prepare() bool {
	if t == nil || t.look != nil {
		return t != nil
	}
	t.look = new(looks)
	for i := range t.look.symbols {
		acc := uint64(i) << (64 - lookBits)
		if s, n := t.search(acc, 1); n <= lookBits {
			t.look.symbols[i] = uint16(n)<<8 | uint16(s)
		}
	}
	for i := range t.look.coefficients {
		if e := t.coefficient(uint64(i) << (64 - lookBits)); e&bitsMask <= lookBits {
			t.look.coefficients[i] = e
		}
	}
	for i := range t.look.skips {
		t.look.skips[i] = t.skip(uint64(i) << (64 - skipBits))
	}
	return true
}

// Parts of an entry of looks.skips.
const (
	skipEnd     = 1 << 15
	skipShift   = 5
	skipBitMask = 31
)

// skip makes an entry of looks.skips.
func (t *table) skip(acc uint64) uint16 {
	var bits, count uint
	for bits < skipBits {
		s, n := t.symbol(acc << bits)
		if bits+n > skipBits {
			break
		}
		bits += n + uint(s&15)
		if s&15 == 0 && s>>4 < 15 {
			return uint16(skipEnd | (count+1)<<skipShift | bits)
		}
		count += uint(s>>4) + 1
	}
	return uint16(count<<skipShift | bits)
}

package jpeg

import "math/bits"

// token is what a Huffman code and the bits after it tell: number of the
// table<<24 | value of the code<<16 | those bits. The lower half of the value
// is how many they are (T.81, sections F.1.2.1 and F.1.2.2).
type token uint32

// code makes the tokens of a block of coefficients, which are row by row and
// eight times too large.
func (e *encoder) code(p *source, b *[64]int32) {
	table, q := 2*int(p.quant), &e.quants[p.quant]
	dc := q.divide(b[0], 0)
	e.add(table, 0, dc-p.before)
	p.before = dc
	run := 0
	for k := 1; k < 64; k++ {
		v := q.divide(b[zigzag[k]], k)
		if v == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			e.add(table+1, 15, 0)
		}
		e.add(table+1, run, v)
		run = 0
	}
	if run > 0 {
		e.add(table+1, 0, 0)
	}
}

// add makes the token of a value after a run of zeros.
func (e *encoder) add(table, run int, v int32) {
	size, low := amplitude(v)
	symbol := run<<4 | int(size)
	e.counts[table][symbol]++
	e.tokens = append(e.tokens, token(table<<24|symbol<<16)|token(low))
}

// amplitude returns how many bits a value takes, and those bits.
func amplitude(v int32) (size uint, low uint32) {
	size = uint(bits.Len32(uint32(max(v, -v))))
	if v < 0 {
		v--
	}
	return size, uint32(v) & (1<<size - 1)
}

// bitWriter writes entropy-coded data (T.81, section F.1.2.3).
type bitWriter struct {
	out []byte
	acc uint64
	n   uint // bits of acc that are not written yet
}

// put writes the lowest n bits of v, of at most 32.
func (w *bitWriter) put(v uint32, n uint) {
	w.acc = w.acc<<n | uint64(v)
	for w.n += n; w.n >= 8; w.n -= 8 {
		b := byte(w.acc >> (w.n - 8))
		w.out = append(w.out, b)
		if b == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

// flush fills the last byte with ones.
func (w *bitWriter) flush() {
	if w.n > 0 {
		w.put(1<<(8-w.n)-1, 8-w.n)
	}
}

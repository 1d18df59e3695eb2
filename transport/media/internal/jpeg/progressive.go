package jpeg

import "math/bits"

// firstDC decodes the DC coefficient of a block, less its lowest bits (T.81,
// section G.1.2.1).
func (d *decoder) firstDC(s *scan, p *part, x, y int) {
	p.before += d.bits.difference(p.dc)
	p.coefs[(y*p.stride+x)*p.n*p.n] = int16(p.before << s.low)
}

// refineDC decodes the next bit of it.
func (d *decoder) refineDC(s *scan, p *part, x, y int) {
	p.coefs[(y*p.stride+x)*p.n*p.n] |= int16(d.bits.take(1) << s.low)
}

// firstAC decodes the coefficients of a band in a block, less their lowest
// bits (T.81, section G.1.2.2).
func (d *decoder) firstAC(s *scan, p *part, x, y int) {
	if d.eobs > 0 {
		d.eobs--
		return
	}
	at, b := y*p.stride+x, &d.bits
	coefs, look := p.coefs[at*p.n*p.n:][:p.n*p.n], p.ac.look
	acc, n := b.acc, b.n
	for k := s.start; k <= s.end; k++ {
		if n < enough {
			acc, n = b.fill(acc, n)
		}
		e := look.coefficients[acc>>(64-lookBits)]
		if e == 0 {
			e = p.ac.coefficient(acc)
		}
		if k += int(e>>runShift) & runMask; k > s.end {
			b.acc, b.n = acc, n
			d.eobs = b.ends(p.ac) - 1
			return
		}
		acc <<= uint(e) & bitsMask
		n -= uint(e) & bitsMask
		if v := e >> 16; v != 0 {
			p.nonzero[at] |= 1 << k
			if i := int(p.place[k]); i < len(coefs) {
				coefs[i] = int16(v << s.low)
			}
		}
	}
	b.acc, b.n = acc, n
}

// ends reads a code for the end of a band and returns how many blocks it is
// for, this one with them. Any other code has no place there.
func (b *bitReader) ends(t *table) int {
	symbol := b.symbol(t)
	if symbol&15 != 0 || symbol == 0xf0 {
		b.bad = true
		return 1
	}
	return b.blocks(symbol)
}

// blocks returns how many blocks a code for the end of a band is for.
func (b *bitReader) blocks(symbol uint8) int {
	return 1<<(symbol>>4) + int(b.take(uint(symbol>>4)))
}

// refineAC decodes the next bit of the coefficients of a band, and those that
// are zero up to it (T.81, section G.1.2.3).
func (d *decoder) refineAC(s *scan, p *part, x, y int) {
	b, at := &d.bits, y*p.stride+x
	r := refinement{place: &p.place, coefs: p.coefs[at*p.n*p.n:][:p.n*p.n], nonzero: p.nonzero[at], end: s.end, bit: 1 << s.low}
	k := s.start
	for d.eobs == 0 && k <= s.end {
		symbol := b.symbol(p.ac)
		run, size := int(symbol>>4), symbol&15
		if size == 0 && run < 15 {
			d.eobs = b.blocks(symbol)
			break
		}
		v := r.bit
		if size > 0 && b.take(1) == 0 {
			v = -v
		}
		k = r.pass(b, k, run)
		if size > 0 && k <= s.end {
			p.nonzero[at] |= 1 << k
			r.set(k, v)
		}
		b.bad = b.bad || size > 0 && k > s.end
		k++
	}
	if d.eobs > 0 {
		r.pass(b, k, 64)
		d.eobs--
	}
}

// refinement is a block in a scan that adds bits.
type refinement struct {
	place   *[64]uint8
	coefs   []int16
	nonzero uint64 // as it was before the scan
	end     int
	bit     int16
}

// pass adds bits to the coefficients from k on that are not zero, up to the
// one after run others. It returns that one.
func (r *refinement) pass(b *bitReader, k, run int) int {
	acc, n := b.acc, b.n
	for {
		zeros := bits.TrailingZeros64(r.nonzero >> k)
		if zeros > run || k+zeros > r.end {
			k = min(k+min(zeros, run), r.end+1)
			break
		}
		k, run = k+zeros, run-zeros
		if n == 0 {
			acc, n = b.fill(acc, n)
		}
		if int64(acc) < 0 {
			r.grow(k)
		}
		acc, n, k = acc<<1, n-1, k+1
	}
	b.acc, b.n = acc, n
	return k
}

// grow moves a coefficient away from zero.
func (r *refinement) grow(k int) {
	i := r.place[k]
	if int(i) >= len(r.coefs) {
		return
	}
	if c := &r.coefs[i]; *c < 0 {
		*c -= r.bit
	} else {
		*c += r.bit
	}
}

// set sets a coefficient that was zero.
func (r *refinement) set(k int, v int16) {
	if i := r.place[k]; int(i) < len(r.coefs) {
		r.coefs[i] = v
	}
}

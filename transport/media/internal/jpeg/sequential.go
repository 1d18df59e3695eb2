package jpeg

// sequential decodes a block of a sequential scan.
func (d *decoder) sequential(_ *scan, p *part, x, y int) {
	p.before += d.bits.difference(p.dc)
	d.block[0] = p.before * p.quant[0]
	top := d.bits.coefficients(p, &d.block)
	p.put(x, y, &d.block, top)
	if top > 0 {
		d.block = [64]int32{}
	}
}

// coefficients reads the AC coefficients of a block (T.81, section F.2.2.2)
// and stores those that matter. It returns the index of the last of them that
// is other than zero.
func (b *bitReader) coefficients(p *part, block *[64]int32) (top int) {
	acc, n, k, t := b.acc, b.n, 1, p.ac
	for k <= p.need {
		if n < enough {
			acc, n = b.fill(acc, n)
		}
		e := t.look.coefficients[acc>>(64-lookBits)]
		if e == 0 {
			e = t.coefficient(acc)
		}
		acc <<= uint(e) & bitsMask
		n -= uint(e) & bitsMask
		k += int(e>>runShift) & runMask
		if k > 63 {
			b.bad = b.bad || e>>runShift != endRun
			break
		}
		block[zigzag[k]] = e >> 16 * p.quant[k]
		top = k
		k++
	}
	b.acc, b.n = acc, n
	if k <= 63 {
		b.skip(t, k)
	}
	return top
}

// skip passes over the AC coefficients of a block from k on.
func (b *bitReader) skip(t *table, k int) {
	acc, n := b.acc, b.n
	for k <= 63 {
		if n < enough {
			acc, n = b.fill(acc, n)
		}
		s := uint(t.look.skips[acc>>(64-skipBits)])
		count := int(s>>skipShift) & runMask
		if s != 0 && k+count <= 64 {
			acc <<= s & skipBitMask
			n -= s & skipBitMask
			k += count
			if s >= skipEnd {
				break
			}
			continue
		}
		e := t.coefficient(acc)
		acc <<= uint(e) & bitsMask
		n -= uint(e) & bitsMask
		k += int(e>>runShift)&runMask + 1
		b.bad = b.bad || k > 64 && e>>runShift != endRun
	}
	b.acc, b.n = acc, n
}

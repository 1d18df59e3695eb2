package jpeg

// coder makes the entropy-coded data of one scan of a made picture. It is
// simple where the encoder is fast: coefficients are worked out for every scan
// again.
type coder struct {
	e      *encoder
	s      pass
	items  []item
	counts [4]frequencies
	before [4]int32
	eobs   int      // blocks whose end of band is not written yet
	later  []uint32 // bits that come after it
	table  int      // of the AC code
}

// item is a code and bits, bits alone, or a restart marker.
type item struct {
	table, symbol int // symbol -1: bits alone, -2: restart marker
	bits          uint32
	n             uint
}

// scan appends a scan to a file.
func (m made) scan(out []byte, e *encoder, s pass) []byte {
	c := &coder{e: e, s: s}
	units, next := 0, uint32(0)
	s.order(e.Header, func() {
		if m.restart > 0 && units > 0 && units%m.restart == 0 {
			c.flush()
			c.items = append(c.items, item{symbol: -2, bits: next & 7})
			next++
			c.before = [4]int32{}
		}
		units++
	}, c.block)
	c.flush()
	codes := m.codes(c)
	if !m.standard {
		for i := range codes {
			if len(codes[i].values) > 0 {
				out = segment(out, markerDHT, codes[i].body(i&1<<4|i>>1))
			}
		}
	}
	return c.write(segment(out, markerSOS, s.header(e.Header)), codes)
}

func (m made) codes(c *coder) (all [4]*codes) {
	for i := range all {
		all[i] = c.counts[i].best()
		if m.standard {
			std := [4]spec{standardDC[0], standardAC[0], standardDC[1], standardAC[1]}[i]
			all[i] = &codes{values: []byte(std.values)}
			copy(all[i].counts[:], std.counts)
			all[i].assign()
		}
	}
	return all
}

func (s pass) header(h Header) []byte {
	b := []byte{byte(len(s.parts))}
	for _, p := range s.parts {
		c := h.Components[p]
		b = append(b, c.ID, c.quant<<4|c.quant)
	}
	return append(b, byte(s.start), byte(s.end), byte(s.high<<4|s.low))
}

func (c *coder) write(out []byte, codes [4]*codes) []byte {
	w := bitWriter{out: out}
	for _, i := range c.items {
		if i.symbol == -2 {
			w.flush()
			w.out = append(w.out, 0xff, markerRST0+byte(i.bits))
			continue
		}
		if i.symbol >= 0 {
			w.put(codes[i.table].code[i.symbol], codes[i.table].length[i.symbol])
		}
		w.put(i.bits, i.n)
	}
	w.flush()
	return w.out
}

func (c *coder) add(table, symbol int, bits uint32, n uint) {
	c.counts[table][symbol]++
	c.items = append(c.items, item{table, symbol, bits, n})
}

func (c *coder) raw(bits uint32, n uint) { c.items = append(c.items, item{0, -1, bits, n}) }

// block codes what the scan has of a block.
func (c *coder) block(part, x, y int) {
	p := &c.e.parts[part]
	var b [64]int32
	p.samples(x, y, &b)
	forward(&b)
	q := &c.e.quants[p.quant]
	c.table = 2*int(p.quant) + 1
	if dc := q.divide(b[0], 0) >> c.s.low; c.s.start == 0 && c.s.high > 0 {
		c.raw(uint32(dc&1), 1)
	} else if c.s.start == 0 {
		size, low := amplitude(dc - c.before[part])
		c.add(c.table-1, int(size), low, size)
		c.before[part] = dc
	}
	var band []int32
	for k := max(1, c.s.start); k <= c.s.end; k++ {
		band = append(band, q.divide(b[zigzag[k]], k)/(1<<c.s.low))
	}
	switch {
	case len(band) > 0 && c.s.high > 0:
		c.refine(band)
	case len(band) > 0:
		c.first(band)
	}
}

// first codes a band (T.81, section G.1.2.2). Only progressive pictures have
// an end of band for many blocks.
func (c *coder) first(band []int32) {
	run := 0
	for _, v := range band {
		if v == 0 {
			run++
			continue
		}
		c.flush()
		for ; run > 15; run -= 16 {
			c.add(c.table, 0xf0, 0, 0)
		}
		size, low := amplitude(v)
		c.add(c.table, run<<4|int(size), low, size)
		run = 0
	}
	if run == 0 {
		return
	}
	if c.eobs++; c.s.start == 0 || c.eobs == 0x7fff {
		c.flush()
	}
}

// flush writes the end of band of blocks before, and the bits of those.
func (c *coder) flush() {
	if c.eobs > 0 {
		size, low := amplitude(int32(c.eobs))
		c.add(c.table, int(size-1)<<4, low&(1<<(size-1)-1), size-1)
	}
	c.eobs = 0
	c.rest(&c.later)
}

// rest writes bits.
func (c *coder) rest(bits *[]uint32) {
	for _, b := range *bits {
		c.raw(b, 1)
	}
	*bits = nil
}

// refine codes the next bit of a band (T.81, section G.1.2.3).
func (c *coder) refine(band []int32) {
	last := 0 // after the last coefficient that is no longer zero
	for i, v := range band {
		if v == 1 || v == -1 {
			last = i + 1
		}
	}
	run, bits := 0, []uint32{}
	for i, v := range band {
		if v == 0 {
			run++
			continue
		}
		for ; run > 15 && i < last; run -= 16 {
			c.flush()
			c.add(c.table, 0xf0, 0, 0)
			c.rest(&bits)
		}
		if v != 1 && v != -1 {
			bits = append(bits, uint32(max(v, -v)&1))
			continue
		}
		c.flush()
		c.add(c.table, run<<4|1, uint32(v+1)/2, 1)
		c.rest(&bits)
		run = 0
	}
	if run > 0 || len(bits) > 0 {
		c.eobs++
		c.later = append(c.later, bits...)
	}
}

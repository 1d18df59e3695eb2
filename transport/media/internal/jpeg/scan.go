package jpeg

import (
	"context"
	"image"
)

// scan is one pass over blocks of one or more components (T.81, section
// B.2.3).
type scan struct {
	parts      []*part
	size       image.Point // MCUs
	rows       int         // of pixels in a row of MCUs, if the scan begins the first component, else 0
	start, end int         // the coefficients, in zigzag order
	band       uint64      // the same, by bit
	refines    bool        // it adds a bit to what is known
	low        uint        // number of that bit
	block      func(s *scan, p *part, x, y int)
}

// readScan reads the header of a scan.
func (d *decoder) readScan() (*scan, error) {
	b, err := d.scanHeader()
	if err != nil {
		return nil, err
	}
	s, n := &scan{}, 2*int(b[0])
	end := b[1+n:]
	for b := b[1:][:n]; len(b) > 0; b = b[2:] {
		p := d.find(s, b[0])
		if p == nil {
			return nil, d.in.fail(ErrCorrupt, "component of a scan")
		}
		p.dc, p.ac = d.dc[b[1]>>4&3], d.ac[b[1]&3]
		s.parts = append(s.parts, p)
	}
	s.start, s.end, s.refines, s.low = int(end[0]), int(end[1]), end[2]>>4 > 0, uint(end[2]&15)
	if err := d.choose(s); err != nil {
		return nil, err
	}
	return s, d.lay(s)
}

// scanHeader reads the segment, and checks that it holds what its first byte
// says.
func (d *decoder) scanHeader() ([]byte, error) {
	n, err := d.length()
	if err != nil {
		return nil, err
	}
	b, err := d.in.take(n)
	if err == nil && (n < 1 || b[0] < 1 || b[0] > 4 || n < 4+2*int(b[0])) {
		err = d.in.fail(ErrCorrupt, "scan header")
	}
	return b, err
}

// find returns the component of an id that is not in the scan yet.
func (d *decoder) find(s *scan, id uint8) *part {
next:
	for i := range d.parts {
		for _, other := range s.parts {
			if other == &d.parts[i] {
				continue next
			}
		}
		if d.parts[i].ID == id {
			return &d.parts[i]
		}
	}
	return nil
}

// choose finds out how the blocks of a scan are coded, and makes ready the
// tables for it (T.81, section G.1.1.1). Sequential scans have all
// coefficients, whatever they say.
func (d *decoder) choose(s *scan) error {
	needDC, needAC := true, !d.Progressive
	switch {
	case !d.Progressive:
		s.start, s.end, s.refines, s.block = 0, 63, false, d.sequential
	case s.low > 13 || s.end > 63 || s.start > s.end || s.start == 0 && s.end > 0 || s.start > 0 && len(s.parts) > 1:
		return d.in.fail(ErrCorrupt, "coefficients of a scan")
	case s.start == 0 && s.refines:
		s.block, needDC = d.refineDC, false
	case s.start == 0:
		s.block = d.firstDC
	case s.refines:
		s.block, needDC, needAC = d.refineAC, false, true
	default:
		s.block, needDC, needAC = d.firstAC, false, true
	}
	s.band = 2<<s.end - 1<<s.start
	for _, p := range s.parts {
		if needDC && !p.dc.prepare() || needAC && !p.ac.prepare() {
			return d.in.fail(ErrCorrupt, "no Huffman table")
		}
	}
	return d.quantise(s)
}

// quantise takes the quantisation tables as they are now, which later segments
// may change. Those of a progressive picture are the first scan's.
func (d *decoder) quantise(s *scan) error {
	for _, p := range s.parts {
		if q := d.quants[p.Component.quant]; !d.Progressive || p.quant[0] == 0 {
			p.quant = q
		}
		if p.quant[0] == 0 {
			return d.in.fail(ErrCorrupt, "no quantisation table")
		}
	}
	return nil
}

// lay finds out which blocks a scan has (T.81, sections A.2.2 and A.2.3), and
// whether they may be visited.
func (d *decoder) lay(s *scan) error {
	blocks := int64(0)
	s.size = d.units()
	for _, p := range s.parts {
		p.across, p.down = p.H, p.V
		if len(s.parts) == 1 {
			p.across, p.down, s.size = 1, 1, p.inside
		}
		blocks += int64(p.across) * int64(p.down)
		if p == &d.parts[0] && s.start == 0 && !s.refines {
			_, most := d.most()
			s.rows = ceil(8*most*p.down, p.V)
		}
	}
	d.work -= blocks * int64(s.size.X) * int64(s.size.Y)
	if d.work < 0 {
		return d.in.fail(ErrWork, "scan")
	}
	return nil
}

// decodeScan decodes the blocks of a scan.
func (d *decoder) decodeScan(ctx context.Context, s *scan) error {
	d.restartScan()
	for y := 0; y < s.size.Y; y++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !d.decodeRow(s, y) {
			break
		}
	}
	if d.bits.bad {
		d.harm(d.in.fail(ErrCorrupt, "bad code"))
	}
	d.bits.bad = false
	return nil
}

// decodeRow decodes a row of MCUs. It reports whether there may be more of
// them.
func (d *decoder) decodeRow(s *scan, y int) bool {
	for x := 0; x < s.size.X; x++ {
		if d.due() && !d.restart() {
			return false
		}
		if d.lost {
			continue
		}
		s.decode(x, y)
		if d.bits.overrun() && !d.cut() {
			return false
		}
		if !d.lost && x == s.size.X-1 {
			d.rows = max(d.rows, min(d.Height, (y+1)*s.rows))
		}
		if d.eobs > 0 {
			x += d.skip(s, x, y)
		}
	}
	return true
}

// decode decodes the blocks of an MCU.
func (s *scan) decode(x, y int) {
	for _, p := range s.parts {
		for i := range p.across * p.down {
			s.block(s, p, x*p.across+i%p.across, y*p.down+i/p.across)
		}
	}
}

package jpeg

import "errors"

// restartScan begins a scan.
func (d *decoder) restartScan() {
	d.left, d.next = d.interval, 0
	d.forget()
}

// forget drops what one block tells of the next (T.81, section F.2.1.3.1).
func (d *decoder) forget() {
	d.bits.reset()
	d.eobs, d.lost = 0, false
	for i := range d.parts {
		d.parts[i].before = 0
	}
}

// due counts an MCU and reports whether there has to be a restart marker
// before it.
func (d *decoder) due() bool {
	if d.interval == 0 {
		return false
	}
	due := d.left == 0
	if due {
		d.left = d.interval
	}
	d.left--
	return due
}

// skip passes over MCUs after x of one block that have nothing in this scan. It
// returns how many.
func (d *decoder) skip(s *scan, x, y int) int {
	n := min(d.eobs, s.size.X-x-1)
	if d.interval > 0 {
		n = min(n, d.left)
	}
	if s.refines {
		n = s.zero(x+1, y, n)
	}
	d.eobs -= n
	if d.interval > 0 {
		d.left -= n
	}
	return n
}

// zero returns how many of n blocks have nothing to refine.
func (s *scan) zero(x, y, n int) int {
	p := s.parts[0]
	for i, nonzero := range p.nonzero[y*p.stride+x:][:n] {
		if nonzero&s.band != 0 {
			return i
		}
	}
	return n
}

// restart passes the next restart marker, and reports whether there is one at
// all. If some are missing, what belongs to them is left out.
func (d *decoder) restart() bool {
	d.forget()
	want := d.next
	d.next = (want + 1) & 7
	for {
		marker, err := d.in.peek()
		if err != nil || !isRestart(marker) {
			d.lose(err)
			return false
		}
		switch ahead := (marker - markerRST0 - want) & 7; {
		case ahead == 0:
			d.in.pos += 2
			return true
		case ahead <= 4:
			d.lose(nil)
			return true
		}
		d.in.pos += 2 // one that was due before
	}
}

func isRestart(marker byte) bool { return marker >= markerRST0 && marker <= markerRST7 }

// cut deals with data that ends too early. It reports whether there may be
// more of it in this scan.
func (d *decoder) cut() bool {
	marker, err := d.in.peek()
	if d.interval > 0 {
		d.lose(err)
		return true
	}
	d.lose(err)
	if err != nil || !isRestart(marker) {
		return false
	}
	d.in.pos += 2 // a restart marker that was not announced
	d.forget()
	return true
}

// lose notes that data is missing up to the next restart marker.
func (d *decoder) lose(err error) {
	d.lost = true
	if err == nil && d.damage == nil {
		err = d.in.fail(ErrCorrupt, "marker before the end of a scan")
	}
	d.harm(err)
}

// harm notes the first damage, or what ended the file rather than that.
func (d *decoder) harm(err error) {
	if d.damage == nil || err != nil && !errors.Is(err, ErrCorrupt) {
		d.damage = err
	}
}

package jpeg

import "encoding/binary"

// readFrame reads a frame header (T.81, section B.2.2).
func (d *decoder) readFrame(marker byte, b []byte) error {
	switch {
	case marker == markerDAC, marker > markerSOF2:
		return d.in.fail(ErrUnsupported, "lossless, hierarchical or arithmetic coding")
	case d.Components != nil:
		return d.in.fail(ErrCorrupt, "second frame header")
	case len(b) < 6 || len(b) < 6+3*int(b[5]):
		return d.in.fail(ErrFormat, "frame header cut short")
	case b[0] != 8:
		return d.in.fail(ErrUnsupported, "samples of other than 8 bits")
	case b[5] != 1 && b[5] != 3 && b[5] != 4:
		return d.in.fail(ErrUnsupported, "number of components")
	}
	d.Height, d.Width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	d.Progressive = marker == markerSOF2
	switch {
	case d.Width == 0:
		return d.in.fail(ErrFormat, "width of zero")
	case d.Height == 0: // T.81, section B.2.5
		return d.in.fail(ErrUnsupported, "height only after the first scan")
	}
	return d.readComponents(b[6:][:3*int(b[5])])
}

func (d *decoder) readComponents(b []byte) error {
	for ; len(b) > 0; b = b[3:] {
		c := Component{b[0], int(b[1] >> 4), int(b[1] & 15), b[2]}
		if c.H < 1 || c.H > 4 || c.V < 1 || c.V > 4 || c.quant > 3 {
			return d.in.fail(ErrFormat, "component of the frame header")
		}
		d.Components = append(d.Components, c)
	}
	return nil
}

package jpeg

import (
	"bytes"
	"encoding/binary"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// Markers (T.81, table B.1).
const (
	markerSOF0  = 0xc0
	markerSOF1  = 0xc1
	markerSOF2  = 0xc2
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
	markerTEM   = 0x01
)

// begin reads the segments up to the first scan.
func (d *decoder) begin() error {
	start, err := d.in.take(2)
	if err != nil {
		return err
	}
	if start[0] != 0xff || start[1] != markerSOI {
		return d.in.fail(ErrFormat, "no start marker")
	}
	switch found, err := d.nextScan(); {
	case err != nil:
		return err
	case !found:
		return d.in.fail(ErrFormat, "no scan")
	case d.Components == nil:
		return d.in.fail(ErrFormat, "no frame header")
	}
	d.interpret()
	return nil
}

// nextScan reads segments up to the next scan's. It reports whether there is
// one before the end of the picture.
func (d *decoder) nextScan() (bool, error) {
	for {
		marker, err := d.in.peek()
		if err != nil {
			return false, err
		}
		d.in.pos += 2
		switch {
		case marker == markerSOS:
			return true, nil
		case marker == markerEOI, marker == markerSOI && d.Components != nil:
			return false, nil
		case marker >= markerRST0 && marker <= markerSOI, marker == markerTEM:
			continue
		}
		if err := d.segment(marker); err != nil {
			return false, err
		}
	}
}

// segment reads the segment of a marker.
func (d *decoder) segment(marker byte) error {
	n, err := d.length()
	if err != nil {
		return err
	}
	read := d.reader(marker)
	if read == nil {
		return d.in.skip(n)
	}
	body, err := d.in.take(n)
	if err != nil {
		return err
	}
	return read(body)
}

// length reads the length of a segment (T.81, section B.1.1.4), and returns
// what is left of it.
func (d *decoder) length() (int, error) {
	b, err := d.in.take(2)
	if err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(b)) - 2
	if n < 0 {
		return 0, d.in.fail(ErrCorrupt, "length of a segment")
	}
	return n, nil
}

// reader returns what reads the segments of a marker, nil if they do not
// matter.
func (d *decoder) reader(marker byte) func([]byte) error {
	switch {
	case marker == markerDHT:
		return d.readHuffman
	case marker == markerDQT:
		return d.readQuant
	case marker == markerDRI:
		return d.readInterval
	case marker == markerAPP0:
		return d.readJFIF
	case marker == markerAPP1:
		return d.readEXIF
	case marker == markerAPP2:
		return d.readProfile
	case marker == markerAPP14:
		return d.readAdobe
	case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerJPG:
		return func(b []byte) error { return d.readFrame(marker, b) }
	}
	return nil
}

// readJFIF reads an APP0 segment (T.871, section 10.1).
func (d *decoder) readJFIF(b []byte) error {
	d.jfif = d.jfif || bytes.HasPrefix(b, []byte("JFIF\x00"))
	return nil
}

// readAdobe reads an APP14 segment (Adobe Technical Note 5116, section 18).
func (d *decoder) readAdobe(b []byte) error {
	if len(b) >= 12 && bytes.HasPrefix(b, []byte("Adobe")) {
		d.adobe, d.transform = true, b[11]
	}
	return nil
}

// readInterval reads a DRI segment (T.81, section B.2.4.4).
func (d *decoder) readInterval(b []byte) error {
	if len(b) < 2 {
		return d.in.fail(ErrCorrupt, "restart interval")
	}
	d.interval = int(binary.BigEndian.Uint16(b))
	return nil
}

// interpret finds out what the components mean. JFIF allows only gray and
// YCbCr (T.871, section 7); without it Adobe's segment decides, or what the
// components are called.
func (d *decoder) interpret() {
	ids := ""
	for _, c := range d.Components {
		ids += string(rune(c.ID))
	}
	switch n := len(d.Components); {
	case n == 1:
		d.Space = raster.Gray
	case n == 4 && d.adobe && d.transform == 2:
		d.Space, d.inverted = raster.YCCK, true
	case n == 4:
		d.Space, d.inverted = raster.CMYK, d.adobe
	case d.jfif:
		d.Space = raster.YCbCr
	case d.adobe && d.transform == 0, !d.adobe && ids == "RGB":
		d.Space = raster.RGB
	default:
		d.Space = raster.YCbCr
	}
}

package media

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markerSOF0  = 0xc0
	markerSOF1  = 0xc1
	markerSOF2  = 0xc2
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
)

var (
	errNoFrame   = errors.New("no frame header")
	errNoSize    = errors.New("no width or height")
	errSegment   = errors.New("bad segment length")
	errKind      = errors.New("neither baseline nor progressive")
	exifPrefix   = []byte("Exif\x00\x00")
	adobePrefix  = []byte("Adobe")
	endOfPicture = []byte{0xff, markerEOI}
)

// jpegScan walks over the segments before the first scan, in the same way as
// the decoder, which skips bytes between segments.
type jpegScan struct {
	r     *bufio.Reader
	pos   int64 // offset of the next byte
	rgb   bool  // an Adobe segment says that components are not YCbCr
	frame []byte
	kind  byte // marker of the frame header
	exif  []byte
}

// inspectJPEG fills in what the segments before the first scan say.
func inspectJPEG(src *source, h *header) error {
	s := &jpegScan{r: src.from(0)}
	if _, err := s.next(2); err != nil {
		return because(ErrCorrupt, err)
	}
	for {
		marker, body, err := s.segment()
		if err != nil {
			return because(ErrCorrupt, err)
		}
		if marker == markerSOS {
			break
		}
		if err := s.keep(marker, body); err != nil {
			return err
		}
	}
	h.scan = s.pos
	h.exif = parseEXIF(s.exif)
	return s.measure(h)
}

// segment gives the next marker, and the contents of those segments that
// matter.
func (s *jpegScan) segment() (marker byte, body []byte, err error) {
	for {
		marker, err = s.marker()
		if err != nil || marker == markerEOI {
			return 0, nil, errors.Join(errNoFrame, err)
		}
		if marker >= markerRST0 && marker < markerSOI {
			continue
		}
		head, err := s.next(2)
		if err != nil {
			return 0, nil, err
		}
		n := (int(head[0])<<8 | int(head[1])) - 2
		if n < 0 {
			return 0, nil, errSegment
		}
		if marker == markerSOS {
			return marker, nil, nil
		}
		body, err = s.body(marker, n)
		return marker, body, err
	}
}

// marker skips to the next marker (T.81, section B.1.1.2).
func (s *jpegScan) marker() (byte, error) {
	b, err := s.next(2)
	if err != nil {
		return 0, err
	}
	first, second := b[0], b[1]
	for first != 0xff || second == 0 || second == 0xff {
		if first != 0xff || second == 0xff {
			first = second
		} else {
			first = 0
		}
		b, err := s.next(1)
		if err != nil {
			return 0, err
		}
		second = b[0]
	}
	return second, nil
}

// body reads a segment if it matters and skips it if not.
func (s *jpegScan) body(marker byte, n int) ([]byte, error) {
	if marker == markerAPP1 && s.exif == nil || marker == markerAPP14 || isFrame(marker) {
		return s.next(n)
	}
	k, err := s.r.Discard(n)
	s.pos += int64(k)
	return nil, err
}

func (s *jpegScan) next(n int) ([]byte, error) {
	b := make([]byte, n)
	k, err := io.ReadFull(s.r, b)
	s.pos += int64(k)
	return b, err
}

func isFrame(marker byte) bool {
	return marker >= markerSOF0 && marker <= markerSOF15 &&
		marker != markerDHT && marker != markerJPG && marker != markerDAC
}

func (s *jpegScan) keep(marker byte, body []byte) error {
	switch {
	case marker == markerSOF0, marker == markerSOF1, marker == markerSOF2:
		s.kind, s.frame = marker, body
	case isFrame(marker):
		return because(ErrFormat, errKind)
	case marker == markerAPP14 && len(body) >= 12 && bytes.HasPrefix(body, adobePrefix):
		s.rgb = body[11] == 0
	case marker == markerAPP1 && s.exif == nil:
		if data, ok := bytes.CutPrefix(body, exifPrefix); ok {
			s.exif = data
		}
	}
	return nil
}

// measure reads the frame header (T.81, section B.2.2). Memory is counted in
// whole units of 8·h by 8·v samples, as the decoder allocates it; a progressive
// picture also holds four bytes for every coefficient.
func (s *jpegScan) measure(h *header) error {
	f := s.frame
	if len(f) < 6 || len(f) < 6+3*int(f[5]) || f[5] == 0 {
		return because(ErrCorrupt, errNoFrame)
	}
	h.h, h.w = int(f[1])<<8|int(f[2]), int(f[3])<<8|int(f[4])
	var most [2]int64
	var samples int64
	ids := ""
	for c := range int(f[5]) {
		ch, cv := int64(f[7+3*c]>>4), int64(f[7+3*c]&15)
		if f[5] == 1 {
			ch, cv = 1, 1 // T.81, section A.2.2: one component is not interleaved
		}
		most = [2]int64{max(most[0], ch), max(most[1], cv)}
		samples += ch * cv
		ids += string(rune(f[6+3*c]))
	}
	if h.w == 0 || h.h == 0 || samples == 0 {
		return because(ErrCorrupt, errNoSize)
	}
	units := ceil(int64(h.w), 8*most[0]) * ceil(int64(h.h), 8*most[1])
	h.cost = units * 64 * samples
	if s.kind == markerSOF2 {
		h.cost *= 5
	}
	if f[5] == 4 || s.rgb || ids == "RGB" {
		h.cost += 4 * int64(h.w) * int64(h.h) // converted once more
	}
	return nil
}

func ceil(a, b int64) int64 { return (a + max(b, 1) - 1) / max(b, 1) }

// whole says whether the file seems to go on to the end of the picture: its
// last bytes hold the end marker. Some files go on after that with data of
// their maker; those are decoded, which tells for certain.
func (h *header) whole(src *source) bool {
	const tail = 1024
	at := max(h.scan, src.size-tail)
	return bytes.Contains(src.bytes(at, tail), endOfPicture)
}

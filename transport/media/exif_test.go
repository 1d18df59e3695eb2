package media

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

func TestParseEXIF(t *testing.T) {
	taken := time.Date(2024, 5, 6, 7, 8, 9, 0, time.FixedZone("", -5*3600))
	data := mediatest.EXIF{Orientation: 7, Taken: taken, Thumbnail: []byte("a thumbnail"), Place: true}.Bytes()
	x := parseEXIF(data)
	if x.orientation != 7 || !x.taken.Equal(taken) || string(x.thumb) != "a thumbnail" {
		t.Errorf("%+v", x)
	}
	for n := range data { // cut anywhere, it says less, never something else
		x := parseEXIF(data[:n])
		if x.orientation != 1 && x.orientation != 7 || x.thumb != nil {
			t.Errorf("cut at %d: %+v", n, x)
		}
	}
}

// ifd is a little-endian directory with entries of tag, type, count and value,
// followed by the offset of the next one.
func ifd(next uint32, entries ...[4]uint32) []byte {
	b := binary.LittleEndian.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
		b = binary.LittleEndian.AppendUint32(b, e[3])
	}
	return binary.LittleEndian.AppendUint32(b, next)
}

// What is ill-formed is left out; nothing loops or allocates.
func TestHostileEXIF(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"little-endian":            {ifd(0, [4]uint32{tagOrientation, typeShort, 1, 6}), 6},
		"as a long":                {ifd(0, [4]uint32{tagOrientation, typeLong, 1, 8}), 8},
		"orientation 0":            {ifd(0, [4]uint32{tagOrientation, typeShort, 1, 0}), 1},
		"orientation 9":            {ifd(0, [4]uint32{tagOrientation, typeShort, 1, 9}), 1},
		"no value":                 {ifd(0, [4]uint32{tagOrientation, typeShort, 0, 6}), 1},
		"as a text":                {ifd(0, [4]uint32{tagOrientation, typeASCII, 1, 6}), 1},
		"next is itself":           {ifd(8, [4]uint32{tagOrientation, typeShort, 1, 6}), 6},
		"details are itself":       {ifd(0, [4]uint32{tagExifIFD, typeLong, 1, 8}, [4]uint32{tagOrientation, typeShort, 1, 6}), 6},
		"next is far away":         {ifd(0xffffffff, [4]uint32{tagOrientation, typeShort, 1, 6}), 6},
		"a text of gigabytes":      {ifd(0, [4]uint32{tagExifIFD, typeLong, 1, 8}, [4]uint32{tagTaken, typeASCII, 0xffffffff, 8}), 1},
		"count times size is 2^32": {ifd(0, [4]uint32{tagOrientation, typeShort, 0x80000001, 6}), 6},
		"thumbnail past the end":   {ifd(8, [4]uint32{tagThumbOffset, typeLong, 1, 0xfffffff0}, [4]uint32{tagThumbLength, typeLong, 1, 0x20}), 1},
		"too many entries":         {[]byte("II*\x00\x08\x00\x00\x00\xff\xff"), 1},
		"other byte order mark":    {[]byte("IM*\x00\x08\x00\x00\x00"), 1},
		"empty":                    {nil, 1},
	} {
		x := parseEXIF(c.data)
		if x.orientation != c.want || x.thumb != nil || !x.taken.IsZero() {
			t.Errorf("%s: %+v", name, x)
		}
		if n := testing.AllocsPerRun(10, func() { parseEXIF(c.data) }); n > 8 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestTaken(t *testing.T) {
	for _, c := range []struct{ taken, offset, want string }{
		{"2024:05:06 07:08:09", "", "2024-05-06T07:08:09Z"},
		{"2024:05:06 07:08:09", "+02:00", "2024-05-06T07:08:09+02:00"},
		{"2024:05:06 07:08:09", "nonsense", "2024-05-06T07:08:09Z"},
		{"0000:00:00 00:00:00", "", "0001-01-01T00:00:00Z"},
		{"    :  :     :  :  ", "+02:00", "0001-01-01T00:00:00Z"},
	} {
		if got := parseTaken(c.taken, c.offset).Format(time.RFC3339); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.taken, c.offset, got, c.want)
		}
	}
}

func FuzzEXIF(f *testing.F) {
	f.Add(mediatest.EXIF{Orientation: 7, Taken: time.Unix(1e9, 0), Thumbnail: []byte("thumbnail"), Place: true}.Bytes())
	f.Add(ifd(8, [4]uint32{tagExifIFD, typeLong, 1, 8}, [4]uint32{tagOrientation, typeShort, 1, 6}))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := parseEXIF(data)
		if x.orientation < 1 || x.orientation > 8 {
			t.Errorf("orientation %d", x.orientation)
		}
		if x.thumb != nil && !bytes.Contains(data, x.thumb) {
			t.Error("the thumbnail is not part of the data")
		}
	})
}

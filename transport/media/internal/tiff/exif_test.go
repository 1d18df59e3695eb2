package tiff_test

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

const (
	orientation = 0x0112
	thumbAt     = 0x0201
	thumbLength = 0x0202
	details     = 0x8769
	taken       = 0x9003
	takenOffset = 0x9011
	colorSpace  = 0xa001
	interop     = 0xa005
)

func full(o tifftest.Order) []byte {
	return tifftest.File(o, tiff.TIFF,
		tifftest.Dir{tifftest.Short(orientation, 7), tifftest.Sub(details, tifftest.Dir{
			tifftest.Text(taken, "2024:05:06 07:08:09"), tifftest.Text(takenOffset, "-05:00"),
			tifftest.Short(colorSpace, 0xffff), tifftest.Sub(interop, tifftest.Dir{tifftest.Text(1, "R03")}),
		})},
		tifftest.Dir{tifftest.Place(thumbAt, []byte("a thumbnail")), tifftest.Long(thumbLength, 11)})
}

func TestEXIF(t *testing.T) {
	for _, o := range []tifftest.Order{tifftest.Little, tifftest.Big} {
		data := full(o)
		x := tiff.ParseEXIF(data)
		at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.FixedZone("", -5*3600))
		if x.Orientation != 7 || !x.Taken.Equal(at) || !x.AdobeRGB {
			t.Errorf("%+v", x)
		}
		if got := string(data[x.Thumb.Off:][:x.Thumb.Len]); got != "a thumbnail" {
			t.Errorf("thumbnail %q", got)
		}
		for n := range data { // cut anywhere, it says less, never something else
			x := tiff.ParseEXIF(data[:n])
			if x.Orientation != 1 && x.Orientation != 7 || x.Thumb.Off+x.Thumb.Len > int64(n) {
				t.Errorf("cut at %d: %+v", n, x)
			}
		}
	}
}

// entry is one of a directory, as it stands there.
type entry struct {
	tag, kind    uint16
	count, value uint32
}

// ifd is a directory as it stands in a file, followed by the place of the next.
func ifd(next uint32, entries ...entry) []byte {
	b := tifftest.Little.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), uint16(len(entries)))
	for _, e := range entries {
		b = tifftest.Little.AppendUint16(b, e.tag)
		b = tifftest.Little.AppendUint16(b, e.kind)
		b = tifftest.Little.AppendUint32(b, e.count)
		b = tifftest.Little.AppendUint32(b, e.value)
	}
	return tifftest.Little.AppendUint32(b, next)
}

// What is ill-formed is left out; nothing loops or allocates.
func TestHostileEXIF(t *testing.T) {
	const ascii, short, long = 2, 3, 4
	upright := entry{orientation, short, 1, 6}
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"as a long":                {ifd(0, entry{orientation, long, 1, 8}), 8},
		"orientation 0":            {ifd(0, entry{orientation, short, 1, 0}), 1},
		"orientation 9":            {ifd(0, entry{orientation, short, 1, 9}), 1},
		"no value":                 {ifd(0, entry{orientation, short, 0, 6}), 1},
		"as a text":                {ifd(0, entry{orientation, ascii, 1, 6}), 1},
		"as bytes":                 {ifd(0, entry{orientation, 1, 1, 6}), 1},
		"next is itself":           {ifd(8, upright), 6},
		"details are itself":       {ifd(0, upright, entry{details, long, 1, 8}), 6},
		"next is far away":         {ifd(0xffffffff, upright), 6},
		"a text of gigabytes":      {ifd(0, entry{details, long, 1, 8}, entry{taken, ascii, 0xffffffff, 8}), 1},
		"count times size is 2^32": {ifd(0, entry{orientation, short, 0x80000001, 6}), 1},
		"thumbnail past the end":   {ifd(8, entry{thumbAt, long, 1, 0xfffffff0}, entry{thumbLength, long, 1, 0x20}), 1},
		"too many entries":         {[]byte("II*\x00\x08\x00\x00\x00\xff\xff"), 1},
		"other byte order mark":    {[]byte("IM*\x00\x08\x00\x00\x00"), 1},
		"a raw file":               {tifftest.File(tifftest.Little, tiff.Olympus, tifftest.Dir{tifftest.Short(orientation, 6)}), 1},
		"empty":                    {nil, 1},
	} {
		x := tiff.ParseEXIF(c.data)
		if x.Orientation != c.want || x.Thumb.Len != 0 || !x.Taken.IsZero() || x.AdobeRGB {
			t.Errorf("%s: %+v", name, x)
		}
		if n := testing.AllocsPerRun(10, func() { tiff.ParseEXIF(c.data) }); n > 32 {
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
		data := tifftest.File(tifftest.Big, tiff.TIFF, tifftest.Dir{tifftest.Sub(details, tifftest.Dir{
			tifftest.Text(taken, c.taken), tifftest.Text(takenOffset, c.offset),
		})})
		if got := tiff.ParseEXIF(data).Taken.Format(time.RFC3339); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.taken, c.offset, got, c.want)
		}
	}
}

func FuzzEXIF(f *testing.F) {
	f.Add(full(tifftest.Little))
	f.Add(full(tifftest.Big))
	f.Add(ifd(8, entry{details, 4, 1, 8}, entry{orientation, 3, 1, 6}))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := tiff.ParseEXIF(data)
		if x.Orientation < 1 || x.Orientation > 8 {
			t.Errorf("orientation %d", x.Orientation)
		}
		if x.Thumb != (section.Part{}) && !section.Memory(data).Has(x.Thumb) {
			t.Errorf("thumbnail %+v of %d bytes", x.Thumb, len(data))
		}
	})
}

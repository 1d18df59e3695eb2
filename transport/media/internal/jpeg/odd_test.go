package jpeg

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// edited returns a file with some bytes replaced.
func edited(file []byte, from, to string) []byte {
	return bytes.Replace(file, []byte(from), []byte(to), 1)
}

// Files that are not quite as T.81 wants them, but are what people have.
func TestTolerated(t *testing.T) {
	m := made{width: 50, height: 30, factors: samplings["4:2:0"]}
	file := m.file()
	want := decode(t, file, 1).Planes
	frame := "\xff" + string(byte(markerSOF1))
	for name, file := range map[string][]byte{
		"fill bytes":              edited(file, frame, "\xff\xff\xff"+frame),
		"garbage before a marker": edited(file, frame, "garbage\x00\xff\x00"+frame),
		"many APP segments":       edited(file, frame, strings.Repeat("\xff\xe1\x00\x06Exif", 20)+frame),
		"long segment":            edited(file, frame, "\xff\xe2\xff\xff"+strings.Repeat("\xff\xda", 0xfffd/2)+"\xff"+frame),
		"short Adobe segment":     edited(file, frame, "\xff\xee\x00\x07Adobe"+frame),
		"trailing data":           append(bytes.Clone(file), "some data\xff\xda"...),
		"second picture":          append(bytes.Clone(file), made{width: 9, height: 9, factors: samplings["gray"]}.file()...),
		"second one, no end":      append(bytes.Clone(file[:len(file)-2]), made{width: 9, height: 9, factors: samplings["gray"]}.file()...),
		"marker before the end":   append(bytes.Clone(file[:len(file)-2]), 0xff, markerRST0, 0xff, 0xff, markerEOI),
		"baseline by name":        edited(file, frame, "\xff"+string(byte(markerSOF0))),
	} {
		t.Run(name, func(t *testing.T) {
			compare(t, decode(t, file, 1).Planes, want, 0, 0)
		})
	}
}

// Restart markers that no segment announces are passed.
func TestRestartNotAnnounced(t *testing.T) {
	m := made{width: 64, height: 64, factors: samplings["4:2:0"], restart: 4}
	file := m.file()
	at := bytes.Index(file, []byte{0xff, markerDRI})
	p, err := Decode(t.Context(), bytes.NewReader(slices.Delete(bytes.Clone(file), at, at+6)), Options{})
	if rows := shownRows(t, p, err, m.height); rows < 48 || !errors.Is(err, ErrCorrupt) {
		t.Errorf("%d rows shown, %v", rows, err)
	}
}

// Quantisation tables may change from scan to scan.
func TestTablesBetweenScans(t *testing.T) {
	m := made{width: 40, height: 40, factors: samplings["4:4:4"], separate: true}
	file := m.file()
	q := standardQuant[1].scaled(10)
	second := bytes.LastIndex(file, []byte{0xff, markerSOS})
	file = slices.Insert(file, second, segment(nil, markerDQT, q.body(1))...)
	got, want := decode(t, file, 1).Planes, m.planes()
	compare(t, got[:2], want[:2], 2, 0.5)
	if most, _ := differ(got[2], want[2], 40); most < 50 {
		t.Error("the third component has the first table")
	}
}

// Bytes of the frame header, which is: marker, length, bits, height, width,
// number of components and three bytes of each.
var frameEdits = map[string]struct {
	at   int
	to   string
	want error
}{
	"12 bits":        {4, "\x0c", ErrUnsupported},
	"lossless":       {1, "\xc3", ErrUnsupported},
	"arithmetic":     {1, "\xc9", ErrUnsupported},
	"height in DNL":  {5, "\x00\x00", ErrUnsupported},
	"no width":       {7, "\x00\x00", ErrFormat},
	"two components": {9, "\x02", ErrUnsupported},
	"too few":        {9, "\x04", ErrFormat},
	"sampling of 0":  {11, "\x01", ErrFormat},
	"sampling of 5":  {11, "\x15", ErrFormat},
	"table 4":        {12, "\x04", ErrFormat},
}

// Segments that make no sense.
var segmentEdits = map[string]struct{ from, to string }{
	"unknown in scan":   {"\xff\xda\x00\x0c\x03\x01", "\xff\xda\x00\x0c\x03\x07"},
	"no table":          {"\xff\xda\x00\x0c\x03\x01\x00", "\xff\xda\x00\x0c\x03\x01\x22"},
	"scan of nothing":   {"\xff\xda\x00\x0c\x03", "\xff\xda\x00\x0c\x00"},
	"scan cut short":    {"\xff\xda\x00\x0c\x03", "\xff\xda\x00\x0c\x04"},
	"segment length":    {"\xff\xdb\x00\x43", "\xff\xdb\x00\x01"},
	"steps cut short":   {"\xff\xdb\x00\x43", "\xff\xdb\x00\x42"},
	"too many codes":    {"\xff\xda", "\xff\xc4\x00\x16\x00\x03" + zeros + "abc\xff\xda"},
	"codes cut short":   {"\xff\xda", "\xff\xc4\x00\x13\x00\x01" + zeros + "\xff\xda"},
	"lengths cut short": {"\xff\xda", "\xff\xc4\x00\x05\x00\x01\x00\xff\xda"},
	"interval missing":  {"\xff\xda", "\xff\xdd\x00\x02\xff\xda"},
}

const zeros = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func TestRefused(t *testing.T) {
	file := made{width: 50, height: 30, factors: samplings["4:2:0"]}.file()
	frame, scan := bytes.Index(file, []byte{0xff, markerSOF1}), bytes.Index(file, []byte{0xff, markerSOS})
	refuse(t, "nothing", nil, ErrTruncated)
	refuse(t, "two bytes", file[:2], ErrTruncated)
	refuse(t, "no JPEG", []byte("GIF89a"), ErrFormat)
	refuse(t, "no data", file[:scan], ErrTruncated)
	refuse(t, "no scan", append(bytes.Clone(file[:scan]), 0xff, markerEOI), ErrFormat)
	refuse(t, "no frame", append(bytes.Clone(file[:2]), file[scan:]...), ErrFormat)
	refuse(t, "frame twice", slices.Insert(bytes.Clone(file), scan, file[frame:scan]...), ErrCorrupt)
	for name, c := range frameEdits {
		bad := bytes.Clone(file)
		copy(bad[frame+c.at:], c.to)
		refuse(t, name, bad, c.want)
	}
	for name, c := range segmentEdits {
		refuse(t, name, edited(file, c.from, c.to), ErrCorrupt)
	}
	if _, err := Decode(t.Context(), bytes.NewReader(file), Options{Scale: 3}); err == nil {
		t.Error("scale 3")
	}
}

// refuse fails if a file is not refused with an error of a kind.
func refuse(t *testing.T, name string, file []byte, want error) {
	t.Helper()
	p, err := Decode(t.Context(), bytes.NewReader(file), Options{})
	if !errors.Is(err, want) || p.Planes != nil {
		t.Errorf("%s: %d planes, %v", name, len(p.Planes), err)
	}
	if errors.Is(err, ErrUnsupported) != errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%s: not errors.ErrUnsupported", name)
	}
}

// A component of which there is no data is grey. Without the first one there is
// no picture.
func TestComponentWithoutScan(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		m := made{width: 40, height: 40, factors: samplings["4:4:4"], separate: true, progressive: progressive}
		for part, want := range []bool{false, true, true} {
			m.only = []int{(part + 1) % 3, (part + 2) % 3}
			p, err := Decode(t.Context(), bytes.NewReader(m.file()), Options{})
			if (p.Planes != nil) != want || !errors.Is(err, ErrCorrupt) {
				t.Fatalf("without %d: %d planes, %v", part, len(p.Planes), err)
			}
			if want && p.Planes[part].Row(20)[20] != 128 {
				t.Errorf("plane %d is not grey", part)
			}
		}
	}
}

// Scans that would visit too many blocks are not begun; what came before is
// there.
func TestWork(t *testing.T) {
	m := made{width: 64, height: 64, factors: samplings["gray"], progressive: true}
	for work, want := range map[int64]bool{63: false, 64: true, 200: true} {
		p, err := Decode(t.Context(), bytes.NewReader(m.file()), Options{Work: work})
		if (p.Planes != nil) != want || !errors.Is(err, ErrWork) {
			t.Errorf("%d blocks: %d planes, %v", work, len(p.Planes), err)
		}
	}
	if _, err := Decode(t.Context(), bytes.NewReader(m.file()), Options{Work: 64 * 6}); err != nil {
		t.Error(err)
	}
	huge := edited(m.file(), "\x08\x00\x40\x00\x40", "\x08\xff\xff\xff\xff")
	if p, err := Decode(t.Context(), bytes.NewReader(huge), Options{Scale: 8, Work: 1 << 20}); p.Planes != nil || !errors.Is(err, ErrWork) {
		t.Errorf("huge: %v", err)
	}
}

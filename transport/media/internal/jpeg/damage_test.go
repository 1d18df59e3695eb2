package jpeg

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// rowsIn returns how many samples of a plane lie wholly in so many rows of
// pixels, less what a block may straddle.
func rowsIn(p raster.Plane, rows, height int) int { return p.Size.Y * rows / height / 8 * 8 }

// Cut anywhere, there is what came before, or an error alone if that is
// nothing.
func TestTruncated(t *testing.T) {
	for way, change := range ways {
		t.Run(way, func(t *testing.T) {
			m := made{width: 34, height: 68, factors: samplings["4:2:0"], quality: 30}
			change(&m)
			file := m.file()
			whole, before := decode(t, file, 1).Planes[0], 0
			for cut := range len(file) - 2 {
				p, err := Decode(t.Context(), bytes.NewReader(file[:cut]), Options{})
				rows := shownRows(t, p, err, m.height)
				if rows < before {
					t.Fatalf("%d rows of %d bytes, but %d of fewer bytes", rows, cut, before)
				}
				if before = rows; rows > 0 && !m.progressive {
					sameRows(t, p.Planes[0], whole, rowsIn(whole, rows, m.height))
				}
			}
			if before < m.height-16 {
				t.Errorf("the file without its last bytes has only %d rows", before)
			}
		})
	}
}

// sameRows fails if any sample of the first rows differs.
func sameRows(t *testing.T, got, want raster.Plane, rows int) {
	t.Helper()
	if most, _ := differ(got, want, rows); most > 0 {
		t.Errorf("the %d rows shown are not those of the picture", rows)
	}
}

// shownRows returns how many rows are shown, and fails if the error does not
// say so.
func shownRows(t *testing.T, p raster.Picture, err error, height int) int {
	t.Helper()
	partial := (*section.PartialError)(nil)
	switch {
	case err == nil:
		return height
	case p.Planes == nil && !errors.As(err, &partial):
		return 0
	case !errors.As(err, &partial), (p.Planes == nil) != (partial.Rows == 0), partial.Height != height:
		t.Fatalf("%d planes with error %v", len(p.Planes), err)
	}
	return partial.Rows
}

// The last bytes are only the end marker: the picture is whole without them.
func TestNoEndMarker(t *testing.T) {
	for way, change := range ways {
		m := made{width: 50, height: 70, factors: samplings["4:2:0"]}
		change(&m)
		file := m.file()
		if _, err := Decode(t.Context(), bytes.NewReader(file[:len(file)-2]), Options{}); err != nil {
			t.Errorf("%s: %v", way, err)
		}
	}
}

// What is missing is grey, not black and not garbage.
func TestMissingIsGrey(t *testing.T) {
	m := made{width: 64, height: 256, factors: samplings["4:2:0"]}
	for _, progressive := range []bool{false, true} {
		m.progressive = progressive
		file := m.file()
		p, err := Decode(t.Context(), bytes.NewReader(file[:len(file)/2]), Options{})
		if progressive { // cut in the first scan
			p, err = Decode(t.Context(), bytes.NewReader(file[:len(file)/10]), Options{})
		}
		if rows := shownRows(t, p, err, m.height); rows == 0 || rows == m.height || !errors.Is(err, ErrTruncated) {
			t.Fatalf("%d rows shown, error %v", rows, err)
		}
		for i, plane := range p.Planes {
			if v := plane.Row(plane.Size.Y - 1)[plane.Size.X-1]; v != 128 {
				t.Errorf("progressive %v, plane %d: the last sample is %d", progressive, i, v)
			}
		}
	}
}

// If the data between two restart markers is damaged, or a marker is lost or
// there twice, the rest of the picture is right.
func TestRestartMarkers(t *testing.T) {
	m := made{width: 64, height: 16 * 12, factors: samplings["4:2:0"], restart: 4, quality: 80}
	file := m.file()
	want := decode(t, file, 1).Planes[0]
	marker := func(n byte) int { return bytes.Index(file, []byte{0xff, markerRST0 + n}) }
	before, after := file[:marker(3)+2], file[marker(4):]
	for name, c := range map[string]struct {
		file  []byte
		wrong int // number of rows of MCUs that may differ, from the fifth on
	}{
		"damaged": {slices.Concat(before, bytes.Repeat([]byte{0x55}, marker(4)-marker(3)-2), after), 1},
		"empty":   {slices.Concat(before, after), 1},
		"lost":    {slices.Concat(before[:marker(3)], file[marker(3)+2:]), 2},
		"twice":   {slices.Concat(file[:marker(4)+2], after), 2},
		"garbage": {slices.Concat(file[:marker(4)], []byte{1, 2, 3}, after), 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Decode(t.Context(), bytes.NewReader(c.file), Options{})
			if rows := shownRows(t, p, err, m.height); rows != m.height || (name != "garbage") != (err != nil) {
				t.Errorf("%d rows shown, %v", rows, err)
			}
			sameRows(t, p.Planes[0], want, 4*16)
			from := (4 + c.wrong) * 16
			sameRows(t, below(p.Planes[0], from), below(want, from), m.height-from)
		})
	}
}

// A picture that ends too early is not continued by the next one in the file.
func TestRestartNotBeyondEnd(t *testing.T) {
	m := made{width: 64, height: 16 * 12, factors: samplings["4:2:0"], restart: 4}
	file := m.file()
	end := bytes.Index(file, []byte{0xff, markerRST0 + 3})
	p, err := Decode(t.Context(), bytes.NewReader(slices.Concat(file[:end], []byte{0xff, markerEOI}, file)), Options{})
	if rows := shownRows(t, p, err, m.height); rows != 4*16 || !errors.Is(err, ErrCorrupt) {
		t.Errorf("%d rows shown, %v", rows, err)
	}
	for y, grey := 4*16, bytes.Repeat([]byte{128}, m.width); y < m.height; y++ {
		if !bytes.Equal(p.Planes[0].Row(y), grey) {
			t.Fatalf("row %d is not grey", y)
		}
	}
}

// below returns the rows of a plane from y on.
func below(p raster.Plane, y int) raster.Plane {
	p.Pix = p.Pix[min(len(p.Pix), y*p.Stride):]
	return p
}

// Errors of reading and of the context are not taken for damage.
func TestErrorsOfOthers(t *testing.T) {
	file := made{width: 64, height: 64, factors: samplings["4:2:0"]}.file()
	broken := errors.New("broken")
	r := io.MultiReader(bytes.NewReader(file[:len(file)/2]), iotest.ErrReader(broken))
	if p, err := Decode(t.Context(), r, Options{}); !errors.Is(err, broken) || errors.Is(err, ErrTruncated) || p.Planes == nil {
		t.Errorf("reader: %d planes, %v", len(p.Planes), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := Decode(ctx, bytes.NewReader(file), Options{}); !errors.Is(err, context.Canceled) || p.Planes != nil {
		t.Errorf("context: %d planes, %v", len(p.Planes), err)
	}
}

// It does not matter how many bytes a reader returns at once.
func TestReaders(t *testing.T) {
	m := made{width: 500, height: 300, factors: samplings["4:2:0"]}
	file := m.file()
	want := decode(t, file, 1)
	for name, r := range map[string]io.Reader{
		"one byte":        iotest.OneByteReader(bytes.NewReader(file)),
		"half":            iotest.HalfReader(bytes.NewReader(file)),
		"data with error": iotest.DataErrReader(bytes.NewReader(file)),
	} {
		p, err := Decode(t.Context(), r, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		compare(t, p.Planes, want.Planes, 0, 0)
	}
}

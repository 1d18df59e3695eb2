package jpeg

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// decode decodes a file that has to be whole.
func decode(t testing.TB, file []byte, scale int) raster.Picture {
	t.Helper()
	p, err := Decode(t.Context(), bytes.NewReader(file), Options{Scale: scale})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compare fails if samples differ by more than most, or by more than mean on
// average.
func compare(t *testing.T, got, want []raster.Plane, most int, mean float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d planes, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Size.X > want[i].Size.X || got[i].Size.Y > want[i].Size.Y {
			t.Fatalf("plane %d: %v, want %v", i, got[i].Size, want[i].Size)
		}
		worst, average := differ(got[i], want[i], got[i].Size.Y)
		if worst > most || average > mean {
			t.Errorf("plane %d: samples differ by %.3f on average and %d at most", i, average, worst)
		}
	}
}

// differ returns how much the first rows of samples differ, at most and on
// average.
func differ(a, b raster.Plane, rows int) (most int, mean float64) {
	sum := 0
	for y := range rows {
		for x, v := range a.Row(y) {
			d := int(v) - int(b.Row(y)[x])
			most, sum = max(most, d, -d), sum+max(d, -d)
		}
	}
	return most, float64(sum) / float64(max(1, a.Size.X*rows))
}

// mean returns a plane of the means of scale×scale samples.
func mean(p raster.Plane, scale int) raster.Plane {
	m := raster.NewPlane(p.Size.Div(scale))
	for at := range m.Pix {
		sum := 0
		for i := range scale * scale {
			sum += int(p.Row(at/m.Stride*scale + i/scale)[at%m.Stride*scale+i%scale])
		}
		m.Pix[at] = uint8((sum + scale*scale/2) / (scale * scale))
	}
	return m
}

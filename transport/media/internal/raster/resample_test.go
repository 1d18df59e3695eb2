package raster_test

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// plane returns a plane drawn by a function.
func plane(size image.Point, at func(x, y int) uint8) raster.Plane {
	p := raster.NewPlane(size)
	for y := range size.Y {
		for x, row := 0, p.Row(y); x < len(row); x++ {
			row[x] = at(x, y)
		}
	}
	return p
}

// noise returns a plane of anything, the same for the same seed.
func noise(size image.Point, seed uint64) raster.Plane {
	r := rand.New(rand.NewPCG(seed, 1))
	return plane(size, func(int, int) uint8 { return uint8(r.Uint32()) })
}

// scene returns a plane as pictures are: surfaces, edges and texture.
func scene(size image.Point) raster.Plane {
	r := rand.New(rand.NewPCG(7, 7))
	return plane(size, func(x, y int) uint8 {
		u, v := float64(x)/float64(size.X), float64(y)/float64(size.Y)
		light := 90 + 60*math.Sin(5*u+3*v) + 25*math.Sin(400*u*v) + 20*(r.Float64()-0.5)
		if math.Hypot(u-0.6, v-0.4) < 0.2 || x*7/size.X%2 == 1 && v > 0.7 {
			light = 255 - light
		}
		return uint8(max(0, min(light, 255)))
	})
}

// slowly is Resample in floating-point numbers, straight from its definition.
func slowly(p raster.Plane, size image.Point) raster.Plane {
	across, down := slowWeights(p.Size.X, size.X, p.Extent.X), slowWeights(p.Size.Y, size.Y, p.Extent.Y)
	return plane(size, func(x, y int) uint8 {
		var sum float64
		for j, v := range down[y] {
			for i, w := range across[x] {
				sum += v * w * float64(p.Row(j)[i])
			}
		}
		return uint8(max(0, min(math.Round(sum), 255)))
	})
}

func slowWeights(from, to int, extent float64) []map[int]float64 {
	step := extent / float64(to)
	sinc := func(x float64) float64 {
		if x == 0 {
			return 1
		}
		return math.Sin(math.Pi*x) / (math.Pi * x)
	}
	all := make([]map[int]float64, to)
	for i := range all {
		var sum float64
		all[i] = make(map[int]float64)
		for j := range from {
			if d := (float64(j) + 0.5 - (float64(i)+0.5)*step) / max(1, step); math.Abs(d) < 3 {
				all[i][j] = sinc(d) * sinc(d/3)
				sum += all[i][j]
			}
		}
		for j := range all[i] {
			all[i][j] /= sum
		}
	}
	return all
}

// farthest returns the largest difference between two planes.
func farthest(t *testing.T, a, b raster.Plane) (d int) {
	t.Helper()
	if a.Size != b.Size || a.Extent != b.Extent {
		t.Fatalf("%v %v, want %v %v", a.Size, a.Extent, b.Size, b.Extent)
	}
	for y := range a.Size.Y {
		for x, v := range a.Row(y) {
			d = max(d, int(v)-int(b.Row(y)[x]), int(b.Row(y)[x])-int(v))
		}
	}
	return d
}

func TestAgainstDefinition(t *testing.T) {
	for _, c := range []struct{ from, to image.Point }{
		{image.Pt(64, 48), image.Pt(32, 24)},
		{image.Pt(61, 47), image.Pt(60, 17)},
		{image.Pt(40, 30), image.Pt(13, 29)},
		{image.Pt(20, 15), image.Pt(41, 30)}, // chroma made larger
		{image.Pt(9, 9), image.Pt(72, 72)},
		{image.Pt(7, 5), image.Pt(3, 2)},
		{image.Pt(1, 1), image.Pt(2, 3)},
		{image.Pt(3, 90), image.Pt(2, 60)},
	} {
		for seed := range uint64(5) {
			p := noise(c.from, seed)
			if d := farthest(t, raster.Resample(p, c.to), slowly(p, c.to)); d > 1 {
				t.Errorf("%v to %v: off by %d", c.from, c.to, d)
			}
		}
	}
}

// TestExtent has a plane whose last samples lie partly outside of the picture.
func TestExtent(t *testing.T) {
	p := noise(image.Pt(33, 21), 1)
	p.Extent = raster.Extent{X: 32.125, Y: 20.5}
	for _, to := range []image.Point{{20, 20}, {33, 21}, {65, 41}} {
		if d := farthest(t, raster.Resample(p, to), slowly(p, to)); d > 1 {
			t.Errorf("to %v: off by %d", to, d)
		}
	}
}

func sizes(yield func(from, to image.Point) bool) {
	for _, from := range []image.Point{{1, 1}, {5, 3}, {8, 8}, {100, 75}, {333, 17}, {641, 480}} {
		for _, to := range []image.Point{{1, 1}, {3, 2}, {16, 12}, {64, 48}, {101, 76}} {
			if !yield(from, to) {
				return
			}
		}
	}
}

func TestPlainStaysPlain(t *testing.T) {
	for from, to := range sizes {
		for _, v := range []uint8{0, 1, 127, 254, 255} {
			p := plane(from, func(int, int) uint8 { return v })
			for _, got := range raster.Resample(p, to).Pix {
				if got != v {
					t.Fatalf("%v to %v: %d becomes %d", from, to, v, got)
				}
			}
		}
	}
}

func mirrored(p raster.Plane) raster.Plane {
	return plane(p.Size, func(x, y int) uint8 { return p.Row(y)[p.Size.X-1-x] })
}

// TestMirrored may differ by the one unit by which weights are made to add up,
// where sizes divide.
func TestMirrored(t *testing.T) {
	for from, to := range sizes {
		if factor := raster.ShrinkFactor(from, to); from.X%factor.X > 0 {
			continue
		}
		p := noise(from, 3)
		if d := farthest(t, raster.Resample(mirrored(p), to), mirrored(raster.Resample(p, to))); d > 1 {
			t.Errorf("%v to %v: off by %d", from, to, d)
		}
	}
}

func mean(p raster.Plane) float64 {
	var sum float64
	for _, v := range p.Pix {
		sum += float64(v)
	}
	return sum / float64(len(p.Pix))
}

func TestMeanIsKept(t *testing.T) {
	p := scene(image.Pt(800, 600))
	for _, to := range []image.Point{{400, 300}, {320, 240}, {111, 83}, {40, 30}, {800, 30}} {
		if a, b := mean(p), mean(raster.Resample(p, to)); math.Abs(a-b) > 0.5 {
			t.Errorf("to %v: %.2f becomes %.2f", to, a, b)
		}
	}
}

// TestSameSize keeps every sample.
func TestSameSize(t *testing.T) {
	p := noise(image.Pt(50, 40), 2)
	if got := raster.Resample(p, p.Size); !slices.Equal(got.Pix, p.Pix) {
		t.Error("changed")
	}
}

// TestFence has bars as fine as samples: too fine to be seen in the result,
// which is even, without a pattern that was not there.
func TestFence(t *testing.T) {
	fence := func(x, _ int) uint8 { return uint8(x % 2 * 255) }
	for _, shrink := range []float64{2.7, 3.4, 5.2, 7.3, 11.9, 23.1} {
		size := image.Pt(int(1200/shrink), int(300/shrink))
		got := raster.Resample(plane(image.Pt(1200, 300), fence), size)
		for x, v := range got.Row(size.Y / 2) {
			if x > 2 && x < size.X-3 && (v < 125 || v > 130) {
				t.Fatalf("by %.1f: sample %d is %d, not gray", shrink, x, v)
			}
		}
	}
}

// TestEdge has black beside white: nothing runs over or under.
func TestEdge(t *testing.T) {
	p := plane(image.Pt(90, 60), func(x, _ int) uint8 { return uint8(x / 45 * 255) })
	got := raster.Resample(p, image.Pt(40, 20)).Row(10)
	for x, v := range got {
		if x < 18 && v > 20 || x > 21 && v < 235 {
			t.Errorf("sample %d is %d", x, v)
		}
	}
}

// TestLargeShrink compares what is made in two steps with the filter alone.
func TestLargeShrink(t *testing.T) {
	p := scene(image.Pt(1201, 903))
	for _, to := range []image.Point{{170, 128}, {97, 73}, {40, 30}} {
		a, b := raster.Resample(p, to), slowly(p, to)
		if s := similarity(a, b); s < 0.998 {
			t.Errorf("to %v: %.4f", to, s)
		} else {
			t.Logf("to %v: %.5f", to, s)
		}
	}
}

// similarity is the mean SSIM of blocks of 8 × 8 (Wang et al., 2004).
func similarity(a, b raster.Plane) float64 {
	var sum, n float64
	for y := 0; y+8 <= a.Size.Y; y += 4 {
		for x := 0; x+8 <= a.Size.X; x += 4 {
			sum, n = sum+blockSimilarity(a, b, x, y), n+1
		}
	}
	return sum / n
}

func blockSimilarity(a, b raster.Plane, x, y int) float64 {
	var sa, sb, saa, sbb, sab float64
	for j := y; j < y+8; j++ {
		for i := x; i < x+8; i++ {
			u, v := float64(a.Row(j)[i]), float64(b.Row(j)[i])
			sa, sb, saa, sbb, sab = sa+u/64, sb+v/64, saa+u*u/64, sbb+v*v/64, sab+u*v/64
		}
	}
	const c1, c2 = 6.5025, 58.5225
	return (2*sa*sb + c1) * (2*(sab-sa*sb) + c2) / ((sa*sa + sb*sb + c1) * (saa - sa*sa + sbb - sb*sb + c2))
}

package browsertest

import (
	"image"
	"image/color"
	"math"
	"sort"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
)

// Landscapes adds to a camera photos with captions, for pictures that people look at: hills behind
// one another, at another time of the day each.
func Landscapes(t *testing.T, c *labtest.Camera, captions ...string) {
	t.Helper()
	for _, caption := range captions {
		i := len(c.Items)
		shape := shapes[i*3%len(shapes)]
		var versions lab.Photo
		for v, width := range []int{320, 1040, 1200} {
			versions[v] = encode(landscape(i, width, width*shape[1]/shape[0]))
		}
		add(t, c, caption, versions)
	}
}

// hours are the times of the day: the sky above and at the horizon, and the land in front.
var hours = [][3]color.RGBA{
	{{70, 130, 200, 255}, {205, 226, 240, 255}, {32, 74, 58, 255}},  // noon
	{{64, 62, 122, 255}, {250, 178, 124, 255}, {40, 34, 62, 255}},   // sunset
	{{132, 170, 206, 255}, {246, 226, 206, 255}, {58, 76, 92, 255}}, // morning
	{{22, 32, 70, 255}, {118, 130, 176, 255}, {12, 20, 40, 255}},    // night
	{{110, 172, 190, 255}, {240, 240, 214, 255}, {70, 92, 40, 255}}, // autumn
}

// landscape draws the i-th one: a sky with a sun that glows, and ranges of hills that are the paler
// the farther they are.
func landscape(i, width, height int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	sky, land := hours[i%len(hours)][:2], hours[i%len(hours)][2]
	size := float64(height)
	sunX, sunY := (0.2+math.Mod(float64(i)*0.382, 0.6))*float64(width)/size, 0.22+0.03*float64(i%4)
	for x := range width {
		u := float64(x) / size
		ridges := ridgesAt(i, u)
		for y := range height {
			v := float64(y) / size
			k := sort.SearchFloat64s(ridges[:], v) // how many of them are above
			if k > 0 {
				m.SetRGBA(x, y, mix(sky[1], land, 0.2*float64(k)+0.08-0.25*(v-ridges[k-1])))
				continue
			}
			far := math.Hypot(u-sunX, v-sunY)
			glow := max(min((0.062-far)*200, 1), 0.55*math.Exp(-9*far))
			m.SetRGBA(x, y, mix(mix(sky[0], sky[1], v/0.6), color.RGBA{255, 248, 226, 255}, glow))
		}
	}
	return m
}

// ridgesAt is where ranges of hills begin, from the back, as parts of the picture's height; none
// begins above one that is behind it.
func ridgesAt(i int, u float64) (ridges [5]float64) {
	for k := range ridges {
		phase, near := float64(5*i+3*k)*1.7, float64(k)
		waves := math.Sin(u*(2.2+near)+phase) + 0.35*math.Sin(u*(9-near)+2*phase) + 0.08*math.Sin(u*31+phase)
		ridges[k] = 0.48 + 0.11*near - 0.075*waves
		if k > 0 {
			ridges[k] = max(ridges[k], ridges[k-1])
		}
	}
	return ridges
}

// mix is a colour between two.
func mix(a, b color.RGBA, at float64) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*max(min(at, 1), 0)) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 255}
}

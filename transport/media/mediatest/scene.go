package mediatest

import (
	"image"
	"image/color"
	"math"
)

// layers of a scene, from the back: the sky, three ranges of hills, and the sun
// in the sky.
const (
	sky = iota
	hills
	sun    = hills + 3
	layers = sun + 1
)

// Scene draws landscape n in the given size. The same n shows the same
// landscape in every size, so a small one is the thumbnail of a large one. It
// takes about 50 ms for 12 megapixels.
func Scene(n, width, height int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	ridges := ridgesOf(n, width, height)
	disc := discOf(n, width, height)
	for y := range height {
		row := coloursOf(n, float64(y)/float64(height))
		paint(m.Y[y*m.YStride:][:width], 1, y, ridges, disc, row, 0)
		if y%2 == 0 {
			half := (width + 1) / 2
			paint(m.Cb[y/2*m.CStride:][:half], 2, y, ridges, disc, row, 1)
			paint(m.Cr[y/2*m.CStride:][:half], 2, y, ridges, disc, row, 2)
		}
	}
	return m
}

// paint fills a row of one component, every step-th pixel.
func paint(dst []byte, step, y int, ridges [][3]int, d disc, row [layers][3]byte, component int) {
	var shade [layers]byte
	for i := range shade {
		shade[i] = row[i][component]
	}
	left, right := d.span(y)
	for i := range dst {
		x := i * step
		ridge := &ridges[x]
		layer := sky
		switch {
		case y >= ridge[2]:
			layer = hills + 2
		case y >= ridge[1]:
			layer = hills + 1
		case y >= ridge[0]:
			layer = hills
		case x >= left && x < right:
			layer = sun
		}
		dst[i] = shade[layer]
	}
}

// ridgesOf returns, for each column, the row at which each range of hills begins.
func ridgesOf(n, width, height int) [][3]int {
	ridges := make([][3]int, width)
	for x := range ridges {
		at := float64(x) / float64(width)
		for k := range 3 {
			phase := float64(7*n+3*k) * 1.7
			waves := math.Sin(at*(5+2*float64(k))+phase) + 0.4*math.Sin(at*17+2*phase)
			level := 0.5 + 0.15*float64(k) + 0.05*waves
			ridges[x][k] = int(level * float64(height))
		}
	}
	return ridges
}

type disc struct{ x, y, r float64 }

func discOf(n, width, height int) disc {
	place := math.Mod(float64(n)*0.382+0.2, 0.8) + 0.1
	return disc{place * float64(width), 0.25 * float64(height), 0.1 * float64(min(width, height))}
}

// span returns the columns of the disc in a row.
func (d disc) span(y int) (left, right int) {
	dy := float64(y) - d.y
	if math.Abs(dy) >= d.r {
		return 0, 0
	}
	half := math.Sqrt(d.r*d.r - dy*dy)
	return int(d.x - half), int(d.x + half)
}

// coloursOf returns the colours of all layers at a height of 0 to 1, as Y, Cb and
// Cr. The hue goes round by the golden angle with n, so neighbours differ most.
func coloursOf(n int, at float64) (row [layers][3]byte) {
	hue := math.Mod(float64(n)*137.5+205, 360)
	row[sky] = shade(hue, 0.75-0.6*at, 0.75+0.3*at)
	for k := range 3 {
		row[hills+k] = shade(hue+100+25*float64(k), 0.35+0.1*float64(k), 0.85-0.2*float64(k)-0.15*at)
	}
	row[sun] = shade(48, 0.5-at, 1)
	return row
}

// shade turns hue (degrees), saturation and value into Y, Cb and Cr.
func shade(hue, saturation, value float64) [3]byte {
	part := func(k float64) uint8 {
		k = math.Mod(k+hue/60, 6)
		v := value * (1 - max(saturation, 0)*min(max(min(k, 4-k), 0), 1))
		return uint8(255 * min(max(v, 0), 1))
	}
	y, cb, cr := color.RGBToYCbCr(part(5), part(3), part(1))
	return [3]byte{y, cb, cr}
}

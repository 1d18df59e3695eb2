package main

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// landscape draws landscape n with as much detail as real ones have: rough is the
// standard deviation of its texture, of 255.
func landscape(n int, rough float64) func(width, height int) *image.YCbCr {
	return func(width, height int) *image.YCbCr {
		m := mediatest.Scene(n, width, height)
		texture(m, uint64(n), rough)
		return m
	}
}

// fence draws pickets that stand closer and closer: from far apart to four
// pixels, which makes moiré of any scaling that is not filtered properly.
func fence(width, height int) *image.YCbCr {
	m := mediatest.Scene(7, width, height)
	row := make([]float64, width)
	for x := range row {
		at := float64(x) / float64(width)
		row[x] = 0.5 + 0.5*math.Cos(2*math.Pi*(4*at+float64(width)/12*at*at*at))
	}
	for y := height / 3; y < height; y++ {
		for x, light := range row {
			v := &m.Y[y*m.YStride+x]
			*v = uint8(float64(*v)*(1-light) + 235*light)
		}
	}
	texture(m, 7, 3)
	return m
}

// night draws a dark landscape with lamps and the noise of a sensor.
func night(width, height int) *image.YCbCr {
	m := mediatest.Scene(8, width, height)
	for i, v := range m.Y {
		m.Y[i] = v / 10
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = dimmed(m.Cb[i]), dimmed(m.Cr[i])
	}
	texture(m, 8, 5)
	random := rand.New(rand.NewPCG(8, 8))
	for range 300 {
		lamp(m, random.IntN(width), random.IntN(height), 1+random.IntN(1+width/300))
	}
	return m
}

// dimmed returns the chroma of a tenth of the light.
func dimmed(chroma uint8) uint8 { return uint8(128 + (int(chroma)-128)/10) }

func lamp(m *image.YCbCr, x, y, r int) {
	disc := image.Rect(x-r, y-r, x+r, y+r).Intersect(m.Rect)
	for py := disc.Min.Y; py < disc.Max.Y; py++ {
		for px := disc.Min.X; px < disc.Max.X; px++ {
			if (px-x)*(px-x)+(py-y)*(py-y) < r*r {
				m.Y[m.YOffset(px, py)] = 250
			}
		}
	}
}

// letter draws lines of text, larger ones above.
func letter(width, height int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 128, 128
	}
	for i := range m.Y {
		m.Y[i] = 250
	}
	for y, size := height/40, max(height/100, 3); y < height-13*size; y += 15 * size {
		text := line(width/size, "First a glimpse, then the original: nobody has to wait for it. ")
		for py := range 13 * size {
			for px := range text.Rect.Dx() * size {
				if text.GrayAt(px/size, py/size).Y > 0 {
					m.Y[(y+py)*m.YStride+px] = 20
				}
			}
		}
		size = max(size*5/6, 2)
	}
	return m
}

// line writes a text again and again on a line, white on black.
func line(width int, text string) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, width, 13))
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.White), Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	for d.Dot.X.Ceil() < width {
		d.DrawString(text)
	}
	return m
}

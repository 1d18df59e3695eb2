package main

import (
	"image"
	"image/draw"
	"math"
)

// lobes is the a of Lanczos' window: the kernel is sinc(x) sinc(x/3), |x| < 3.
const lobes = 3

// tap is a sample that counts for a pixel, and how much.
type tap struct {
	at     int
	weight float64
}

// taps returns, for each of to pixels, the samples of a row of from that make it.
// The kernel is as wide as the larger of both steps, so nothing finer than the
// result can show is left in it. Outside of the picture its border goes on.
func taps(from, to int) [][]tap {
	step := float64(from) / float64(to)
	wide := max(step, 1)
	rows := make([][]tap, to)
	for i := range rows {
		centre := (float64(i)+0.5)*step - 0.5
		sum := 0.0
		for k := int(math.Ceil(centre - lobes*wide)); float64(k) <= centre+lobes*wide; k++ {
			weight := lanczos((float64(k) - centre) / wide)
			sum += weight
			rows[i] = append(rows[i], tap{min(max(k, 0), from-1), weight})
		}
		for k := range rows[i] {
			rows[i][k].weight /= sum
		}
	}
	return rows
}

func lanczos(x float64) float64 {
	switch {
	case x == 0:
		return 1
	case math.Abs(x) >= lobes:
		return 0
	}
	x *= math.Pi
	return lobes * math.Sin(x) * math.Sin(x/lobes) / (x * x)
}

// reference returns the luma of a picture, on white, scaled with nothing but
// Lanczos' kernel, in the 8-bit values that a file would hold.
func reference(m image.Image, size image.Point) luma {
	whole := linesOf(m)
	across := taps(m.Bounds().Dx(), size.X)
	narrow := newLuma(size.X, m.Bounds().Dy())
	for y := range narrow.h {
		line := whole(y)
		for x, list := range across {
			for _, t := range list {
				narrow.pix[y*size.X+x] += t.weight * line[t.at]
			}
		}
	}
	return scaledDown(narrow, size.Y)
}

// lumaOf is the weighting of ITU-T T.871, section 7.
func lumaOf(r, g, b uint8) float64 {
	return 0.299*float64(r) + 0.587*float64(g) + 0.114*float64(b)
}

// scaledDown scales the columns.
func scaledDown(narrow luma, height int) luma {
	small := newLuma(narrow.w, height)
	for y, list := range taps(narrow.h, height) {
		row := small.pix[y*narrow.w:][:narrow.w]
		for _, t := range list {
			for x, v := range narrow.pix[t.at*narrow.w:][:narrow.w] {
				row[x] += t.weight * v
			}
		}
		for x, v := range row {
			row[x] = min(max(math.Round(v), 0), 255)
		}
	}
	return small
}

// asLuma returns the luma of a picture as one sees it.
func asLuma(m image.Image) luma {
	l := newLuma(m.Bounds().Dx(), m.Bounds().Dy())
	line := linesOf(m)
	for y := range l.h {
		copy(l.pix[y*l.w:], line(y))
	}
	return l
}

// linesOf returns a function that returns the luma of a row, on white, until it is
// called again. It goes by red, green and blue, since what YCbCr says beyond these
// is never seen.
func linesOf(m image.Image) func(y int) []float64 {
	bounds := m.Bounds()
	row := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), 1))
	line := make([]float64, bounds.Dx())
	return func(y int) []float64 {
		draw.Draw(row, row.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(row, row.Rect, m, bounds.Min.Add(image.Pt(0, y)), draw.Over)
		for x := range line {
			line[x] = lumaOf(row.Pix[4*x], row.Pix[4*x+1], row.Pix[4*x+2])
		}
		return line
	}
}

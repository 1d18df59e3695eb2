package media

import (
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// noteHeight is the height of a line of small letters in pixels.
const noteHeight = 16

// drawText writes white letters as large as the band allows, in whole steps.
func drawText(m *image.RGBA, band image.Rectangle, text string) {
	face := basicfont.Face7x13
	size := image.Pt(face.Advance*len(text), face.Ascent)
	step := max(1, min(band.Dx()*9/10/size.X, band.Dy()*9/10/size.Y))
	write(m, band, text, step, iconPage)
}

// drawNote writes a line of small letters, as many as there is room for.
func drawNote(m *image.RGBA, line image.Rectangle, note string) {
	printable := func(r rune) rune {
		if r >= ' ' && r <= '~' {
			return r
		}
		return -1
	}
	note = strings.Map(printable, note)
	note = note[:min(len(note), line.Dx()/finer/basicfont.Face7x13.Advance)]
	write(m, line, note, finer, genericInk)
}

// write writes text in the middle of r, each pixel of a letter step pixels wide.
func write(m *image.RGBA, r image.Rectangle, text string, step int, ink color.RGBA) {
	face := basicfont.Face7x13
	small := image.NewAlpha(image.Rect(0, 0, face.Advance*len(text), face.Ascent))
	d := font.Drawer{Dst: small, Src: image.Opaque, Face: face, Dot: fixed.P(0, face.Ascent-1)}
	d.DrawString(text)
	size := small.Rect.Size()
	from := r.Min.Add(r.Size().Sub(size.Mul(step)).Div(2))
	for y := range size.Y {
		for x := range size.X {
			if small.AlphaAt(x, y).A > 0 {
				at := from.Add(image.Pt(x, y).Mul(step))
				fill(m, image.Rectangle{Min: at, Max: at.Add(image.Pt(step, step))}, ink)
			}
		}
	}
}

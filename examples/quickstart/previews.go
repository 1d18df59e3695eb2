package main

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/transport/media"
)

// The size of a preview on a terminal, in characters. Each shows two pixels, one
// above the other.
const (
	previewWide = 8
	previewHigh = 3
)

// previews shows what a collection itself has to show, before a single thumbnail has
// come: pictures where there are colours, else a line in words.
func previews(c collection.Collection, colours bool) []string {
	n, bytes := 0, 0
	for i := range c.Len() {
		bytes += len(c.Preview(i))
		n += min(len(c.Preview(i)), 1)
	}
	words := fmt.Sprintf("The collection itself shows previews of %d of %s, %s in all, before any thumbnail.",
		n, human.Count(c.Len(), "item", "items"), human.Size(int64(bytes)))
	if !colours {
		return []string{words}
	}
	lines := make([]string, previewHigh)
	for i := range min(c.Len(), maxRows) {
		for k, cells := range blurred(c.Preview(i)) {
			lines[k] += cells + " "
		}
	}
	return append(append([]string{words, ""}, lines...), "")
}

// blurred draws a preview in lines of half-block characters. What is no preview is
// left blank, in the same size.
func blurred(preview []byte) (lines [previewHigh]string) {
	m, err := media.DecodePreview(preview)
	var fits image.Point
	if err == nil {
		fits = media.Box{W: previewWide, H: 2 * previewHigh}.Fit(m.Bounds().Size())
	}
	for k := range lines {
		for x := range fits.X {
			lines[k] += halves(m, fits, x, 2*k)
		}
		lines[k] += "\x1b[0m" + strings.Repeat(" ", previewWide-fits.X)
	}
	return lines
}

// halves is the character for the pixels (x, y) and (x, y+1) of a picture that is
// brought to a size.
func halves(m image.Image, size image.Point, x, y int) string {
	if y >= size.Y {
		return "\x1b[0m "
	}
	above := colourAt(m, size, x, y)
	cell := fmt.Sprintf("\x1b[0;38;2;%d;%d;%d", above.R, above.G, above.B)
	if y+1 < size.Y {
		below := colourAt(m, size, x, y+1)
		cell += fmt.Sprintf(";48;2;%d;%d;%d", below.R, below.G, below.B)
	}
	return cell + "m▀"
}

// colourAt is the colour of a picture in the middle of what one pixel of a size shows of it:
// previews have no details that could be missed there.
func colourAt(m image.Image, size image.Point, x, y int) color.RGBA {
	b := m.Bounds()
	at := m.At(b.Min.X+(2*x+1)*b.Dx()/(2*size.X), b.Min.Y+(2*y+1)*b.Dy()/(2*size.Y))
	return color.RGBAModel.Convert(at).(color.RGBA)
}

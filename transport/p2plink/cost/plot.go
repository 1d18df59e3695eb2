package main

import (
	"fmt"
	"math"
	"os"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// Measures of the plot, in its own units.
const (
	plotWidth, plotHeight = 880, 330
	barsLeft, barsTop     = 20, 96
	barsWidth, barsStep   = 230, 50
	linesLeft, linesRight = 520, 850
	linesTop, linesBottom = 96, 270
)

// The ends of the axes of what many recipients cost: requests.
const fewest, most = 1e3, 1e8

// writePlot writes the plot to the file; no name, no plot.
func (s *story) writePlot(file string) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(s.plot()), 0o644)
}

// plot draws what was measured, and what was simulated.
func (s *story) plot() string {
	title := "What it costs to look for photos that are not there yet"
	d := measure.NewDrawing(plotWidth, plotHeight, title)
	d.Text("title", 20, 28, "start", title)
	d.Text("tick", 20, 50, "start", "green: with labels; grey: without")
	s.drawMeasured(d)
	s.drawSimulated(d)
	return d.String()
}

// drawMeasured draws the requests of the recipients, each way to look as a bar.
func (s *story) drawMeasured(d *measure.Drawing) {
	d.Text("panel", barsLeft, barsTop-20, "start", fmt.Sprintf("Measured: %d recipients × %d photos, %d hosts", s.size.recipients, s.size.items, s.size.hosts))
	for i, l := range []struct {
		class, what string
		n           int
	}{
		{"bar mine", "labelled", s.refused.requests},
		{"bar", "one search for the collection", s.whole.requests},
		{"bar", "one search for each photo", s.single.requests},
	} {
		y := barsTop + 14 + i*barsStep
		width := l.n * barsWidth / max(s.single.requests, 1)
		d.Text("", barsLeft, y, "start", l.what)
		d.Add(`<rect class="%s" x="%d" y="%d" width="%d" height="14" rx="2"/>`, l.class, barsLeft, y+7, max(width, 2))
		d.Text("tick", barsLeft+max(width, 2)+6, y+18, "start", fmt.Sprintf("%d requests", l.n))
	}
}

// across and up are places in the plot of what was simulated, both axes logarithmic.
func across(hosts float64) int {
	first, last := float64(sizes[0]), float64(sizes[len(sizes)-1])
	return linesLeft + int(float64(linesRight-linesLeft)*math.Log(hosts/first)/math.Log(last/first))
}

func up(requests float64) int {
	return linesBottom - int((linesBottom-linesTop)*math.Log(min(max(requests, fewest), most)/fewest)/math.Log(most/fewest))
}

// drawSimulated draws the requests of many recipients by the size of the network.
func (s *story) drawSimulated(d *measure.Drawing) {
	d.Text("panel", linesLeft-60, linesTop-20, "start", fmt.Sprintf("Simulated: requests of %d recipients × %d photos", manyRecipients, manyItems))
	for requests := fewest; requests <= most; requests *= 10 {
		d.Add(`<path class="grid" d="M%d %dH%d"/>`, linesLeft, up(requests), linesRight)
		label := fmt.Sprintf("10^%.0f", math.Log10(requests))
		if requests == fewest {
			label = "0"
		}
		d.Text("tick", linesLeft-8, up(requests)+4, "end", label)
	}
	for _, hosts := range sizes {
		d.Text("tick", across(float64(hosts)), linesBottom+18, "middle", fmt.Sprint(hosts))
	}
	d.Text("tick", (linesLeft+linesRight)/2, linesBottom+38, "middle", "hosts of the network; both axes logarithmic, but for 0")
	s.line(d, "line", "each photo", manyRecipients*manyItems)
	s.line(d, "line", "the collection", manyRecipients)
	s.line(d, "line mine", "labelled", 0)
}

// line draws so many looks on the networks that were simulated.
func (s *story) line(d *measure.Drawing, class, what string, looks float64) {
	path := "M"
	for _, at := range s.sizes {
		path += fmt.Sprintf("%d %d ", across(float64(at.hosts)), up(at.requests*looks))
	}
	d.Add(`<path class="%s" d="%s"/>`, class, path)
	d.Text("tick", linesRight, up(s.sizes[len(s.sizes)-1].requests*looks)-6, "end", what)
}

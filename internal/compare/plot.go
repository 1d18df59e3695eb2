package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// bar is one line of a panel.
type bar struct {
	name  string
	value float64
	text  string
	mine  bool
}

// panel is one chart of horizontal bars.
type panel struct {
	title string
	x     int // of the bars' left ends
	scale func(low, high float64) (ticks []float64, place func(float64) float64)
	tick  func(float64) string
	bars  []bar
}

// Measures of the plot, in its own units.
const (
	plotWidth  = 880
	barsTop    = 84
	barStep    = 26
	barHeight  = 16
	panelWidth = 250
)

// writePlot writes the plot of n items to the file; no name, no plot.
func writePlot(file string, results []result, n int) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(plot(results, n)), 0o644)
}

// plot draws the time to decode and the bytes per item of every codec.
func plot(results []result, n int) string {
	times := panel{title: "Time to decode (logarithmic)", x: 150, scale: logarithmic, tick: roundDuration}
	sizes := panel{title: "Bytes per item", x: 580, scale: linear, tick: measure.Figure}
	for _, r := range results {
		if r.N == n && (r.Op == "decode" || r.Op == "decode-copy") {
			times.add(r, r.NsPerOp, duration(r.NsPerOp))
			if r.Op == "decode" && r.Codec != copying && r.Codec != hashing {
				perItem := float64(r.Bytes) / float64(n)
				sizes.add(r, perItem, measure.Figure(perItem))
			}
		}
	}
	height := barsTop + barStep*max(len(times.bars), len(sizes.bars)) + 30
	heading := fmt.Sprintf("A collection of %s items, half of them labelled", thousands(n))
	d := measure.NewDrawing(plotWidth, height, heading+": time to decode, and bytes per item")
	d.Text("title", 20, 28, "start", heading)
	times.draw(d)
	sizes.draw(d)
	return d.String()
}

func (p *panel) add(r result, value float64, text string) {
	b := bar{plotName(r), value, text, r.Codec == sdk}
	p.bars = append(p.bars, b)
	slices.SortStableFunc(p.bars, func(a, b bar) int { return cmp.Compare(a.value, b.value) })
}

// roundDuration writes a power of ten without digits behind the point.
func roundDuration(ns float64) string {
	digits, unit, _ := strings.Cut(duration(ns), " ")
	whole, _, _ := strings.Cut(digits, ".")
	return whole + " " + unit
}

func plotName(r result) string {
	switch {
	case r.Codec == copying:
		return "(make and copy)"
	case r.Codec == hashing:
		return "(SHA-256)"
	case r.Op == "decode-copy":
		return r.Codec + ", copying"
	}
	return r.Codec
}

// logarithmic goes from the power of ten below low to the one above high.
func logarithmic(low, high float64) (ticks []float64, place func(float64) float64) {
	from, to := math.Ceil(math.Log10(low))-1, math.Ceil(math.Log10(high))
	for power := from; power <= to; power++ {
		ticks = append(ticks, math.Pow(10, power))
	}
	return ticks, func(v float64) float64 { return (math.Log10(v) - from) / (to - from) }
}

// linear goes from zero to the next ten above high.
func linear(_, high float64) (ticks []float64, place func(float64) float64) {
	to := 10 * math.Ceil(high/10)
	for v := 0.0; v <= to; v += 10 {
		ticks = append(ticks, v)
	}
	return ticks, func(v float64) float64 { return v / to }
}

func (p panel) draw(d *measure.Drawing) {
	if len(p.bars) == 0 {
		return
	}
	ticks, place := p.scale(p.bars[0].value, p.bars[len(p.bars)-1].value)
	d.Text("panel", p.x, 54, "start", p.title)
	for _, v := range ticks {
		x := p.x + int(panelWidth*place(v))
		d.Add(`<path class="grid" d="M%d %dV%d"/>`, x, barsTop-8, barsTop+barStep*len(p.bars))
		d.Text("tick", x, barsTop-14, "middle", p.tick(v))
	}
	for i, bar := range p.bars {
		p.bar(d, i, bar, panelWidth*place(bar.value))
	}
}

func (p panel) bar(d *measure.Drawing, i int, r bar, width float64) {
	class, y := "bar", barsTop+barStep*i
	if r.mine {
		class = "bar mine"
	}
	d.Add(`<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`, class, p.x, y, width, barHeight)
	d.Text("", p.x-8, y+12, "end", r.name)
	d.Text("", p.x+int(width)+6, y+12, "start", r.text)
}

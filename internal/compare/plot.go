package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
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

// plotStyle suits light and dark backgrounds.
const plotStyle = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.panel { font-weight: 600 }
.tick { font-size: 10px; fill: #656d76 }
.grid { stroke: #d0d7de }
.bar { fill: #8c959f }
.mine { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.tick { fill: #8d96a0 }
.grid { stroke: #30363d }
.bar { fill: #6e7681 }
.mine { fill: #3fb950 }
}
</style>
`

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
	sizes := panel{title: "Bytes per item", x: 580, scale: linear, tick: figure}
	for _, r := range results {
		if r.N == n && (r.Op == "decode" || r.Op == "decode-copy") {
			times.add(r, r.NsPerOp, duration(r.NsPerOp))
			if r.Op == "decode" && r.Codec != copying && r.Codec != hashing {
				perItem := float64(r.Bytes) / float64(n)
				sizes.add(r, perItem, figure(perItem))
			}
		}
	}
	height := barsTop + barStep*max(len(times.bars), len(sizes.bars)) + 30
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`+"\n", plotWidth, height)
	heading := fmt.Sprintf("A collection of %s items, half of them labelled", thousands(n))
	fmt.Fprintf(&b, "<title>%s: time to decode, and bytes per item</title>\n", heading)
	b.WriteString(plotStyle)
	text(&b, "title", 20, 28, "start", heading)
	times.draw(&b)
	sizes.draw(&b)
	b.WriteString("</svg>\n")
	return b.String()
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

func (p panel) draw(b *strings.Builder) {
	if len(p.bars) == 0 {
		return
	}
	ticks, place := p.scale(p.bars[0].value, p.bars[len(p.bars)-1].value)
	text(b, "panel", p.x, 54, "start", p.title)
	for _, v := range ticks {
		x := p.x + int(panelWidth*place(v))
		fmt.Fprintf(b, `<path class="grid" d="M%d %dV%d"/>`+"\n", x, barsTop-8, barsTop+barStep*len(p.bars))
		text(b, "tick", x, barsTop-14, "middle", p.tick(v))
	}
	for i, bar := range p.bars {
		p.bar(b, i, bar, panelWidth*place(bar.value))
	}
}

func (p panel) bar(b *strings.Builder, i int, r bar, width float64) {
	class, y := "bar", barsTop+barStep*i
	if r.mine {
		class = "bar mine"
	}
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n", class, p.x, y, width, barHeight)
	text(b, "", p.x-8, y+12, "end", r.name)
	text(b, "", p.x+int(width)+6, y+12, "start", r.text)
}

func text(b *strings.Builder, class string, x, y int, anchor, s string) {
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`+"\n", class, x, y, anchor, s)
}

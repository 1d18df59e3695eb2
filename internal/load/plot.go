package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// mostGrowth is the exponent that the cost of a request may grow with.
const mostGrowth = 0.1

// Measures of the plot, in its own units.
const (
	plotWidth   = 880
	plotHeight  = 345
	panelWidth  = 150
	panelHeight = 210
	panelTop    = 84
	panelStep   = 280
	panelLeft   = 60
	keyTop      = 50
)

// writePlot writes the plot of the growth to the file; no name, no plot.
func (b *bench) writePlot(file string) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(b.plot()), 0o644)
}

// plot draws what each request costs against what is stored, with logarithmic axes: what
// does not grow is a level line, and an exponent is a slope.
func (b *bench) plot() string {
	title := fmt.Sprintf("What a request costs a hub on the store %q, by what others have stored there", b.kind)
	d := measure.NewDrawing(plotWidth, plotHeight, title)
	d.Text("title", 20, 28, "start", title)
	drawKey(d)
	low, high := b.costRange()
	for i, by := range dimensions {
		a := axes{left: panelLeft + i*panelStep, low: low, high: high, right: math.Log10(float64(b.largest))}
		a.draw(d, by.name)
		a.curves(d, b.curvesBy(by.name))
	}
	return d.String()
}

// drawKey says what the lines are.
func drawKey(d *measure.Drawing) {
	d.Add(`<path class="line mine" d="M20 %dH44"/>`, keyTop)
	d.Text("", 50, keyTop+4, "start", "measured, and its exponent")
	d.Add(`<path class="limit" d="M240 %dH264"/>`, keyTop)
	d.Text("", 270, keyTop+4, "start", fmt.Sprintf("the limit: an exponent of %g", mostGrowth))
}

func (b *bench) curvesBy(name string) (all []curve) {
	for _, c := range b.curves {
		if c.by == name {
			all = append(all, c)
		}
	}
	return all
}

// costRange is between which logarithms of seconds all costs are, and some room.
func (b *bench) costRange() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, c := range b.curves {
		for _, p := range c.points {
			low, high = min(low, math.Log10(p.seconds)), max(high, math.Log10(p.seconds))
		}
	}
	return low - 0.2, high + 0.4
}

// axes place points in a panel. The bounds are logarithms.
type axes struct {
	left             int
	low, high, right float64
}

func (a axes) x(stored float64) float64 {
	first := math.Log10(smallest)
	return float64(a.left) + panelWidth*(math.Log10(stored)-first)/(a.right-first)
}

func (a axes) y(seconds float64) float64 {
	return panelTop + panelHeight*(a.high-math.Log10(seconds))/(a.high-a.low)
}

// draw draws the grid, its figures and what they are.
func (a axes) draw(d *measure.Drawing, name string) {
	const bottom = panelTop + panelHeight
	for power := math.Ceil(a.low); power <= a.high; power++ {
		y := a.y(math.Pow(10, power))
		d.Add(`<path class="grid" d="M%d %.1fH%d"/>`, a.left, y, a.left+panelWidth)
		d.Text("tick", a.left-6, int(y)+3, "end", strconv.FormatFloat(math.Pow(10, power+3), 'f', -1, 64))
	}
	for power := math.Log10(smallest); power <= a.right; power++ {
		x := a.x(math.Pow(10, power))
		d.Add(`<path class="grid" d="M%.1f %dV%d"/>`, x, panelTop, bottom)
		d.Text("tick", int(x), bottom+16, "middle", "10"+string([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[int(power)]))
	}
	d.Text("panel", a.left+panelWidth/2, bottom+36, "middle", name+" stored")
	d.Text("tick", a.left-44, panelTop-8, "start", "processor time, ms")
}

// lineHeight keeps the names of curves apart.
const lineHeight = 13

// curves draws a line for each request with its limit, and its name at the end, moved
// down where there is another one.
func (a axes) curves(d *measure.Drawing, all []curve) {
	end := func(c curve) point { return c.points[len(c.points)-1] }
	slices.SortFunc(all, func(c, e curve) int { return cmp.Compare(end(e).seconds, end(c).seconds) })
	free := 0.0
	for _, c := range all {
		a.curve(d, c)
		x, y := a.x(end(c).stored), a.y(end(c).seconds)
		at := max(y, free)
		free = at + lineHeight
		d.Add(`<path class="grid" fill="none" d="M%.1f %.1fL%d %.1f"/>`, x+4, y, a.left+panelWidth+14, at)
		d.Text("tick", a.left+panelWidth+17, int(at)+3, "start", fmt.Sprintf("%s %.2f", c.request, math.Round(100*c.exponent())/100+0))
	}
}

// curve draws the points of a curve, the line through them, and the most that it may
// grow to from the first one.
func (a axes) curve(d *measure.Drawing, c curve) {
	first, last := c.points[0], c.points[len(c.points)-1]
	most := first.seconds * math.Pow(last.stored/first.stored, mostGrowth)
	d.Add(`<path class="limit" d="M%.1f %.1fL%.1f %.1f"/>`, a.x(first.stored), a.y(first.seconds), a.x(last.stored), a.y(most))
	var path strings.Builder
	for i, p := range c.points {
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], a.x(p.stored), a.y(p.seconds))
		d.Add(`<circle class="mine" cx="%.1f" cy="%.1f" r="2.5"/>`, a.x(p.stored), a.y(p.seconds))
	}
	d.Add(`<path class="line mine" d="%s"/>`, path.String())
}

package main

import (
	"fmt"
	"math"
	"os"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// Measures of the plot, in its own units.
const (
	plotWidth  = 880
	plotLeft   = 40
	panelStep  = 280
	panelWidth = 200
	keyTop     = 50
	groupTop   = 92
	groupStep  = 72
	barStep    = 14
)

// The ends of the axes: times the limit.
const lowest, highest = 0.1, 1000

// writePlot writes the plot to the file; no name, no plot.
func (r *results) writePlot(file string) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(plot(largest(r.contests))), 0o644)
}

// largest are the contests with the most photos.
func largest(all []*contest) (found []*contest) {
	for _, c := range all {
		switch {
		case len(found) == 0 || len(c.photos.items) > len(found[0].photos.items):
			found = []*contest{c}
		case len(c.photos.items) == len(found[0].photos.items):
			found = append(found, c)
		}
	}
	return found
}

// plot draws the times of all contestants against the limits, link by link.
func plot(contests []*contest) string {
	title := "A share over links, times what the link allows (logarithmic)"
	d := measure.NewDrawing(plotWidth, groupTop+groupStep*len(contests)+20, title)
	d.Text("title", 20, 28, "start", title)
	d.Text("tick", 20, keyTop, "start", "green: Glimpse; grey: one POST a photo, and one archive; the dashed line is the limit")
	for panel, t := range []int{firstSeen, allSeen, completed} {
		x := plotLeft + panel*panelStep
		d.Text("panel", x, groupTop-20, "start", timed[t].what)
		for i, c := range contests {
			group(d, x, groupTop+i*groupStep, c, t)
		}
		d.Add(`<path class="limit" d="M%d %dV%d"/>`, x+along(1), groupTop-12, groupTop+groupStep*len(contests)-8)
	}
	return d.String()
}

// along is how far a ratio is along its axis.
func along(ratio float64) int {
	at := math.Log10(min(max(ratio, lowest), highest) / lowest)
	return int(panelWidth * at / math.Log10(highest/lowest))
}

// group draws one contest.
func group(d *measure.Drawing, x, y int, c *contest, what int) {
	d.Text("tick", x, y, "start", c.title())
	limits := c.limits()
	for i := range contestants {
		class, o, top := "bar", c.median(i), y+6+i*barStep
		if i == 0 {
			class = "bar mine"
		}
		t := o.times[what]
		width := along(t / limits[what])
		d.Add(`<rect class="%s" x="%d" y="%d" width="%d" height="11" rx="2"/>`, class, x, top, width)
		d.Text("tick", x+width+5, top+9, "start", fmt.Sprintf("%.3g s", t))
	}
}

package measure

import (
	"fmt"
	"html"
	"strings"
)

// Drawing is a plot in SVG, which suits light and dark backgrounds. The classes of its
// texts are title, panel, tick and none, those of shapes grid, limit, bar, line and, besides
// one of these, mine. Measures are in units of the drawing. Make it with NewDrawing.
type Drawing struct{ b strings.Builder }

// NewDrawing begins a drawing.
func NewDrawing(width, height int, title string) *Drawing {
	d := new(Drawing)
	d.Add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`, width, height)
	d.Add("<title>%s</title>", html.EscapeString(title))
	d.b.WriteString(style)
	return d
}

const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.panel { font-weight: 600 }
.tick { font-size: 10px; fill: #656d76 }
.grid { stroke: #d0d7de }
.limit { stroke: #656d76; stroke-dasharray: 3 3; fill: none }
.bar { fill: #8c959f }
.line { stroke: #8c959f; stroke-width: 2; fill: none }
.mine { fill: #1a7f37 }
.line.mine { stroke: #1a7f37; fill: none }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.tick { fill: #8d96a0 }
.grid { stroke: #30363d }
.limit { stroke: #8d96a0 }
.bar { fill: #6e7681 }
.line { stroke: #6e7681 }
.mine { fill: #3fb950 }
.line.mine { stroke: #3fb950; fill: none }
}
</style>
`

// Add adds a line of SVG.
func (d *Drawing) Add(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

// Text adds a text. The anchor is start, middle or end.
func (d *Drawing) Text(class string, x, y int, anchor, text string) {
	d.Add(`<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`, class, x, y, anchor, html.EscapeString(text))
}

// String ends the drawing and returns it.
func (d *Drawing) String() string { return d.b.String() + "</svg>\n" }

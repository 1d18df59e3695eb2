package main

import (
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/device"
)

// took writes a duration in milliseconds.
func took(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// clean makes a text from outside, such as a file's name, safe to print: on one
// line, and as people see it everywhere else, in captions.
func clean(text string) string { return device.Caption(text) }

// short cuts a text to n characters in the middle, since what tells the names in
// a folder apart often stands at their ends.
func short(text string, n int) string {
	runes := []rune(clean(text))
	if len(runes) <= n {
		return string(runes)
	}
	end := (n - 1) / 2
	return string(runes[:n-1-end]) + "…" + string(runes[len(runes)-end:])
}

// mostNamed is how many files a list in the story names one by one.
const mostNamed = 20

// list names files and says something of each, up to mostNamed.
func list(what string, files []remark) []string {
	var lines []string
	for i, f := range files {
		if i == mostNamed {
			return append(lines, fmt.Sprintf("%11s%s: … and %d more (-json names all)", "", what, len(files)-i))
		}
		lines = append(lines, fmt.Sprintf("%11s%s: %s (%s)", "", what, clean(f.File), program.OneLine(f.Reason)))
	}
	return lines
}

// isTerminal reports whether w is a screen on which a line can be drawn anew.
func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	return human.IsTerminal(w)
}

// indent moves lines of explanation below their title.
func indent(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = "   " + line
	}
	return out
}

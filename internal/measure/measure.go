// Package measure is the one form in which measuring commands say what they have
// found: a list of results, each beside its bound, as a table or as JSON.
package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Result is one figure that was measured.
type Result struct {
	What   string   `json:"what"` // with the unit, unless it is a ratio or a number
	Value  float64  `json:"value"`
	Bound  *float64 `json:"bound,omitempty"` // nil = none is set
	Better Better   `json:"better"`
	OK     bool     `json:"ok"` // within the bound
}

// Better says on which side of its bound a figure is good.
type Better string

// The sides.
const (
	Higher Better = "higher"
	Lower  Better = "lower"
)

// AtLeast is a figure that must reach a bound.
func AtLeast(what string, value, bound float64) Result {
	return Result{what, value, &bound, Higher, value >= bound}
}

// AtMost is a figure that must not be over a bound.
func AtMost(what string, value, bound float64) Result {
	return Result{what, value, &bound, Lower, value <= bound}
}

// Shown is a figure without a bound.
func Shown(what string, value float64, better Better) Result {
	return Result{What: what, Value: value, Better: better, OK: true}
}

// ErrMissed says that a result misses its bound.
var ErrMissed = errors.New("a bound is missed")

// Results are what a command has measured.
type Results []Result

// Err returns an error that wraps ErrMissed, and says how many results miss their
// bounds, if any does.
func (all Results) Err() error {
	missed := 0
	for _, r := range all {
		if !r.OK {
			missed++
		}
	}
	if missed == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d of %d results", ErrMissed, missed, len(all))
}

// Print prints them as JSON, or as a table.
func (all Results) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		return all.JSON(w)
	}
	return all.Table(w)
}

// JSON writes the results as one object with the field "results".
func (all Results) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	e.SetEscapeHTML(false)
	return e.Encode(map[string]Results{"results": append(Results{}, all...)})
}

// Table writes the results as a table for people.
func (all Results) Table(w io.Writer) error {
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "what\tmeasured\tmust be\t\n")
	for _, r := range all {
		limit, verdict := r.verdict()
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.What, Figure(r.Value), limit, verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// verdict is the bound as people write it, and whether the result is within it; nothing
// where there is none.
func (r Result) verdict() (limit, word string) {
	if r.Bound == nil {
		return "", ""
	}
	sign, word := "≤", "ok"
	if r.Better == Higher {
		sign = "≥"
	}
	if !r.OK {
		word = "MISSED"
	}
	return sign + " " + Figure(*r.Bound), word
}

// Figure writes a number with four digits that count, and all of those before the
// point.
func Figure(v float64) string {
	if max(v, -v) >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// report is what a run found.
type report struct {
	Results []result           `json:"results"`
	Ratios  map[string]float64 `json:"ratios"`
	Checks  []check            `json:"checks"` // the same ratios beside their bounds
}

func newReport(results []result, sizes []int) report {
	r := report{Results: results, Ratios: map[string]float64{}, Checks: checkAll(results, sizes)}
	for _, c := range r.Checks {
		r.Ratios[c.Key] = c.Value
	}
	return r
}

func (r report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(r)
}

// writeTable prints the results, one block per operation and size, and below
// them the bounds.
func (r report) writeTable(w io.Writer) error {
	blocks, titles := map[string][]result{}, []string{}
	for _, row := range r.Results {
		if t := title(row); len(blocks[t]) == 0 {
			titles = append(titles, t)
		}
		blocks[title(row)] = append(blocks[title(row)], row)
	}
	for _, t := range titles {
		if err := writeBlock(w, t, blocks[t]); err != nil {
			return err
		}
	}
	return writeChecks(w, r.Checks)
}

func title(r result) string {
	if r.N == 0 {
		return r.Op
	}
	return fmt.Sprintf("%s, %s items", r.Op, thousands(r.N))
}

func writeBlock(w io.Writer, title string, rows []result) error {
	t := tabwriter.NewWriter(w, 18, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\n\ttime\tbytes\tallocs\theap bytes\t\n", title)
	for _, row := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", row.Codec,
			duration(row.NsPerOp), count(row.Bytes), count(row.Allocs), count(row.HeapBytes))
	}
	fmt.Fprintln(t)
	return t.Flush()
}

func writeChecks(w io.Writer, checks []check) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "bound\titems\tmeasured\tmust be\t\n")
	for _, c := range checks {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", c.What, count(c.N), figure(c.Value), c.bound(), c.Verdict)
	}
	return t.Flush()
}

func (c check) bound() string {
	if c.AtLeast {
		return "≥ " + figure(c.Limit)
	}
	return "≤ " + figure(c.Limit)
}

// count leaves out what is nothing or was not measured.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return thousands(n)
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// figure writes a number with four digits that count.
func figure(v float64) string {
	if v >= 1000 || v == float64(int(v)) {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	digits := 3
	if v >= 10 {
		digits = 2
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// duration writes nanoseconds with three digits that count, zero as nothing.
func duration(ns float64) string {
	if ns == 0 {
		return ""
	}
	for _, unit := range []string{"ns", "µs", "ms"} {
		if ns < 999.5 {
			return threeDigits(ns) + " " + unit
		}
		ns /= 1000
	}
	return threeDigits(ns) + " s"
}

func threeDigits(v float64) string {
	switch {
	case v < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

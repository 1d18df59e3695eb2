package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
)

// result is one value beside its bound.
type result struct {
	What   string  `json:"what"`
	Value  float64 `json:"value"`
	Bound  float64 `json:"bound"`
	Better string  `json:"better"` // lower or higher
	OK     bool    `json:"ok"`
}

// atMost is a result that is good if it is low.
func atMost(bound, value float64, what string, a ...any) result {
	return result{fmt.Sprintf(what, a...), value, bound, "lower", value <= bound}
}

// atLeast is a result that is good if it is high.
func atLeast(bound, value float64, what string, a ...any) result {
	return result{fmt.Sprintf(what, a...), value, bound, "higher", value >= bound}
}

func allOK(results []result) bool {
	return !slices.ContainsFunc(results, func(r result) bool { return !r.OK })
}

func write(w io.Writer, results []result, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(map[string][]result{"results": results})
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tvalue\tbound\t")
	sign := map[string]string{"lower": "≤", "higher": "≥"}
	for _, r := range results {
		verdict := "ok"
		if !r.OK {
			verdict = "MISSED"
		}
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\n", r.What, short(r.Value), sign[r.Better], short(r.Bound), verdict)
	}
	return t.Flush()
}

// short writes a value with four digits behind the point at most.
func short(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
}

// percentile returns the value below which the given part (0 to 1) of the values
// lies, between two of them in proportion. It is NaN without any values.
func percentile(part float64, values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := part * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

func median(values []float64) float64 { return percentile(0.5, values) }

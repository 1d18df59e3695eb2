package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// check is a bound that the SDK must keep, and the measured value beside it.
type check struct {
	Key     string  `json:"key"`
	What    string  `json:"what"`
	N       int     `json:"n"`    // items the value was measured at; 0 = the bound is for any
	AtN     int     `json:"at_n"` // items the bound is for
	Value   float64 `json:"value"`
	Limit   float64 `json:"limit"`
	AtLeast bool    `json:"at_least"` // the limit is a lower bound
	Verdict string  `json:"verdict"`  // ok, MISSED, or - if measured at another n
	value   func(measured, int) float64
}

// checkAll works out every bound from the results, at the size that the bound
// is for or else the nearest one that was measured.
func checkAll(results []result, sizes []int) []check {
	checks := bounds()
	for i := range checks {
		c := &checks[i]
		if c.AtN != 0 {
			c.N = nearest(sizes, c.AtN)
		}
		c.Value = c.value(results, c.N)
		c.Verdict = c.verdict()
	}
	return checks
}

func (c check) verdict() string {
	switch {
	case c.AtN != 0 && c.AtN != c.N:
		return "-"
	case c.AtLeast && c.Value >= c.Limit, !c.AtLeast && c.Value <= c.Limit:
		return "ok"
	}
	return "MISSED"
}

// nearest is the largest size up to n, or else the smallest one.
func nearest(sizes []int, n int) int {
	best := slices.Min(sizes)
	for _, size := range sizes {
		if size <= n && size > best {
			best = size
		}
	}
	return best
}

// measured finds results by codec, operation and size, and panics if there is
// none: a bound that nothing measures is a mistake in this program.
type measured []result

func (m measured) find(codec, op string, n int) result {
	for _, r := range m {
		if r.Codec == codec && r.Op == op && (r.N == n || r.N == 0) {
			return r
		}
	}
	panic(fmt.Sprintf("compare: %s of %s at %d was not measured", op, codec, n))
}

// quickestRows is the time of the fastest peer that writes rows.
func (m measured) quickestRows(op string, n int) float64 {
	best := math.Inf(1)
	for _, p := range peers() {
		if rowWise(p.name()) {
			best = min(best, m.find(p.name(), op, n).NsPerOp)
		}
	}
	return best
}

// against is the time of the SDK over that of another codec, the worst of
// random labels and of all items labelled.
func (m measured) against(codec, suffix string, n int) float64 {
	worst := 0.0
	for _, labels := range []string{"", "-pending"} {
		mine := m.find(sdk, "decode"+suffix+labels, n).NsPerOp
		worst = max(worst, mine/m.find(codec, "decode"+labels, n).NsPerOp)
	}
	return worst
}

// timesRows is how many times faster the SDK is than the fastest rows.
func (m measured) timesRows(suffix string, n int) float64 {
	worst := math.Inf(1)
	for _, labels := range []string{"", "-pending"} {
		mine := m.find(sdk, "decode"+suffix+labels, n).NsPerOp
		worst = min(worst, m.quickestRows("decode"+labels, n)/mine)
	}
	return worst
}

// mostAllocs is the most that any decode of the SDK allocates, at any size.
func mostAllocs(m measured, _ int) float64 {
	most := -1
	for _, r := range m {
		if r.Codec == sdk && strings.HasPrefix(r.Op, "decode") {
			most = max(most, r.Allocs)
		}
	}
	return float64(most)
}

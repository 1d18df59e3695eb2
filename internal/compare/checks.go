package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// check is a bound that the SDK must keep.
type check struct {
	what   string
	n      int // items that the bound is for; 0 = it is for any
	limit  float64
	better measure.Better // empty = measure.Lower
	value  func(measured, int) float64
}

// checkAll works out the value of each bound. One that has two, at sizes neither of which was
// measured, is there once.
func checkAll(bounds []check, results []result, sizes []int) (all measure.Results) {
	for _, c := range bounds {
		r := c.result(results, sizes)
		if !slices.ContainsFunc(all, func(other measure.Result) bool { return other.What == r.What }) {
			all = append(all, r)
		}
	}
	return all
}

// result works out the value, at the size that the bound is for or else, without the bound,
// at the nearest one that was measured.
func (c check) result(results []result, sizes []int) measure.Result {
	what, n := c.what, c.n
	if n != 0 {
		n = nearest(sizes, n)
		what += ", " + thousands(n) + " items"
	}
	value, better := c.value(results, n), cmp.Or(c.better, measure.Lower)
	switch {
	case n != c.n:
		return measure.Shown(what, value, better)
	case better == measure.Higher:
		return measure.AtLeast(what, value, c.limit)
	}
	return measure.AtMost(what, value, c.limit)
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

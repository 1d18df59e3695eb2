package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// check is a bound that the SDK must keep, at every size that is measured.
type check struct {
	what   string
	once   bool // no size matters to it
	limit  limit
	better measure.Better // empty = measure.Lower
	value  func(measured, int) float64
}

// limit is what a bound is with so many items.
type limit func(n int) float64

// always is the same bound at every size.
func always(v float64) limit { return func(int) float64 { return v } }

// perItem is so much for each item, and so much beside.
func perItem(each, beside float64) limit {
	return func(n int) float64 { return each*float64(n) + beside }
}

// steps are bounds of their own below 100,000 items, below a million, and from there on:
// with few items it counts what any call costs.
func steps(few, many, most float64) limit {
	return func(n int) float64 {
		switch {
		case n < hundredThousand:
			return few
		case n < million:
			return many
		}
		return most
	}
}

// checkAll works out the value of each bound at each size.
func checkAll(bounds []check, results []result, sizes []int) (all measure.Results) {
	for _, c := range bounds {
		if c.once {
			all = append(all, c.result(results, 0))
			continue
		}
		for _, n := range sizes {
			all = append(all, c.result(results, n))
		}
	}
	return all
}

func (c check) result(results []result, n int) measure.Result {
	what, value, limit := c.what, c.value(results, n), c.limit(n)
	if !c.once {
		what += ", " + thousands(n) + " items"
	}
	if c.better == measure.Higher {
		return measure.AtLeast(what, value, limit)
	}
	return measure.AtMost(what, value, limit)
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
		mine := m.find(sdk, "decode"+suffix+labels, n)
		worst = max(worst, mine.over(m.find(codec, "decode"+labels, n)))
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

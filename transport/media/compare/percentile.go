package main

import (
	"math"
	"slices"
)

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

package main

import (
	"math"
	"testing"
)

func TestPercentile(t *testing.T) {
	values := []float64{50, 10, 40, 20, 30}
	for _, c := range []struct{ part, want float64 }{{0, 10}, {0.1, 14}, {0.25, 20}, {0.5, 30}, {0.9, 46}, {1, 50}} {
		if got := percentile(c.part, values); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%g: %g instead of %g", c.part, got, c.want)
		}
	}
	if values[0] != 50 {
		t.Error("the values are in another order now")
	}
	if got := median([]float64{1, 2}); got != 1.5 {
		t.Errorf("the median of two is %g", got)
	}
}

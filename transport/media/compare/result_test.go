package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
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

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		r    result
		want bool
	}{
		{atMost(2, 2, "x"), true}, {atMost(2, 2.1, "x"), false}, {atMost(2, math.NaN(), "x"), false},
		{atLeast(-1, -1, "x"), true}, {atLeast(-1, -1.1, "x"), false}, {atLeast(-1, math.NaN(), "x"), false},
	} {
		if c.r.OK != c.want {
			t.Errorf("%+v", c.r)
		}
	}
}

func TestForms(t *testing.T) {
	results := []result{atMost(1.5, 1.2, "time & %s", "space"), atLeast(10, 9, "runs")}
	var b bytes.Buffer
	if err := write(&b, results, true); err != nil {
		t.Fatal(err)
	}
	want := `{"results":[{"what":"time & space","value":1.2,"bound":1.5,"better":"lower","ok":true},{"what":"runs","value":9,"bound":10,"better":"higher","ok":false}]}` + "\n"
	if b.String() != want {
		t.Errorf("JSON is %s", b.String())
	}
	if !json.Valid(b.Bytes()) {
		t.Error("it is no JSON")
	}
	b.Reset()
	if err := write(&b, results, false); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"time & space", "≤ 1.5", "≥ 10", "MISSED"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("%q is missing in the table:\n%s", part, b.String())
		}
	}
}

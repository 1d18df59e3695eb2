package measure_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestBounds: a figure on its bound is within it, and one beyond it is told.
func TestBounds(t *testing.T) {
	good := measure.Results{measure.AtLeast("a", 0.5, 0.5), measure.AtMost("b", 0, 0), measure.Shown("c", 9, measure.Higher)}
	if err := good.Err(); err != nil {
		t.Error(err)
	}
	for _, r := range []measure.Result{measure.AtLeast("a", 0.49, 0.5), measure.AtMost("b", 1, 0), measure.AtLeast("a", math.NaN(), 0), measure.AtMost("b", math.NaN(), 0)} {
		if err := append(good, r).Err(); !errors.Is(err, measure.ErrMissed) || !strings.Contains(err.Error(), "1 of 4") {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// TestJSON writes the fields that the other commands' have.
func TestJSON(t *testing.T) {
	var out strings.Builder
	all := measure.Results{measure.AtMost("b", 1, 0), measure.Shown("c", 9, measure.Higher)}
	if err := all.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var got map[string][]map[string]any
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	first, second := got["results"][0], got["results"][1]
	if first["what"] != "b" || first["value"] != 1.0 || first["bound"] != 0.0 || first["better"] != "lower" || first["ok"] != false {
		t.Errorf("%v", first)
	}
	if _, bounded := second["bound"]; bounded || second["ok"] != true {
		t.Errorf("%v", second)
	}
}

// TestFigure keeps four digits, of small numbers as well.
func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 3: "3", 12345.6: "12346", 123.456: "123.5", 16.134: "16.13", 1.5: "1.5", 0.51234: "0.5123", -0.00345678: "-0.003457",
	} {
		if got := measure.Figure(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

func Example() {
	measure.Results{
		measure.AtLeast("shares a second, against the limit", 0.512, 0.5),
		measure.AtMost("start, s", 1.25, 1),
		measure.Shown("shares a second", 2345.6, measure.Higher),
	}.Table(os.Stdout)
	// Output:
	// what                                measured  must be
	// shares a second, against the limit  0.512     ≥ 0.5    ok
	// start, s                            1.25      ≤ 1      MISSED
	// shares a second                     2346
}

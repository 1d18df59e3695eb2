package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestRun searches a little at sizes that take no time: all results are there. What they
// are only a machine that does nothing else can tell.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run([]string{"-json", "-small", "4096", "-large", "9000", "-tries", "10"}, &out); err != nil {
		t.Fatal(err)
	}
	var got struct{ Results measure.Results }
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Results) != 4*shown+2 {
		t.Errorf("%d results", len(got.Results))
	}
	for _, r := range got.Results {
		if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) || r.Value <= 0 {
			t.Errorf("%+v", r)
		}
	}
}

// TestFamilies: every family has about the size that is asked for, of which updates take what
// they should, and what is sealed stands.
func TestFamilies(t *testing.T) {
	s, err := newSearch(rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	const size = 30_000
	for _, r := range families() {
		d, err := s.make(r, size)
		if err != nil {
			t.Fatal(err)
		}
		c, err := collection.Decode(d.data)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.data) < size/4 || len(d.data) > 3*size || r.Words > 0 && d.seals < 3 {
			t.Errorf("%v: %d bytes, %d seals", r, len(d.data), d.seals)
		}
		v, err := collection.Verify(t.Context(), &s.ring, c)
		if stands := r.Resolved == 0 && (r.Words == 0 || r.Seals > 0); stands != (err == nil) || stands && len(v.Report().Updates) != d.seals-1 {
			t.Errorf("%v: %v", r, err)
		}
	}
}

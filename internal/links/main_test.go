package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestRun measures everything with little to do: all results are there, the counts are
// those of what is done, and nothing is missed but bounds.
func TestRun(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "plot.svg")
	args := []string{"-json", "-quiet", "-only", "20M,originals", "-photos", "1,3", "-original", "2000", "-rounds", "2",
		"-count", "3", "-size", "1000", "-large", "300000", "-dir", t.TempDir(), "-svg", svg}
	var out strings.Builder
	if err := run(t.Context(), args, &out); err != nil && !errors.Is(err, measure.ErrMissed) {
		t.Fatal(err)
	}
	var got struct{ Results measure.Results }
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, r := range got.Results {
		if _, twice := values[r.What]; twice || math.IsNaN(r.Value) || math.IsInf(r.Value, 0) || r.Value <= 0 {
			t.Errorf("%+v, twice: %t", r, twice)
		}
		values[r.What] = r.Value
	}
	if want := 2*(4+4*len(timed)-2+2) + 5; len(values) != want {
		t.Errorf("%d results, want %d", len(values), want)
	}
	const three = "20 Mbit/s + 40 ms, 3 photos: "
	if n := values[three+"requests by a recipient"]; n != 2 {
		t.Errorf("%v requests by a recipient", n)
	}
	if n := values[three+"requests by the camera"]; n != 1 {
		t.Errorf("%v requests by the camera", n)
	}
	checkPlot(t, svg)
}

// checkPlot finds the links with the most photos in a plot.
func checkPlot(t *testing.T, name string) {
	t.Helper()
	svg, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(string(svg))); err == nil; {
		_, err = d.Token()
	}
	if !errors.Is(err, io.EOF) || !strings.Contains(string(svg), "20 Mbit/s + 40 ms, 3 photos") || strings.Contains(string(svg), "1 photos") {
		t.Errorf("%v\n%s", err, svg)
	}
}

// TestWaysCost: what goes over the camera's link is what must go, and little more.
func TestWaysCost(t *testing.T) {
	const photos = 20
	o, err := glimpse(t.Context(), fast, newPhotos(photos, 100))
	if err != nil {
		t.Fatal(err)
	}
	const digest, seal = 32, 64
	if got, least := o.needed, photos*(16+2*digest+len("IMG_0001.JPG"))+photos/2*(21+22)+len("image/jpeg")+seal; got < least || got > least+100 {
		t.Errorf("%d bytes must go, want %d and what is around the seal", got, least)
	}
	var found results
	found.addCosts("", o, sum(newPhotos(photos, 100).bodies()))
	if beside := found.exact[3]; !beside.OK || beside.Value <= 0 {
		t.Errorf("%+v", beside)
	}
	if o.update == 0 || o.update > 1000 {
		t.Errorf("an update of %d bytes", o.update)
	}
}

// fast is a link that is over at once.
var fast = linkKind{title: "fast", bits: 1e9, roundTrip: time.Millisecond}

// TestLimits: a limit is the time of the bytes, and a round trip a hop, and the work.
func TestLimits(t *testing.T) {
	k := linkKind{bits: 64e3, roundTrip: 300 * time.Millisecond}
	p := newPhotos(2, 1)
	c := &contest{kind: k, photos: p, rounds: [][]outcome{{{needed: 8000, update: 160}}}}
	first, both := float64(len(p.bodies()[0])), float64(sum(p.bodies()))
	want := times{2*(0.3+1) + work, 2*(0.3+(8000+first)/8000) + work, 2*(0.3+(8000+both)/8000) + work, 0.3 + (8000+both)/8000 + work, 2*(0.3+0.02) + work}
	for i, got := range c.limits() {
		if math.Abs(got-want[i]) > 1e-6 {
			t.Errorf("%s: %v s, want %v", timed[i].what, got, want[i])
		}
	}
}

// TestBounds: what takes time has no bound where segments are lost.
func TestBounds(t *testing.T) {
	for _, k := range linkKinds {
		c := &contest{kind: k, photos: newPhotos(1, 1)}
		for range contestants {
			c.rounds = append(c.rounds, []outcome{{times: times{1, 1, 1, 1, 1}}})
		}
		var r results
		r.add(c)
		bounded := slices.ContainsFunc(r.times, func(m measure.Result) bool { return m.Bound != nil })
		if bounded != (k.loss == 0) || r.exact[0].Bound == nil {
			t.Errorf("%s: bounded: %t", k.name, bounded)
		}
	}
}

// TestMedian: each time is the median of its own.
func TestMedian(t *testing.T) {
	c := &contest{rounds: [][]outcome{{{times: times{1, 9}}, {times: times{3, 5}}, {times: times{2, 7}}}}}
	if got := c.median(0).times; got != (times{2, 7}) {
		t.Errorf("%v", got)
	}
}

// TestParse: short is little, unless the arguments say otherwise, and nothing unknown is
// taken.
func TestParse(t *testing.T) {
	o, err := parse([]string{"-short", "-photos", "5"})
	if err != nil || !slices.Equal(o.only, []string{"1M", "20M"}) || !slices.Equal(o.photos, []int{5}) || o.rounds != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"-only", "3M"}, {"-photos", "0"}, {"-photos", "1,"}, {"-photos", "ten"}, {"-rounds", "0"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}

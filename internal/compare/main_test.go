package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestJSON runs everything with few items and checks the form that other
// programs read.
func TestJSON(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "plot.svg")
	var out bytes.Buffer
	if err := run([]string{"-json", "-quick", "-sizes", "40,20", "-svg", svg}, &out); err != nil {
		t.Fatal(err)
	}
	var got struct{ Results measure.Results }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, r := range got.Results {
		if _, twice := values[r.What]; twice || r.Value < 0 {
			t.Errorf("%+v, twice: %t", r, twice)
		}
		values[r.What] = r.Value
	}
	for _, n := range []string{"20", "40"} {
		for _, want := range wanted(n) {
			if values[want] == 0 {
				t.Errorf("no result of %s", want)
			}
		}
	}
	checkSVG(t, svg)
}

// wanted lists what must be measured with n items.
func wanted(n string) (list []string) {
	took := func(codec, op string) {
		list = append(list, op+", "+n+" items: "+codec+": time, ns")
	}
	took(copying, "decode")
	took(copying, "encode")
	took(copying, "join")
	took(hashing, "decode")
	took(goMap, "lookup")
	took(sdk, "decode-copy")
	took(handWritten, "full")
	for _, op := range []string{"decode", "encode", "lookup", "full", "join"} {
		took(sdk, op)
		for _, p := range peers() {
			took(p.name(), op)
		}
	}
	return list
}

func checkSVG(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the plot is not XML: %v", err)
		}
	}
	for _, name := range []string{"<svg", sdk, "protobuf-columns", "xml", "40 items", "prefers-color-scheme"} {
		if !strings.Contains(string(b), name) {
			t.Errorf("the plot does not show %q", name)
		}
	}
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-quick", "-sizes", "10"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"decode, 10 items\n", "msgpack", "measured", "rights check"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q", want)
		}
	}
}

// TestExactBounds: what needs no time has bounds of its own, and a missed one is an error.
func TestExactBounds(t *testing.T) {
	for _, c := range sizeBounds() {
		if strings.Contains(c.what, "/") || strings.Contains(c.what, "faster") {
			t.Errorf("%s is a time", c.what)
		}
	}
	sizes := []int{10}
	results := measureAll(quick, sizes)
	if err := checkAll(sizeBounds(), results, sizes).Err(); err != nil {
		t.Error(err)
	}
	for i, r := range results {
		if r.Codec == sdk && r.Op == "gate" {
			results[i].Allocs = 1
		}
	}
	if err := checkAll(sizeBounds(), results, sizes).Err(); !errors.Is(err, measure.ErrMissed) {
		t.Errorf("an allocation that may not be: %v", err)
	}
}

func TestSizesAreChecked(t *testing.T) {
	for _, list := range []string{"", "0", "-5", "ten", "99999999", "10,,20"} {
		if err := run([]string{"-sizes", list}, io.Discard); err == nil {
			t.Errorf("-sizes %q is taken", list)
		}
	}
}

// TestChecks: every bound is judged at every size, by the limit that it has there.
func TestChecks(t *testing.T) {
	twice := func(_ measured, n int) float64 { return 2 * float64(n) }
	bounds := []check{
		{what: "a", limit: perItem(1.5, 10), value: twice},
		{what: "b", limit: steps(30, 1e6, 0), better: measure.Higher, value: twice},
		{what: "c", once: true, limit: always(0), value: twice},
	}
	got := checkAll(bounds, nil, []int{20, hundredThousand})
	want := []struct {
		what string
		ok   bool
	}{{"a, 20 items", true}, {"a, 100,000 items", false}, {"b, 20 items", true}, {"b, 100,000 items", false}, {"c", true}}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i, r := range got {
		if r.What != want[i].what || r.OK != want[i].ok || r.Bound == nil {
			t.Errorf("%+v, want %+v", r, want[i])
		}
	}
}

func TestNearest(t *testing.T) {
	sizes := []int{1000, 100_000, 1_000_000}
	for n, want := range map[int]int{0: 1000, 500: 1000, 100_000: 100_000, 999_999: 100_000, 5_000_000: 1_000_000} {
		if got := nearest(sizes, n); got != want {
			t.Errorf("nearest to %d is %d, want %d", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[float64]string{1.234: "1.23 ns", 999: "999 ns", 1500: "1.50 µs", 45.67e6: "45.7 ms", 3e9: "3.00 s"} {
		if got := duration(ns); got != want {
			t.Errorf("%v ns is written %q, want %q", ns, got, want)
		}
	}
}

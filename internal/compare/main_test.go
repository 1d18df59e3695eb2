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
)

// TestJSON runs everything with few items and checks the shape that other
// programs read.
func TestJSON(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "plot.svg")
	var out bytes.Buffer
	if err := run([]string{"-json", "-quick", "-sizes", "40,20", "-svg", svg}, &out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Results []map[string]any
		Ratios  map[string]float64
		Checks  []map[string]any
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	checkResults(t, got.Results)
	if len(got.Ratios) != len(bounds()) || len(got.Checks) != len(bounds()) {
		t.Errorf("%d ratios and %d checks of %d bounds", len(got.Ratios), len(got.Checks), len(bounds()))
	}
	for _, b := range bounds() {
		if v, ok := got.Ratios[b.Key]; !ok || v < 0 {
			t.Errorf("ratio %s is %v, %v", b.Key, v, ok)
		}
	}
	checkSVG(t, svg)
}

func checkResults(t *testing.T, results []map[string]any) {
	t.Helper()
	has := map[string]bool{}
	for _, r := range results {
		for _, field := range []string{"n", "ns_per_op", "bytes", "allocs", "heap_bytes"} {
			if v, ok := r[field].(float64); !ok || v < 0 {
				t.Errorf("%v %v: %s is %v", r["codec"], r["op"], field, r[field])
			}
		}
		if n := r["n"].(float64); n == 20 || n == 40 {
			has[r["codec"].(string)+" "+r["op"].(string)] = true
		}
	}
	ops := []string{"decode", "decode-copy", "encode", "lookup", "join"}
	for _, want := range wanted(ops) {
		if !has[want] {
			t.Errorf("no result of %s", want)
		}
	}
}

// wanted lists codec and operation of what must be measured.
func wanted(ops []string) []string {
	list := []string{"copy decode", "copy encode", "copy join", "sha256 decode", "map lookup"}
	for _, op := range ops {
		list = append(list, sdk+" "+op)
		for _, p := range peers() {
			if op != "decode-copy" {
				list = append(list, p.name()+" "+op)
			}
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

func TestSizesAreChecked(t *testing.T) {
	for _, list := range []string{"", "0", "-5", "ten", "99999999", "10,,20"} {
		if err := run([]string{"-sizes", list}, io.Discard); err == nil {
			t.Errorf("-sizes %q is taken", list)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		check check
		want  string
	}{
		{check{Value: 2, Limit: 2}, "ok"},
		{check{Value: 2.1, Limit: 2}, "MISSED"},
		{check{Value: 600, Limit: 500, AtLeast: true}, "ok"},
		{check{Value: 400, Limit: 500, AtLeast: true}, "MISSED"},
		{check{Value: 1, Limit: 2, N: 1000, AtN: million}, "-"},
	} {
		if got := c.check.verdict(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.check, got, c.want)
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

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

// measured runs the command on a few hosts, and returns the figures and the plot.
func measured(t *testing.T) (by map[string]float64, plot []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plot.svg")
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-json", "-short", "-svg", file}, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	var all struct{ Results measure.Results }
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	by = map[string]float64{}
	for _, r := range all.Results {
		by[r.What] = r.Value
	}
	plot, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return by, plot
}

// TestCost: on a few hosts all bounds hold, every path of the API is measured, and what is counted
// is counted.
func TestCost(t *testing.T) {
	by, plot := measured(t)
	for _, what := range []string{"requests", "bytes", "connections"} {
		whole, each := by[what+", by collection"], by[what+", by item"]
		more := each > whole || what == "connections" && each > 0 // either way a look connects to nearly all of so few hosts
		if whole <= 0 || !more {
			t.Errorf("%v %s by collection, %v by item", whole, what, each)
		}
		if there := by[what+", by collection, announced"]; there <= 0 {
			t.Errorf("%v %s once it is announced", there, what)
		}
	}
	if n := by["of them, records left"]; n <= 0 {
		t.Errorf("%v records left", n)
	}
	for _, path := range []string{"Reader.Search", "Reader.Fetch", "Reader.Wish", "Reader.RetryWishes", "Reader.Print", "Reader.Versions", "Author.Reshare"} {
		if _, ok := by["requests and connections, labelled, "+path]; !ok {
			t.Errorf("%s is not measured", path)
		}
	}
	for d := xml.NewDecoder(bytes.NewReader(plot)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("plot: %v", err)
		}
	}
	if !strings.Contains(string(plot), ">0 requests<") {
		t.Error("the plot does not show what labels save")
	}
}

// TestSize: a network that has no room for its recipients is refused.
func TestSize(t *testing.T) {
	for _, args := range [][]string{{"-hosts", "16"}, {"-recipients", "0"}, {"-items", "0"}} {
		if err := run(t.Context(), args, new(bytes.Buffer)); !errors.Is(err, errSize) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

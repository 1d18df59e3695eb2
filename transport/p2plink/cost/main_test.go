package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestCost: on a few hosts all bounds hold, and what is counted is counted.
func TestCost(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-json", "-hosts", "8", "-recipients", "2", "-items", "3", "-announced", "30"}, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	var all struct{ Results measure.Results }
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	by := map[string]float64{}
	for _, r := range all.Results {
		by[r.What] = r.Value
	}
	whole, each := by["requests, by collection"], by["requests, by item"]
	if whole <= 0 || each <= whole || by["of them, records left"] <= 0 {
		t.Errorf("%v requests by collection, %v by item, %v records", whole, each, by["of them, records left"])
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

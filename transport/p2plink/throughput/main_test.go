package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestThroughput: in short all is measured, whatever comes of it on a busy machine.
func TestThroughput(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-short", "-json"}, &out); err != nil && !errors.Is(err, measure.ErrMissed) {
		t.Fatalf("%v\n%s", err, &out)
	}
	var all struct{ Results measure.Results }
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	bounds := 0
	for _, r := range all.Results {
		if r.Bound != nil {
			bounds++
		}
		if r.Better == measure.Higher && r.Value <= 0 {
			t.Errorf("%s: %v", r.What, r.Value)
		}
	}
	if bounds != 4 {
		t.Errorf("%d bounds", bounds)
	}
}

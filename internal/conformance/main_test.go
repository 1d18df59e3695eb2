package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

const root = "../.."

// TestGo drives this repository's own packages.
func TestGo(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-root", root}, nil, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), " 0 differ") {
		t.Error(out.String())
	}
}

// TestBroken drives implementations that each do one thing wrong: each is found out.
func TestBroken(t *testing.T) {
	yes := true
	for name, spoil := range map[string]func(q request, a *answer){
		"accepts what is malformed": func(_ request, a *answer) {
			if a.Error == "ErrOrder" {
				*a = answer{ID: a.ID}
			}
		},
		"refuses a limit as something else": func(_ request, a *answer) {
			if a.Error == "ErrLimit" {
				a.Error = "ErrType"
			}
		},
		"encodes otherwise": func(q request, a *answer) {
			if q.Kind == "end" && a.Error == "" {
				a.Again = strings.Repeat("0", 64)
			}
		},
		"finds no item twice":    func(_ request, a *answer) { a.Validate = "" },
		"reads another state":    func(q request, a *answer) { delete(a.Want, "labelled") },
		"forgets what it merges": func(q request, a *answer) { a.merged(q, "merge") },
		"applies nothing":        func(q request, a *answer) { a.merged(q, "apply") },
		"knows no revoked key": func(q request, a *answer) {
			if a.Error == "ErrRevoked" {
				*a = answer{ID: a.ID, Data: q.Collection, Report: &report{}}
			}
		},
		"allows everything": func(q request, a *answer) {
			if q.Do == "check" {
				*a = answer{ID: a.ID, Allowed: &yes}
			}
		},
		"seals with another key": func(q request, a *answer) {
			if q.Do == "make" {
				a.Keys[0].User = bytes.Repeat([]byte{7}, 16)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := drive(t.Context(), root, io.Discard, func(r io.Reader, w io.Writer) error { return broken(t, r, w, spoil) })
			if !errors.Is(err, errDiffers) {
				t.Errorf("not found out: %v", err)
			}
		})
	}
}

// merged answers a command with the collection as it was.
func (a *answer) merged(q request, command string) {
	if q.Do == command && a.Error == "" {
		a.Data = q.Collection
	}
}

// broken answers commands, and spoils every answer.
func broken(t *testing.T, r io.Reader, w io.Writer, spoil func(request, *answer)) error {
	lines, out := bufio.NewScanner(r), json.NewEncoder(w)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		var q request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return err
		}
		a, err := q.answer(t.Context())
		a.ID, a.Error = q.ID, nameOf(err)
		spoil(q, &a)
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// TestSilent drives an implementation that ends at once.
func TestSilent(t *testing.T) {
	if err := drive(t.Context(), root, io.Discard, func(io.Reader, io.Writer) error { return nil }); err == nil {
		t.Error("an implementation that answers nothing passes")
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/label"
)

const root = "../.."

// TestGo drives this repository's own packages; in short without the vectors, which are half of it.
func TestGo(t *testing.T) {
	var out bytes.Buffer
	all := func() error { return run(t.Context(), []string{"-root", root}, nil, &out) }
	if testing.Short() {
		own := func(r io.Reader, w io.Writer) error { return serve(t.Context(), r, w) }
		all = func() error { return drive(t.Context(), &out, own, everything(root, 1)[1:]...) }
	}
	if err := all(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), " 0 differ") {
		t.Error(out.String())
	}
}

// TestSeed makes the same of one seed, and something else of another.
func TestSeed(t *testing.T) {
	made := func(seed uint64) (all []key) {
		random := newRandom(seed)
		w, err := newWorld(t.Context(), random, "ES256", label.Flag, 3)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := w.c.MarshalBinary()
		s, err := newSigner(random, "PS256")
		if err != nil {
			t.Fatal(err)
		}
		cose, _ := s.Public().MarshalBinary()
		return append(w.keys(), key{User: data, Key: cose})
	}
	if first, again := made(7), made(7); same(first, again) != nil || same(first, made(8)) == nil {
		t.Error("what is made does not follow the seed")
	}
}

// A lie is what a broken implementation answers, and which questions show it.
type lie struct {
	asked part
	spoil func(q request, a *answer)
}

var lies = map[string]lie{
	"accepts what is malformed": {vectorsLike(root, "bad-accepted-order"), func(_ request, a *answer) {
		*a = answer{ID: a.ID}
	}},
	"refuses a limit as something else": {vectorsLike(root, "bad-alone-limit-items"), func(_ request, a *answer) {
		a.Error = "ErrType"
	}},
	"encodes otherwise": {vectorsLike(root, "end-whole"), func(_ request, a *answer) {
		a.Again = strings.Repeat("0", 64)
	}},
	"takes a message that is malformed": {exchange(root), func(q request, a *answer) {
		if q.Kind == "fault" {
			*a = answer{ID: a.ID}
		}
	}},
	"writes a message otherwise": {exchange(root), func(q request, a *answer) {
		if q.Kind == "share" && a.Error == "" {
			a.Again = strings.Repeat("0", 64)
		}
	}},
	"finds no item twice":      {vectorsLike(root, "fixed-item-twice"), func(_ request, a *answer) { a.Validate = "" }},
	"reads another state":      {vectorsLike(root, "whole"), func(_ request, a *answer) { delete(a.Want, "labelled") }},
	"answers another question": {vectorsLike(root, "whole"), func(_ request, a *answer) { a.ID++ }},
	"forgets what it merges":   {fewJoins("merge"), func(q request, a *answer) { a.Data = q.Collection }},
	"applies nothing":          {fewJoins("apply"), func(q request, a *answer) { a.Data = q.Collection }},
	"knows no revoked key": {fewJoins("verify"), func(q request, a *answer) {
		if a.Error == "ErrRevoked" {
			*a = answer{ID: a.ID, Data: q.Collection, Report: &report{}}
		}
	}},
	"believes no word": {fewWords, func(_ request, a *answer) {
		if a.Error == "" {
			*a = answer{ID: a.ID, Error: "ErrUnknownKey"}
		}
	}},
	"takes one key for another": {fewWords, func(_ request, a *answer) {
		if a.Error == "ErrChanged" {
			a.Error = "ErrUnknownKey"
		}
	}},
	"allows everything": {fewChecks, func(_ request, a *answer) { *a = answer{ID: a.ID, Allowed: new(true)} }},
	"forbids everything": {fewChecks, func(_ request, a *answer) {
		*a = answer{ID: a.ID, Allowed: new(false), Reason: "forbidden", Lift: &lift{}}
	}},
	"seals with another key": {tradeOf("Ed25519", label.Flag), func(_ request, a *answer) { a.Keys[0].User = bytes.Repeat([]byte{7}, 16) }},
}

// fewJoins are the questions of one command about one small album.
func fewJoins(do string) part {
	return func(d *driver) error {
		all, err := joinCases(d.ctx, newRandom(2), "Ed25519", label.Flag, 6)
		if err != nil {
			return err
		}
		return d.compareAll(slices.DeleteFunc(all, func(q request) bool { return q.Do != do }))
	}
}

// fewWords are the questions of statements on keys and of rosters.
func fewWords(d *driver) error {
	all, err := wordCases(d.ctx, newRandom(3), "Ed25519")
	if err != nil {
		return err
	}
	return d.compareAll(all)
}

// fewChecks are some of the questions of what may be done.
func fewChecks(d *driver) error { return d.compareAll(checkCases()[:400]) }

// ask drives this repository's packages, whose answers are spoilt.
func ask(t *testing.T, spoil func(request, *answer), asked part) error {
	return drive(t.Context(), io.Discard, func(r io.Reader, w io.Writer) error { return broken(t, r, w, spoil) }, asked)
}

// TestBroken drives implementations that each do one thing wrong: each is found out, and without
// it nothing differs.
func TestBroken(t *testing.T) {
	for name, l := range lies {
		t.Run(name, func(t *testing.T) {
			if err := ask(t, func(request, *answer) {}, l.asked); err != nil {
				t.Errorf("of one that is right: %v", err)
			}
			if err := ask(t, l.spoil, l.asked); err == nil {
				t.Error("not found out")
			}
		})
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
	err := drive(t.Context(), io.Discard, func(io.Reader, io.Writer) error { return nil }, vectorsLike(root, "whole"))
	if err == nil {
		t.Error("an implementation that answers nothing passes")
	}
}

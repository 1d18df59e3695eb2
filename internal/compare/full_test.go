package main

import (
	"errors"
	"testing"
)

// TestUsesDoTheirWork: every codec meets as many labels as the data has, and finds an id that
// is there twice.
func TestUsesDoTheirWork(t *testing.T) {
	d, twice := newData(300, flagsAtRandom, 1), newData(300, allPending, 1)
	twice.ids[7] = twice.ids[290]
	want := 0
	for _, missing := range d.missing {
		want += int(missing)
	}
	check := func(codec string, b, bad []byte, do use) {
		if read, found, err := do(b, d.ids); read != want || found != want || err != nil {
			t.Errorf("%s: %d labels read, %d found, want %d, %v", codec, read, found, want, err)
		}
		if _, _, err := do(bad, twice.ids); err == nil {
			t.Errorf("%s: an id that is there twice is not found out", codec)
		}
	}
	check(handWritten, writeColumns(d), writeColumns(twice), useColumns)
	for _, p := range peers() {
		check(p.name(), must(p.encode(p.build(d))), must(p.encode(p.build(twice))), usePeer(p))
	}
	b := must(collect(d).MarshalBinary())
	if read, found, err := useCollection(b, d.ids); read != want || found != want || err != nil {
		t.Errorf("%d labels read, %d found, want %d, %v", read, found, want, err)
	}
}

func TestColumnsAreChecked(t *testing.T) {
	b := writeColumns(newData(3, allPending, 1))
	for _, bad := range [][]byte{nil, b[:7], b[:len(b)-1], append(b[:len(b):len(b)], 0), append([]byte{4}, b[1:]...)} {
		if _, err := readColumns(bad); !errors.Is(err, errColumns) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

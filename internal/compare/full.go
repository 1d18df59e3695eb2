package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
)

// use does all that a reader of a collection does in the end, however lazy its decoder is:
// it decodes b, makes sure that no id is there twice, reads every label, and looks the items
// up by their ids. It returns how many labels it has met either way.
type use func(b []byte, ids [][16]byte) (read, found int, err error)

// fullRace uses the data as every codec writes it. The ids come in random order.
func fullRace(e effort, d *data) []result {
	ids := slices.Clone(d.ids)
	rand.New(seeded(uint64(len(ids)), 98)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	subjects := []*subject{
		fullSubject(sdk, d, ids, must(collect(d).MarshalBinary()), useCollection),
		fullSubject(handWritten, d, ids, writeColumns(d), useColumns),
	}
	for _, p := range peers() {
		subjects = append(subjects, fullSubject(p.name(), d, ids, must(p.encode(p.build(d))), usePeer(p)))
	}
	return race(e, subjects...)
}

// fullSubject uses b, and makes sure that it holds the labels of the data.
func fullSubject(codec string, d *data, ids [][16]byte, b []byte, do use) *subject {
	want := 0
	for _, missing := range d.missing {
		want += min(int(missing), 1)
	}
	return timed(codec, "full", len(ids), len(b), func() {
		if read, found, err := do(b, ids); err != nil || read != want || found != want {
			panic(fmt.Errorf("compare: %s reads %d labels and finds %d of %d: %w", codec, read, found, want, err))
		}
	})
}

func useCollection(b []byte, ids [][16]byte) (read, found int, err error) {
	c, err := collection.Decode(b)
	if err == nil {
		err = c.Validate()
	}
	for _, rank := range c.Labels() {
		if rank.Labelled() {
			read++
		}
	}
	for i := range ids {
		if rank, _ := c.Label(ids[i]); rank.Labelled() {
			found++
		}
	}
	return read, found, err
}

func useColumns(b []byte, ids [][16]byte) (read, found int, err error) {
	c, err := readColumns(b)
	if err != nil {
		return 0, 0, err
	}
	found, err = c.find(ids)
	return c.labelled(), found, err
}

// usePeer looks up in a Go map.
func usePeer(p peer) use {
	return func(b []byte, ids [][16]byte) (read, found int, err error) {
		d, err := p.decode(b)
		if err != nil {
			return 0, 0, err
		}
		m := index(d)
		if len(m) != d.size() {
			return 0, 0, errDuplicate
		}
		for i := range d.size() {
			_, missing := d.item(i)
			read += min(missing, 1)
		}
		for _, id := range ids {
			_, missing := d.item(int(m[id]))
			found += min(missing, 1)
		}
		return read, found, nil
	}
}

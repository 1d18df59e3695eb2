package main

import (
	"encoding/binary"
	"math/rand/v2"
)

// state names how the labels of a collection are spread over its items.
type state string

const (
	flagsAtRandom   state = "random"   // each item pending or complete, by a coin
	allPending      state = "pending"  // every item labelled
	allComplete     state = "complete" // no item labelled
	degreesAtRandom state = "degrees"  // 0 to 3 of the 3 versions missing
)

// versions is how many versions the ladder of a collection in this state has
// above nothing: flags know one step below complete, degrees three.
func (s state) versions() int {
	if s == degreesAtRandom {
		return 3
	}
	return 1
}

// data is the collection that every codec writes and reads.
type data struct {
	id, author [16]byte
	created    int64 // milliseconds since 1970, UTC
	title      string
	recipients [][16]byte
	ids        [][16]byte
	state      state
	missing    []uint8 // per item, how many of its versions are missing; 0 = no label
}

// seeded returns the same bytes for the same numbers, so that runs compare.
func seeded(a, b uint64) *rand.ChaCha8 {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], a)
	binary.LittleEndian.PutUint64(seed[8:], b)
	return rand.NewChaCha8(seed)
}

// newData makes a collection of n items. Two calls that differ only in salt
// have the same items and, where labels are random, other labels.
func newData(n int, s state, salt uint64) *data {
	d := &data{created: 1_767_225_600_000, title: "Harbour at dawn", state: s}
	d.recipients = make([][16]byte, 2)
	d.ids = make([][16]byte, n)
	d.missing = make([]uint8, n)
	random := seeded(uint64(n), 0)
	random.Read(d.id[:])
	random.Read(d.author[:])
	for i := range d.recipients {
		random.Read(d.recipients[i][:])
	}
	for i := range d.ids {
		random.Read(d.ids[i][:])
	}
	d.label(rand.New(seeded(uint64(n), 1+salt)))
	return d
}

func (d *data) label(random *rand.Rand) {
	for i := range d.missing {
		switch d.state {
		case flagsAtRandom, degreesAtRandom:
			d.missing[i] = uint8(random.IntN(d.state.versions() + 1))
		case allPending:
			d.missing[i] = 1
		}
	}
}

// shareFirst sets the first 12 bytes of all ids to those of the first, and counts in
// the last four, so that all stay distinct.
func (d *data) shareFirst() {
	for i := range d.ids {
		d.ids[i] = d.ids[0]
		binary.LittleEndian.PutUint32(d.ids[i][12:], uint32(i)*2_654_435_761)
	}
}

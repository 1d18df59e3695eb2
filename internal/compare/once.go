package main

import (
	"crypto/sha256"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/label"
)

// onceRaces measure what does not depend on the number of items.
func onceRaces(e effort) []result {
	return append(gateRace(e), digestRace(e)...)
}

// checked is how many rights one run of the gate's race checks.
const checked = 1 << 12

// gateRace checks one right of many items. All are pending, so that neither
// side profits from a branch that the processor cannot foresee.
func gateRace(e effort) []result {
	ranks := make([]label.Rank, checked)
	gate := label.NewGate(nil, label.Flag, nil)
	check := timed(sdk, "gate", 0, 0, func() {
		for _, rank := range ranks {
			if gate.Check(rank, label.View, 0, label.Holder{}) != nil {
				sink.sum++
			}
		}
	})
	table := []label.Rights{label.View | label.Fetch, label.All, label.View}
	read := timed("switch", "gate", 0, 0, func() {
		for i := range ranks {
			if !readAndSwitch(table, ranks, i, label.View) {
				sink.sum++
			}
		}
	})
	check.times, read.times = checked, checked
	return race(e, check, read)
}

// readAndSwitch is the least that a check can do: read the item's label, see
// what it is, and look whether it grants the right. It is a call, as the
// gate's check is.
//
//go:noinline
func readAndSwitch(table []label.Rights, ranks []label.Rank, i int, right label.Rights) bool {
	switch ranks[i] {
	case label.Pending:
		return table[0]&right == right
	case label.Complete:
		return table[1]&right == right
	}
	return table[2]&right == right
}

// versionSize is the size of the version whose digest is taken.
const versionSize = 64 << 20

func digestRace(e effort) []result {
	version := make([]byte, versionSize)
	seeded(versionSize, 0).Read(version)
	root := timed(sdk, "version-digest", 0, versionSize, func() {
		var h digest.Hasher
		must(h.Write(version))
		sum := h.Sum()
		sink.sum += int(sum[0])
	})
	plain := timed(hashing, "version-digest", 0, versionSize, func() {
		h := sha256.New()
		must(h.Write(version))
		sink.sum += int(h.Sum(nil)[0])
	})
	return race(e, root, plain)
}

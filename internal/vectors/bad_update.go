package main

import (
	"fmt"
	"math"
)

// badUpdateVectors are about updates that travel alone.
func badUpdateVectors(s *suite) {
	identity := unhex(bare(3, flag).want().Identity)
	whole := func() *node { return update{[]uint32{1, 0, 14}, home, sealOf(7, 1)}.node(identity, degree) }
	within := func(name, description, err string, limits map[string]int, change func(m *node) *node) {
		s.add(vector{Name: "bad-alone-" + name, Description: description, Kind: "update", Limits: limits, Error: err}, change(whole()))
	}
	bad := func(name, description, err string, change func(m *node)) {
		within(name, description, err, nil, func(m *node) *node { change(m); return m })
	}
	put := func(key uint64, n *node) func(m *node) { return func(m *node) { m.set(key, n) } }
	drop := func(key uint64) func(m *node) { return func(m *node) { m.drop(key) } }
	within("empty", "No bytes at all.", "ErrTruncated", nil, func(*node) *node { return raw([]byte{}...) })
	within("tagged", "An update has no tag.", "ErrType", nil, func(m *node) *node { return tagNode(tag, m) })
	bad("array", "An update as an array.", "ErrType", func(m *node) { m.major = array })
	bad("indefinite", "A map of indefinite length.", "ErrNotCanonical", func(m *node) { m.open = true })
	bad("claims", "A map that claims 8 pairs.", "ErrLimit", func(m *node) { m.claim(8) })
	bad("trailing", "A map that claims fewer pairs than follow.", "ErrTrailing", func(m *node) { m.claim(6) })
	bad("key-order", "Two keys in the wrong order.", "ErrNotCanonical", func(m *node) { m.swap(4, 5) })
	bad("key-twice", "A key twice.", "ErrNotCanonical", func(m *node) { m.kids[4] = uintNode(2) })
	bad("key-unknown", "The key 8.", "ErrType", func(m *node) { m.drop(7); m.set(8, uintNode(1)) })
	bad("items-late", "The number of items after the labels.", "ErrNotCanonical", func(m *node) { m.swap(2, 3) })
	bad("identity-missing", "No identity.", "ErrMalformed", drop(1))
	bad("identity-short", "An identity of 31 bytes.", "ErrLength", put(1, bytesNode(identity[1:]...)))
	bad("identity-text", "An identity as a text.", "ErrType", put(1, textNode("identity")))
	bad("labels-missing", "No labels.", "ErrMalformed", drop(4))
	bad("kind-default", "The kind flag, written out.", "ErrNotCanonical", put(2, uintNode(0)))
	bad("kind-unknown", "A kind that is none of the three.", "ErrType", put(2, uintNode(3)))
	bad("items-zero", "No items, written out.", "ErrNotCanonical", func(m *node) { m.set(3, uintNode(0)); m.set(4, column(nil, 0)) })
	bad("items-over", "More items than there may be.", "ErrLimit", put(3, uintNode(1<<24)))
	bad("items-huge", "2^64-1 items.", "ErrLimit", put(3, uintNode(math.MaxUint64)))
	bad("items-missing", "Labels of items in an update of none.", "ErrNotCanonical", drop(3))
	bad("items-other", "Packed labels of fewer items.", "ErrNotCanonical", put(3, uintNode(100)))
	bad("labels-tie", "Runs where packed places are as short.", "ErrNotCanonical", put(4, column([]uint64{0, 14}, 0, 1)))
	bad("labels-run-over", "A run of more items than there are.", "ErrNotCanonical", func(m *node) {
		m.set(3, uintNode(1<<24-1))
		m.set(4, column([]uint64{0, 14}, 0, leb(2*(1<<24-1)+1)...))
	})
	bad("issuer-empty", "The authority as issuer, written out.", "ErrNotCanonical", put(5, bytesNode()))
	bad("issuer-zero", "An issuer of zeros.", "ErrNotCanonical", put(5, bytesNode(id(0)...)))
	bad("issuer-short", "An issuer of 15 bytes.", "ErrLength", put(5, bytesNode(home[1:]...)))
	bad("issued-zero", "No time, written out.", "ErrNotCanonical", put(6, uintNode(0)))
	bad("issued-over", "A time in the year 10000.", "ErrLimit", put(6, uintNode(lastMoment+1)))
	bad("seal-empty", "No seal, written out.", "ErrNotCanonical", put(7, bytesNode()))
	bad("seal-text", "A seal as a text.", "ErrType", put(7, textNode("s")))
	within("limit-items", "One over a limit.", "ErrLimit", map[string]int{"items": 2}, func(m *node) *node { return m })
	within("limit-seal", "One over a limit.", "ErrLimit", map[string]int{"seal": 63}, func(m *node) *node { return m })
	within("limit-size", "One over a limit.", "ErrLimit", map[string]int{"size": len(expand(whole().encode())) - 1}, func(m *node) *node { return m })
	for _, left := range []int{1, 2, 20, 35, 37, 39, 42, 45, 60} {
		b := expand(whole().encode())
		s.list = append(s.list, vector{Name: fmt.Sprint("bad-alone-cut-", left), Description: "Ends early.", Kind: "update",
			Hex: hexOf(b[:left]), Error: "ErrTruncated",
			Diagnostic: whole().diagnostic() + fmt.Sprintf(" / of which the first %d bytes of %d /", left, len(b))})
	}
}

package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// An end is one that travels alone, as its fields say it.
type end struct {
	author, id, identity []byte
	seal                 seal
}

// wantedEnd is what a decoder finds in it.
type wantedEnd struct {
	Author   string `json:"author"`
	ID       string `json:"id"`
	Identity string `json:"identity"`
	Issued   uint64 `json:"issued,omitempty"`
	Seal     string `json:"seal"`
}

// end is the end of d that a seal makes.
func (d *document) end(s seal) end {
	return end{d.author, d.id, unhex(sum(expand(d.fixed().encode()))), s}
}

func (e end) node() *node {
	return arrayNode(bytesNode(e.author...), bytesNode(e.id...), bytesNode(e.identity...), uintNode(e.seal.issued), bytesNode(e.seal.bytes...))
}

func (e end) want() wantedEnd {
	return wantedEnd{hex.EncodeToString(e.author), hex.EncodeToString(e.id), hex.EncodeToString(e.identity), e.seal.issued, hex.EncodeToString(e.seal.bytes)}
}

// replacing is a collection that replaces others.
func replacing(ids ...[]byte) *document {
	return made(2, func(d *document) { d.replaces = ids })
}

// ids are so many, ascending.
func ids(n int) (list [][]byte) {
	for i := range n {
		list = append(list, id(byte(0x20+i)))
	}
	return list
}

// ended is a collection with ends by so many of the author's keys.
func ended(keys int) *document {
	return made(2, func(d *document) {
		for i := range keys {
			d.ends = append(d.ends, sealBy(keyOf(byte(i+1)), 1795424900, 9))
		}
	})
}

func successorVectors(s *suite) {
	s.good("replaces-one", "It replaces one collection of its author's.", replacing(id(0x10)))
	s.good("replaces-two", "It replaces two: ascending by id.", replacing(id(0x10), id(0x12)))
	s.good("replaces-most", "It replaces as many as it may.", replacing(ids(16)...))
	s.good("ended-one", "Its author has ended it.", ended(1))
	s.good("ended-keys", "Two of the author's keys have ended it: ascending by key.", ended(2))
	s.good("ended-most", "As many keys have as may.", ended(16))
	s.good("ended-no-key", "An end whose seal names no key.", made(1, func(d *document) { d.ends = []seal{sealOf(0, 9)} }))
	whole := rich()
	whole.replaces, whole.ends = ids(2), []seal{sealBy(keyOf(1), 1795424900, 9)}
	whole.acceptances = []resolution{{gate, home, sealBy(keyOf(1), 1795424800, 7)}}
	s.good("whole", "Every field of the format.", whole)
}

func badSuccessorVectors(s *suite) {
	bad := func(name, description, err string, d *document, change func(c *parts)) {
		s.bad("bad-"+name, description, err, d, change)
	}
	put := func(b []byte) func(c *parts) { return func(c *parts) { c.fixed.set(12, bytesNode(b...)) } }
	set := func(ids ...[]byte) func(c *parts) { return put(bytes.Join(ids, nil)) }
	plain := bare(2, flag)
	bad("replaces-empty", "It replaces none, written out.", "ErrNotCanonical", plain, set())
	bad("replaces-order", "Ids that descend.", "ErrOrder", plain, set(id(0x13), id(0x12)))
	bad("replaces-twice", "An id twice.", "ErrOrder", plain, set(id(0x12), id(0x12)))
	bad("replaces-zero", "An id of zeros.", "ErrZero", plain, set(id(0)))
	bad("replaces-itself", "Its own id.", "ErrMalformed", plain, set(id(0x10), id(0x11)))
	bad("replaces-uneven", "An id that is a byte short.", "ErrLength", plain, put(id(0x12)[1:]))
	bad("replaces-many", "One more than it may.", "ErrLimit", replacing(ids(17)...), nil)
	bad("replaces-array", "Ids in an array.", "ErrType", plain, func(c *parts) { c.fixed.set(12, arrayNode(bytesNode(id(0x12)...))) })
	badEndedVectors(bad)
}

func badEndedVectors(bad func(name, description, err string, d *document, change func(c *parts))) {
	kid := func(i int, n *node) func(c *parts) { return func(c *parts) { c.top.field(8).kids[0].kids[i] = n } }
	bad("ended-empty", "No ends, written out.", "ErrNotCanonical", ended(1), func(c *parts) { c.top.set(8, arrayNode()) })
	bad("ended-map", "The ends as a map.", "ErrType", ended(1), func(c *parts) { c.top.set(8, mapNode(uintNode(1), bytesNode(1))) })
	bad("ended-order", "Keys that descend.", "ErrOrder", ended(2), func(c *parts) { l := c.top.field(8).kids; l[0], l[1] = l[1], l[0] })
	bad("ended-twice", "A key twice.", "ErrOrder", ended(2), func(c *parts) { l := c.top.field(8).kids; l[1] = l[0] })
	bad("ended-many", "One key more than may.", "ErrLimit", ended(17), nil)
	bad("ended-claims", "An array that claims 16 ends.", "ErrTruncated", ended(1), func(c *parts) { c.top.field(8).claim(16) })
	bad("ended-triple", "An end of three parts.", "ErrLength", ended(1), func(c *parts) {
		k := c.top.field(8).kids[0]
		k.kids = append(k.kids, uintNode(0))
	})
	bad("ended-unsealed", "An end without a seal.", "ErrNotCanonical", ended(1), kid(1, bytesNode()))
	bad("ended-seal-text", "A seal as a text.", "ErrType", ended(1), kid(1, textNode("s")))
	bad("ended-seal-long", "A seal of 1,025 bytes.", "ErrLimit", ended(1), kid(1, bytesNode(make([]byte, 1025)...)))
	bad("ended-issued-over", "A time in the year 10000.", "ErrLimit", ended(1), kid(0, uintNode(lastMoment+1)))
}

// leaving is an end with every field.
func leaving() end { return bare(2, flag).end(sealBy(keyOf(1), 1795424900, 9)) }

func endVectors(s *suite) {
	add := func(name, description string, change func(e *end)) {
		e := leaving()
		change(&e)
		s.add(vector{Name: "end-" + name, Description: description, Kind: "end", Want: e.want()}, e.node())
	}
	add("whole", "Every field.", func(*end) {})
	add("no-clock", "By an author without a clock.", func(e *end) { e.seal.issued = 0 })
	add("last", "At the latest moment there is, with the longest seal.", func(e *end) { e.seal = seal{lastMoment, bytes.Repeat([]byte{9}, 1024), nil} })
}

func badEndVectors(s *suite) {
	bad := func(name, description, err string, change func(n *node)) {
		n := leaving().node()
		change(n)
		s.add(vector{Name: "bad-end-" + name, Description: description, Kind: "end", Error: err}, n)
	}
	put := func(i int, k *node) func(n *node) { return func(n *node) { n.kids[i] = k } }
	bad("map", "An end as a map.", "ErrType", func(n *node) { n.major = mapping })
	bad("short", "A field less.", "ErrLength", func(n *node) { n.kids = n.kids[:4] })
	bad("long", "A field more.", "ErrLength", func(n *node) { n.kids = append(n.kids, uintNode(0)) })
	bad("indefinite", "An array of indefinite length.", "ErrNotCanonical", func(n *node) { n.open = true })
	bad("author-short", "An author of 15 bytes.", "ErrLength", put(0, bytesNode(anna[1:]...)))
	bad("author-zero", "An author of zeros.", "ErrZero", put(0, bytesNode(id(0)...)))
	bad("id-zero", "An id of zeros.", "ErrZero", put(1, bytesNode(id(0)...)))
	bad("identity-short", "An identity of 31 bytes.", "ErrLength", put(2, bytesNode(make([]byte, 31)...)))
	bad("issued-over", "A time in the year 10000.", "ErrLimit", put(3, uintNode(lastMoment+1)))
	bad("issued-wide", "A time that is not in the shortest form.", "ErrNotCanonical", put(3, &node{major: unsigned, arg: 7, wide: 2}))
	bad("unsealed", "No seal.", "ErrNotCanonical", put(4, bytesNode()))
	bad("seal-text", "A seal as a text.", "ErrType", put(4, textNode("s")))
	bad("seal-long", "A seal of a byte more than there may be.", "ErrLimit", put(4, bytesNode(make([]byte, 1025)...)))
	b := expand(leaving().node().encode())
	for _, left := range []int{0, 1, 10, 20, 50, 72, 100} {
		s.list = append(s.list, vector{Name: fmt.Sprint("bad-end-cut-", left), Description: "Ends early.", Kind: "end",
			Hex: hexOf(b[:left]), Error: "ErrTruncated",
			Diagnostic: leaving().node().diagnostic() + fmt.Sprintf(" / of which the first %d bytes of %d /", left, len(b))})
	}
}

package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// trial adds one refused collection.
type trial func(name, description, err string, change func(c *parts))

func nothing() *node                 { return &node{major: simple, arg: 22} }
func below(v uint64) *node           { return &node{major: negative, arg: v - 1} }
func open(n *node) *node             { n.open = true; return n }
func wide(n *node, w int) *node      { n.wide = w; return n }
func claims(n *node, c uint64) *node { n.claim(c); return n }

func badFixedVectors(s *suite) {
	var bad trial = func(name, description, err string, change func(c *parts)) {
		s.bad("bad-fixed-"+name, description, err, rich(), change)
	}
	put := func(key uint64, value *node) func(c *parts) { return func(c *parts) { c.fixed.set(key, value) } }
	bad("array", "The fixed part is an array.", "ErrType", func(c *parts) { c.fixed.major = array })
	bad("map-indefinite", "The map is of indefinite length.", "ErrNotCanonical", func(c *parts) { c.fixed.open = true })
	bad("map-long", "The head of the map in two bytes.", "ErrNotCanonical", func(c *parts) { c.fixed.wide = 1 })
	bad("map-claims", "The map claims a pair more than there are keys.", "ErrLimit", func(c *parts) { c.fixed.claim(13) })
	bad("key-order", "Two keys in the wrong order.", "ErrNotCanonical", func(c *parts) { c.fixed.swap(6, 7) })
	bad("key-twice", "A key twice.", "ErrNotCanonical", func(c *parts) { c.fixed.kids[2*2] = uintNode(2) })
	bad("key-unknown", "The key 13.", "ErrType", func(c *parts) { c.fixed.drop(11); c.fixed.set(13, bytesNode(1)) })
	bad("key-zero", "The key 0.", "ErrType", func(c *parts) { c.fixed.drop(11); c.fixed.set(0, bytesNode(1)) })
	bad("key-long", "A key in two bytes.", "ErrNotCanonical", func(c *parts) { c.fixed.kids[0].wide = 1 })

	bad("id-missing", "No id.", "ErrMalformed", func(c *parts) { c.fixed.drop(1) })
	bad("id-text", "The id as a text.", "ErrType", put(1, textNode("1111111111111111")))
	bad("id-array", "The id as an array of numbers.", "ErrType", put(1, arrayNode(uintNode(1))))
	bad("id-short", "An id of 15 bytes.", "ErrLength", put(1, bytesNode(bytes.Repeat([]byte{1}, 15)...)))
	bad("id-long", "An id of 17 bytes.", "ErrLength", put(1, bytesNode(bytes.Repeat([]byte{1}, 17)...)))
	bad("id-zero", "An id of zeros.", "ErrZero", put(1, bytesNode(id(0)...)))
	bad("id-indefinite", "An id in chunks.", "ErrNotCanonical", put(1, open(bytesNode(id(1)...))))
	bad("id-head-long", "The length of the id in two bytes.", "ErrNotCanonical", put(1, wide(bytesNode(id(1)...), 1)))
	bad("author-missing", "No author.", "ErrMalformed", func(c *parts) { c.fixed.drop(2) })
	bad("author-zero", "An author of zeros.", "ErrZero", put(2, bytesNode(id(0)...)))
	bad("author-short", "An author of 15 bytes.", "ErrLength", put(2, bytesNode(bytes.Repeat([]byte{1}, 15)...)))

	bad("created-zero", "No moment of creation, written out.", "ErrNotCanonical", put(3, uintNode(0)))
	bad("created-over", "A moment of creation in the year 10000.", "ErrLimit", put(3, uintNode((lastMoment+1)*1000)))
	bad("created-negative", "A moment of creation before 1970.", "ErrType", put(3, below(1)))
	bad("created-float", "A moment of creation as a float.", "ErrType", put(3, raw(0xfb, 0x42, 0x7a, 0x21, 0x1e, 0, 0, 0, 0)))
	bad("created-text", "A moment of creation as a text.", "ErrType", put(3, textNode("2026-11-23")))
	bad("created-long", "A small number in eight bytes.", "ErrNotCanonical", put(3, wide(uintNode(5), 8)))
	bad("kind-default", "The kind flag, written out.", "ErrNotCanonical", put(4, uintNode(0)))
	bad("kind-unknown", "A kind that is none of the three.", "ErrType", put(4, uintNode(3)))
	bad("kind-long", "A kind in two bytes.", "ErrNotCanonical", put(4, wide(uintNode(2), 1)))
	bad("kind-bool", "A kind as true.", "ErrType", put(4, &node{major: simple, arg: 21}))

	bad("items-empty", "No items, written out.", "ErrNotCanonical", put(6, bytesNode()))
	bad("items-uneven", "Items of 17 bytes.", "ErrLength", put(6, bytesNode(bytes.Repeat([]byte{1}, 17)...)))
	bad("items-array", "Items as an array of ids.", "ErrType", put(6, arrayNode(bytesNode(id(1)...))))
	bad("items-text", "Items as a text.", "ErrType", put(6, textNode(strings.Repeat("i", 64))))
	bad("items-claims-most", "Items that claim the most bytes there may be.", "ErrTruncated", put(6, claims(bytesNode(id(1)...), 16*(1<<24-1))))
	bad("items-claims-more", "Items that claim more than there may be.", "ErrLimit", put(6, claims(bytesNode(id(1)...), 16<<24)))
	bad("items-claims-uint64", "Items that claim 2^64-16 bytes.", "ErrLimit", put(6, claims(bytesNode(id(1)...), math.MaxUint64-15)))
	bad("authority-zero", "An authority of zeros, written out.", "ErrNotCanonical", put(10, bytesNode(make([]byte, 32)...)))
	bad("authority-short", "An authority of 31 bytes.", "ErrLength", put(10, bytesNode(make([]byte, 31)...)))
	bad("authority-long", "An authority of 33 bytes.", "ErrLength", put(10, bytesNode(make([]byte, 33)...)))
	badSets(bad)
	badLadders(bad)
}

// badSets are about the columns that are sets.
func badSets(bad trial) {
	for _, set := range []struct {
		name string
		key  uint64
		size int
	}{{"recipients", 7, 16}, {"addresses", 8, 32}, {"completers", 9, 16}, {"subs", 11, 32}} {
		value := func(b byte) []byte { return bytes.Repeat([]byte{b}, set.size) }
		put := func(values ...[]byte) func(c *parts) {
			return func(c *parts) { c.fixed.set(set.key, bytesNode(bytes.Join(values, nil)...)) }
		}
		bad(set.name+"-empty", "An empty set, written out.", "ErrNotCanonical", put())
		bad(set.name+"-order", "A set that descends.", "ErrOrder", put(value(2), value(1)))
		bad(set.name+"-twice", "A value twice in a set.", "ErrOrder", put(value(1), value(1)))
		bad(set.name+"-zero", "A set with a value of zeros.", "ErrZero", put(value(0), value(1)))
		bad(set.name+"-uneven", "A set whose last value is a byte short.", "ErrLength", put(value(1), value(2)[1:]))
		bad(set.name+"-array", "A set as an array.", "ErrType", func(c *parts) { c.fixed.set(set.key, arrayNode(bytesNode(value(1)...))) })
		bad(set.name+"-huge", "A set that claims 2^62 bytes.", "ErrLimit", func(c *parts) { c.fixed.set(set.key, claims(bytesNode(value(1)...), 1<<62)) })
	}
}

func badLadders(bad trial) {
	ladder := func(name, description, err string, versions ...version) {
		list := arrayNode()
		for _, v := range versions {
			list.kids = append(list.kids, arrayNode(textNode(v.Name), uintNode(v.Pixels)))
		}
		bad("ladder-"+name, description, err, func(c *parts) { c.fixed.set(5, list) })
	}
	ladder("default", "The default ladder, written out.", "ErrNotCanonical", defaultLadder...)
	ladder("empty", "No versions.", "ErrLadder")
	ladder("no-name", "A version without a name.", "ErrLadder", version{"", 1})
	ladder("name-long", "A name of 65 bytes.", "ErrLadder", version{strings.Repeat("n", 65), 1})
	ladder("name-huge", "A name of 256 bytes.", "ErrLimit", version{strings.Repeat("n", 256), 1})
	ladder("name-control", "A name with a line break.", "ErrLadder", version{"a\nb", 1})
	ladder("name-utf8", "A name that is not UTF-8.", "ErrUTF8", version{"a\xff", 1})
	ladder("name-twice", "A name twice.", "ErrLadder", version{"a", 1}, version{"a", 2})
	ladder("pixels-descend", "Pixels that descend.", "ErrLadder", version{"a", 2}, version{"b", 1})
	ladder("pixels-descend-later", "Pixels that descend after unknown ones.", "ErrLadder", version{"a", 2}, version{"b", 0}, version{"c", 1})
	ladder("pixels-over", "2^63 pixels.", "ErrLimit", version{"a", 1 << 63})
	var fifteen []version
	for i := range 15 {
		fifteen = append(fifteen, version{fmt.Sprint(i), 0})
	}
	ladder("fifteen", "Fifteen versions.", "ErrLimit", fifteen...)
	put := func(n *node) func(c *parts) { return func(c *parts) { c.fixed.set(5, n) } }
	bad("ladder-map", "A ladder as a map.", "ErrType", put(mapNode(textNode("a"), uintNode(1))))
	bad("ladder-names-only", "A ladder of names.", "ErrType", put(arrayNode(textNode("a"))))
	bad("ladder-triple", "A version of three parts.", "ErrLength", put(arrayNode(arrayNode(textNode("a"), uintNode(1), uintNode(1)))))
	bad("ladder-name-bytes", "A name as a byte string.", "ErrType", put(arrayNode(arrayNode(bytesNode('a'), uintNode(1)))))
	bad("ladder-indefinite", "A ladder of indefinite length.", "ErrNotCanonical", put(open(arrayNode(arrayNode(textNode("a"), uintNode(1))))))
}

package main

import "math"

func badFrameVectors(s *suite) {
	bad := func(name, description, err string, change func(c *parts)) {
		s.bad("bad-"+name, description, err, rich(), change)
	}
	replace := func(n *node) func(c *parts) { return func(c *parts) { c.all = n } }
	bad("empty", "No bytes at all.", "ErrTruncated", replace(raw([]byte{}...)))
	bad("tag-other", "Another tag.", "ErrType", func(c *parts) { c.all.arg++ })
	bad("tag-missing", "No tag.", "ErrType", func(c *parts) { c.all = c.top })
	bad("tag-long", "The tag in eight bytes.", "ErrNotCanonical", func(c *parts) { c.all.wide = 8 })
	bad("tag-twice", "The tag in the tag.", "ErrType", func(c *parts) { c.all = tagNode(tag, c.all) })
	bad("head-reserved", "A head with the reserved argument 28.", "ErrNotCanonical", replace(raw(0xdc)))
	bad("break", "A break code.", "ErrType", replace(raw(0xff)))
	bad("trailing", "A byte after the end.", "ErrTrailing", func(c *parts) { c.top.kids = append(c.top.kids, raw(0x00)); c.top.claim(6) })
	bad("top-array", "An array of the parts.", "ErrType", func(c *parts) { c.top.major = array })
	bad("top-indefinite", "A map of indefinite length.", "ErrNotCanonical", func(c *parts) { c.top.open = true })
	bad("top-long", "The head of the map in two bytes.", "ErrNotCanonical", func(c *parts) { c.top.wide = 1 })
	bad("top-pairs-too-many", "The map claims more pairs than there are keys.", "ErrLimit", func(c *parts) { c.top.claim(9) })
	bad("top-pairs-huge", "The map claims 2^64-1 pairs.", "ErrLimit", func(c *parts) { c.top.claim(math.MaxUint64) })
	bad("top-pairs-too-few", "The map claims fewer pairs than follow.", "ErrTrailing", func(c *parts) { c.top.claim(5) })
	bad("top-empty", "No fixed part: an empty map.", "ErrMalformed", func(c *parts) { c.top.kids = nil })
	bad("fixed-missing", "No fixed part, but an edition.", "ErrMalformed", func(c *parts) { c.top.drop(1) })
	bad("fixed-missing-sealed", "No fixed part, but a seal.", "ErrMalformed", func(c *parts) { c.top.drop(1); c.top.drop(2) })
	bad("fixed-second", "The edition before the fixed part.", "ErrMalformed", func(c *parts) { c.top.swap(0, 1) })
	bad("top-order", "The authority's seal before the author's.", "ErrNotCanonical", func(c *parts) { c.top.swap(2, 3) })
	bad("top-key-twice", "The author's seal twice.", "ErrNotCanonical", func(c *parts) { c.top.kids[6] = uintNode(3) })
	bad("top-key-unknown", "A part with the key 9.", "ErrType", func(c *parts) { c.top.drop(6); c.top.set(9, bytesNode()) })
	bad("top-key-zero", "A part with the key 0.", "ErrType", func(c *parts) { c.top.drop(6); c.top.set(0, bytesNode()) })
	bad("top-key-negative", "A part with a negative key.", "ErrType", func(c *parts) { c.top.kids[0].major = negative })
	bad("top-key-text", "A part with a text as key.", "ErrType", func(c *parts) { c.top.kids[0] = textNode("1") })
	bad("top-key-long", "A key in two bytes.", "ErrNotCanonical", func(c *parts) { c.top.kids[0].wide = 1 })
	badHeldVectors(bad)
	badCutVectors(s)
}

// badHeldVectors are about the byte strings that hold the fixed part and the
// edition.
func badHeldVectors(bad func(name, description, err string, change func(c *parts))) {
	held := func(change func(n *node)) func(c *parts) { return func(c *parts) { change(c.top.field(1)) } }
	bad("fixed-bare-map", "The fixed part as a map instead of a byte string that holds one.", "ErrType", func(c *parts) { c.top.set(1, c.fixed) })
	bad("fixed-text", "The fixed part in a text string.", "ErrType", held(func(n *node) { n.major = textStr }))
	bad("fixed-null", "Null as fixed part.", "ErrType", func(c *parts) { c.top.set(1, &node{major: simple, arg: 22}) })
	bad("fixed-indefinite", "The fixed part in a byte string of indefinite length.", "ErrNotCanonical", held(func(n *node) { n.open = true }))
	bad("fixed-head-long", "The length of the fixed part in eight bytes.", "ErrNotCanonical", held(func(n *node) { n.wide = 8 }))
	bad("fixed-empty-string", "An empty byte string as fixed part.", "ErrTruncated", held(func(n *node) { n.kids = nil }))
	bad("fixed-claims-more", "The fixed part claims more bytes than there are.", "ErrTruncated", held(func(n *node) { n.claim(1 << 20) }))
	bad("fixed-claims-int32", "The fixed part claims 2^31 bytes.", "ErrLimit", held(func(n *node) { n.claim(1 << 31) }))
	bad("fixed-claims-uint32", "The fixed part claims 2^32 bytes and one.", "ErrLimit", held(func(n *node) { n.claim(1<<32 + 1) }))
	bad("fixed-claims-int64", "The fixed part claims 2^63 bytes.", "ErrLimit", held(func(n *node) { n.claim(1 << 63) }))
	bad("fixed-claims-uint64", "The fixed part claims 2^64-1 bytes.", "ErrLimit", held(func(n *node) { n.claim(math.MaxUint64) }))
	bad("fixed-trailing", "A byte after the fixed part, in its byte string.", "ErrTrailing", held(func(n *node) { n.kids = append(n.kids, uintNode(0)) }))
	bad("edition-trailing", "A byte after the edition, in its byte string.", "ErrTrailing", func(c *parts) {
		c.top.field(2).kids = append(c.top.field(2).kids, uintNode(0))
	})
	bad("edition-empty", "An edition that says nothing, written out.", "ErrNotCanonical", func(c *parts) { c.edition.kids = nil })
	bad("edition-array", "The edition as an array.", "ErrType", func(c *parts) { c.edition.major = array })
	bad("edition-bare-map", "The edition as a map instead of a byte string that holds one.", "ErrType", func(c *parts) { c.top.set(2, c.edition) })
}

// badCutVectors end early, at every kind of place.
func badCutVectors(s *suite) {
	d := rich()
	// offset is where the encoding of a part ends whose tree is cut down to it.
	offset := func(keep func(c *parts)) int {
		c := d.parts()
		keep(c)
		return len(expand(c.all.encode()))
	}
	after := func(key uint64) int {
		return offset(func(c *parts) {
			for k := key + 1; k <= 6; k++ {
				c.top.drop(k)
			}
		})
	}
	for _, cut := range []struct {
		name, description string
		left              int
	}{
		{"tag", "Ends in the tag.", 3},
		{"map", "Ends after the tag.", 5},
		{"key", "Ends before the first key.", 6},
		{"head", "Ends in the head of the fixed part.", 8},
		{"fixed-start", "Ends at the start of the fixed part.", 10},
		{"fixed", "Ends in an id of the fixed part.", 20},
		{"edition-key", "Ends after the fixed part.", after(1)},
		{"edition-head", "Ends in the head of the edition.", after(1) + 2},
		{"edition", "Ends in the edition.", after(2) - 40},
		{"author-seal", "Ends after the edition.", after(2)},
		{"author-seal-list", "Ends before the seal's parts.", after(2) + 1},
		{"author-seal-bytes", "Ends in the seal.", after(3) - 1},
		{"updates", "Ends before the updates.", after(4)},
		{"updates-list", "Ends in the list of updates.", after(4) + 2},
		{"updates-dictionary", "Ends in a dictionary.", after(4) + 6},
		{"updates-last", "Ends in the last update.", after(5) - 1},
		{"resolutions", "Ends before the resolved addresses.", after(5) + 1},
		{"resolutions-last", "Ends a byte too early.", -1},
	} {
		s.short("bad-cut-"+cut.name, cut.description, d, cut.left)
	}
}

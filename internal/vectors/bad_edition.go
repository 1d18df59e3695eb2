package main

import (
	"bytes"
	"math"
	"strings"
)

func badEditionVectors(s *suite) {
	var bad trial = func(name, description, err string, change func(c *parts)) {
		s.bad("bad-edition-"+name, description, err, rich(), change)
	}
	put := func(key uint64, value *node) func(c *parts) { return func(c *parts) { c.edition.set(key, value) } }
	bad("map-indefinite", "The map is of indefinite length.", "ErrNotCanonical", func(c *parts) { c.edition.open = true })
	bad("map-claims", "The map claims a pair more than there are keys.", "ErrLimit", func(c *parts) { c.edition.claim(9) })
	bad("key-order", "Two keys in the wrong order.", "ErrNotCanonical", func(c *parts) { c.edition.swap(0, 1) })
	bad("key-twice", "A key twice.", "ErrNotCanonical", func(c *parts) { c.edition.kids[2] = uintNode(1) })
	bad("key-unknown", "The key 9.", "ErrType", func(c *parts) { c.edition.drop(8); c.edition.set(9, uintNode(1)) })
	bad("number-zero", "The number 0, written out.", "ErrNotCanonical", put(1, uintNode(0)))
	bad("number-over", "The number 2^63.", "ErrLimit", put(1, uintNode(1<<63)))
	bad("number-negative", "A negative number.", "ErrType", put(1, below(3)))
	bad("number-long", "A number in two bytes.", "ErrNotCanonical", put(1, wide(uintNode(3), 1)))
	bad("title-empty", "An empty title, written out.", "ErrNotCanonical", put(2, textNode("")))
	bad("title-bytes", "A title as a byte string.", "ErrType", put(2, bytesNode('a')))
	bad("title-utf8", "A title with a lone continuation byte.", "ErrUTF8", put(2, textNode("a\x80")))
	bad("title-surrogate", "A title with an encoded surrogate.", "ErrUTF8", put(2, textNode("\xed\xa0\x80")))
	bad("title-overlong", "A title with an overlong encoding.", "ErrUTF8", put(2, textNode("\xc0\xaf")))
	bad("title-indefinite", "A title in chunks.", "ErrNotCanonical", put(2, open(textNode("Lake"))))
	badCaptions(bad, put)
	badTypes(bad, put)
	badMetadata(bad, put)
	badHints(bad, put)
	badDigests(bad, put)
	badPreviews(bad, put)
	empty := bare(0, flag)
	empty.title = "t"
	s.bad("bad-edition-captions-no-items", "Captions of a collection without items.", "ErrOrder", empty, put(3, captions(words(0), words(1), "a")))
	s.bad("bad-edition-types-no-items", "Media types of a collection without items.", "ErrNotCanonical", empty, put(4, types(0, nil, "a/b")))
	s.bad("bad-edition-digests-no-items", "Digests of a collection without items.", "ErrNotCanonical", empty, put(7, mapNode(uintNode(0), bytesNode())))
	s.bad("bad-edition-previews-no-items", "Previews of a collection without items.", "ErrNotCanonical", empty, put(8, seen(0, nil, nil)))
}

type putter func(key uint64, value *node) func(c *parts)

// words are numbers of four bytes.
func words(list ...uint32) (b []byte) {
	for _, v := range list {
		b = append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return b
}

func captions(items, ends []byte, text string) *node {
	return arrayNode(bytesNode(items...), bytesNode(ends...), textNode(text))
}

func badCaptions(bad trial, put putter) {
	try := func(name, description, err string, items, ends []byte, text string) {
		bad("captions-"+name, description, err, put(3, captions(items, ends, text)))
	}
	try("empty", "No captions, written out.", "ErrNotCanonical", nil, nil, "")
	try("order", "Item numbers that descend.", "ErrOrder", words(2, 1), words(1, 2), "ab")
	try("twice", "Two captions of one item.", "ErrOrder", words(1, 1), words(1, 2), "ab")
	try("no-such-item", "A caption of item 4 of 4.", "ErrOrder", words(4), words(1), "a")
	try("item-huge", "A caption of item 2^32-1.", "ErrOrder", words(math.MaxUint32), words(1), "a")
	try("ends-descend", "Ends that descend.", "ErrLength", words(0, 1), words(2, 1), "ab")
	try("ends-equal", "An empty caption, written out.", "ErrLength", words(0, 1), words(1, 1), "a")
	try("ends-zero", "An empty first caption, written out.", "ErrLength", words(0, 1), words(0, 1), "a")
	try("ends-over", "A caption that ends after the texts.", "ErrLength", words(0), words(2), "a")
	try("ends-huge", "A caption that ends at byte 2^32-1.", "ErrLength", words(0), words(math.MaxUint32), "a")
	try("text-left", "Texts that go on after the last caption.", "ErrLength", words(0), words(1), "ab")
	try("uneven", "Item numbers of five bytes.", "ErrLength", append(words(0), 0), words(1), "a")
	try("fewer-ends", "More items than ends.", "ErrLength", words(0, 1), words(1), "a")
	try("split-character", "A caption that ends within a character.", "ErrUTF8", words(0, 1), words(1, 2), "é")
	try("utf8", "Texts that are not UTF-8.", "ErrUTF8", words(0), words(1), "\xff")
	bad("captions-pair", "Captions of two parts.", "ErrLength", put(3, arrayNode(bytesNode(words(0)...), bytesNode(words(1)...))))
	bad("captions-map", "Captions as a map.", "ErrType", put(3, mapNode(uintNode(0), textNode("a"))))
	bad("captions-text-bytes", "Texts as a byte string.", "ErrType", put(3, arrayNode(bytesNode(words(0)...), bytesNode(words(1)...), bytesNode('a'))))
}

// types is a column of media types.
func types(form uint64, data []byte, names ...string) *node {
	dict := arrayNode()
	for _, name := range names {
		dict.kids = append(dict.kids, textNode(name))
	}
	return arrayNode(dict, uintNode(form), bytesNode(data...))
}

func badTypes(bad trial, put putter) {
	try := func(name, description, err string, form uint64, data []byte, names ...string) {
		bad("types-"+name, description, err, put(4, types(form, data, names...)))
	}
	try("empty", "No media types, written out.", "ErrNotCanonical", 0, nil)
	try("none", "Only the empty media type, written out.", "ErrNotCanonical", 0, nil, "")
	try("order", "Media types that descend.", "ErrOrder", 1, []byte{0b0101}, "b/b", "a/a")
	try("twice", "A media type twice.", "ErrOrder", 1, []byte{0b0101}, "a/a", "a/a")
	try("unused", "A media type that no item has.", "ErrNotCanonical", 1, []byte{0b00010001}, "a/a", "b/b", "c/c")
	try("place", "A place outside the dictionary.", "ErrNotCanonical", 1, []byte{0b11100100}, "a/a", "b/b", "c/c")
	try("form", "Runs that are as long as packed places.", "ErrNotCanonical", 0, []byte{3}, "a/a", "b/b")
	try("utf8", "A media type that is not UTF-8.", "ErrUTF8", 0, nil, "a/\xff")
	try("long", "A media type of 256 bytes.", "ErrLimit", 0, nil, strings.Repeat("a", 256))
	bad("types-bytes", "A media type as a byte string.", "ErrType", put(4, arrayNode(arrayNode(bytesNode('a')), uintNode(0), bytesNode())))
	bad("types-pair", "Media types of two parts.", "ErrLength", put(4, arrayNode(arrayNode(textNode("a")), uintNode(0))))
}

func badMetadata(bad trial, put putter) {
	try := func(name, description, err string, kids ...*node) {
		bad("metadata-"+name, description, err, put(5, mapNode(kids...)))
	}
	a, b := textNode("a"), textNode("b")
	try("empty", "No metadata, written out.", "ErrNotCanonical")
	try("order", "Keys that descend.", "ErrOrder", b, a, a, a)
	try("order-length", "A longer key before a shorter one.", "ErrOrder", textNode("aa"), a, b, a)
	try("twice", "A key twice.", "ErrOrder", a, a, a, b)
	try("key-number", "A number as key.", "ErrType", uintNode(1), a)
	try("value-number", "A number as value.", "ErrType", a, uintNode(1))
	try("value-utf8", "A value that is not UTF-8.", "ErrUTF8", a, textNode("\xfe"))
	bad("metadata-array", "Metadata as an array.", "ErrType", put(5, arrayNode(a, b)))
	bad("metadata-indefinite", "Metadata of indefinite length.", "ErrNotCanonical", put(5, open(mapNode(a, b))))
	bad("metadata-claims", "Metadata that claim 200 entries.", "ErrTruncated", func(c *parts) {
		c.edition.drop(6)
		c.edition.drop(7)
		c.edition.set(5, claims(mapNode(a, b), 200))
	})
}

func badHints(bad trial, put putter) {
	try := func(name, description, err string, kids ...*node) {
		bad("hints-"+name, description, err, put(6, mapNode(kids...)))
	}
	one, two, three, four := uintNode(1), uintNode(2), uintNode(3), uintNode(4)
	try("empty", "No hints, written out.", "ErrNotCanonical")
	try("per-page-zero", "Zero items per page, written out.", "ErrNotCanonical", one, uintNode(0))
	try("per-page-over", "2^31 items per page.", "ErrLimit", one, uintNode(1<<31))
	try("cover-zero", "A cover of zeros, written out.", "ErrNotCanonical", two, bytesNode(id(0)...))
	try("cover-short", "A cover of 15 bytes.", "ErrLength", two, bytesNode(id(1)[1:]...))
	try("background-zero", "A background of zeros, written out.", "ErrNotCanonical", three, bytesNode(id(0)...))
	try("background-text", "A background as a text.", "ErrType", three, textNode("1111111111111111"))
	try("border-empty", "An empty border, written out.", "ErrNotCanonical", four, textNode(""))
	try("border-long", "A border of 256 bytes.", "ErrLimit", four, textNode(strings.Repeat("b", 256)))
	try("border-utf8", "A border that is not UTF-8.", "ErrUTF8", four, textNode("\xc3"))
	try("order", "Two keys in the wrong order.", "ErrNotCanonical", four, textNode("b"), one, uintNode(1))
	try("key-unknown", "The key 5.", "ErrType", uintNode(5), uintNode(1))
}

// seen is a column of previews.
func seen(form uint64, data, pictures []byte, lengths ...uint64) *node {
	dict := arrayNode()
	for _, n := range lengths {
		dict.kids = append(dict.kids, uintNode(n))
	}
	return arrayNode(dict, uintNode(form), bytesNode(data...), bytesNode(pictures...))
}

func badPreviews(bad trial, put putter) {
	try := func(name, description, err string, form uint64, data, pictures []byte, lengths ...uint64) {
		bad("previews-"+name, description, err, put(8, seen(form, data, pictures, lengths...)))
	}
	try("empty", "No lengths.", "ErrNotCanonical", 0, nil, nil)
	try("none", "A column of no previews, written out.", "ErrNotCanonical", 0, nil, nil, 0)
	try("over", "Previews of 34 bytes.", "ErrLimit", 0, nil, pictures(4*34), 34)
	try("short", "A byte too few.", "ErrLength", 0, nil, pictures(4*21-1), 21)
	try("long", "A byte too many.", "ErrLength", 0, nil, pictures(4*21+1), 21)
	try("longest", "More bytes than four previews can have.", "ErrLimit", 0, nil, pictures(4*32+1), 32)
	try("removed-bytes", "Bytes of previews that were removed.", "ErrLength", 0, nil, pictures(1), removedPreview)
	try("order", "Lengths that descend.", "ErrNotCanonical", 1, []byte{0b0101}, pictures(6), 2, 1)
	try("twice", "A length twice.", "ErrNotCanonical", 1, []byte{0b0101}, pictures(4), 1, 1)
	try("unused", "A length that no preview has.", "ErrNotCanonical", 1, []byte{0b00010001}, pictures(6), 1, 2, 3)
	try("place", "A place outside the lengths.", "ErrNotCanonical", 1, []byte{0b11100100}, pictures(6), 1, 2, 3)
	try("form", "Runs that are as long as packed places.", "ErrNotCanonical", 0, []byte{3}, pictures(6), 1, 2)
	try("many", "Thirty-five lengths.", "ErrLimit", 0, nil, nil, make([]uint64, 35)...)
	part := seen(0, nil, pictures(4), 1)
	bad("previews-map", "Previews as a map.", "ErrType", put(8, mapNode(part.kids...)))
	bad("previews-triple", "Previews of three parts.", "ErrLength", put(8, arrayNode(part.kids[:3]...)))
	bad("previews-text", "Pictures as a text.", "ErrType", put(8, arrayNode(append(part.kids[:3:3], textNode("abcd"))...)))
	bad("previews-indefinite", "Pictures in chunks.", "ErrNotCanonical", put(8, arrayNode(append(part.kids[:3:3], open(bytesNode(pictures(4)...)))...)))
	bad("previews-claims", "Lengths that claim to be 34.", "ErrTruncated", func(c *parts) {
		c.edition.set(8, claims(arrayNode(claims(arrayNode(uintNode(1)), 34)), 4))
	})
}

func badDigests(bad trial, put putter) {
	column := bytesNode(bytes.Repeat([]byte{1}, 4*32)...)
	try := func(name, description, err string, kids ...*node) {
		bad("digests-"+name, description, err, put(7, mapNode(kids...)))
	}
	zero, one := uintNode(0), uintNode(1)
	try("empty", "No digests, written out.", "ErrNotCanonical")
	try("unknown", "A column of digests that are all not known.", "ErrNotCanonical", zero, bytesNode(make([]byte, 4*32)...))
	try("short", "Digests of three items of four.", "ErrLength", zero, bytesNode(bytes.Repeat([]byte{1}, 3*32)...))
	try("long", "Digests of five items of four.", "ErrLength", zero, bytesNode(bytes.Repeat([]byte{1}, 5*32)...))
	try("order", "Columns in the wrong order.", "ErrNotCanonical", one, column, zero, column)
	try("twice", "A version twice.", "ErrNotCanonical", one, column, one, column)
	try("no-such-version", "Digests of version 3 of three.", "ErrType", uintNode(3), column)
	try("text", "Digests as a text.", "ErrType", zero, textNode(strings.Repeat("d", 4*32)))
}

package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

func id(b byte) []byte { return bytes.Repeat([]byte{b}, 16) }

// made is bare(n, flag) after change.
func made(n int, change func(d *document)) *document {
	d := bare(n, flag)
	change(d)
	return d
}

func fixedVectors(s *suite) {
	s.good("everything", "Every field of the format but what it replaces, what is accepted and an end.", rich())
	s.good("fixed-empty", "No items: the shortest collection there is.", bare(0, flag))
	s.good("fixed-one-item", "One item.", bare(1, flag))
	s.good("fixed-three-items", "Items in display order, which is not that of their ids.", bare(3, flag))
	s.good("fixed-created", "A moment of creation.", made(1, func(d *document) { d.created = created }))
	s.good("fixed-created-first", "The earliest moment there is.", made(1, func(d *document) { d.created = 1 }))
	s.good("fixed-created-last", "The latest moment there is.", made(1, func(d *document) { d.created = lastMoment*1000 + 999 }))
	s.good("fixed-kind-boolean", "Labels of the kind boolean.", bare(2, boolean))
	s.good("fixed-kind-degree", "Labels of the kind degree.", bare(2, degree))
	s.good("fixed-authority", "A hub whose validation is accepted.", made(1, func(d *document) { d.authority = hub }))
	s.good("fixed-recipients", "Two recipients.", made(1, func(d *document) { d.recipients = [][]byte{ben, carla} }))
	s.good("fixed-author-is-recipient", "The author may be a recipient and a completer as well.", made(1, func(d *document) {
		d.recipients, d.completers = [][]byte{anna}, [][]byte{anna}
	}))
	s.good("fixed-addresses", "Two blinded addresses.", made(1, func(d *document) { d.addresses = [][]byte{door, gate} }))
	s.good("fixed-completers", "Two completers.", made(1, func(d *document) { d.completers = [][]byte{home, store} }))
	s.good("fixed-subs", "Sub-collections ascend by author, then by id.", made(0, func(d *document) {
		d.subs = [][]byte{append(id(0xa1), id(2)...), append(id(0xa1), id(3)...), append(id(0xa2), id(1)...)}
	}))
	s.suspect("fixed-item-twice", "One item id twice: a decoder need not look for it, a validator does.", "ErrDuplicate",
		made(2, func(d *document) { d.items = literal(append(id(7), id(7)...)) }))
	s.suspect("fixed-item-zero", "An item id of zeros: a decoder need not look for it, a validator does.", "ErrZero",
		made(2, func(d *document) { d.items = literal(append(id(7), id(0)...)) }))
	ladderVectors(s)
}

func ladderVectors(s *suite) {
	ladder := func(versions ...version) *document { return made(1, func(d *document) { d.ladder = versions }) }
	s.good("ladder-one-version", "Only the complete version.", ladder(version{"original", 0}))
	s.good("ladder-other-pixels", "The names of the default ladder with other pixels.",
		ladder(version{"thumbnail", 160 * 120}, version{"screen", 640 * 480}, version{"original", 640 * 480}))
	s.good("ladder-unknown-pixels", "Pixels that are not known stand anywhere.", ladder(version{"a", 9}, version{"b", 0}, version{"c", 9}))
	s.good("ladder-extremes", "The longest name and the most pixels.", ladder(version{"s", 1}, version{strings.Repeat("ü", 32), math.MaxInt64}))
	var fourteen []version
	for i := range 14 {
		fourteen = append(fourteen, version{fmt.Sprint("v", i+1), uint64(i+1) * 1000})
	}
	s.good("ladder-fourteen-versions", "The most versions there are.", ladder(fourteen...))
}

func editionVectors(s *suite) {
	s.good("edition-number", "An edition that says nothing but its number.", made(1, func(d *document) { d.number = 1 }))
	s.good("edition-number-last", "The greatest number of an edition.", made(1, func(d *document) { d.number = math.MaxInt64 }))
	s.good("edition-title", "A title of characters of one to four bytes.", made(0, func(d *document) { d.title = "Aé漢🌊" }))
	s.good("edition-caption-one", "One item of three has a caption.", made(3, func(d *document) { d.captions = map[int]string{1: "Pier"} }))
	s.good("edition-captions-all", "All items have captions.", made(3, func(d *document) {
		d.captions = map[int]string{0: "a", 1: "漢字", 2: strings.Repeat("long ", 60)}
	}))
	s.good("edition-type-one", "All items have one media type: no data.", made(5, func(d *document) {
		d.types = []string{"image/jpeg", "image/jpeg", "image/jpeg", "image/jpeg", "image/jpeg"}
	}))
	s.good("edition-types-runs", "Two media types in two runs.", made(24, func(d *document) {
		for i := range d.n {
			d.types = append(d.types, map[bool]string{true: "image/jpeg", false: "video/mp4"}[i < 12])
		}
	}))
	s.good("edition-types-runs-last", "A last run of the first media type is left out, as its number is 0.",
		made(40, func(d *document) {
			for i := range d.n {
				d.types = append(d.types, map[bool]string{true: "video/mp4", false: "image/jpeg"}[i < 20])
			}
		}))
	s.good("edition-types-packed", "Three media types in turn, one of them none.", made(9, func(d *document) {
		d.types = []string{"image/png", "", "text/plain", "image/png", "", "text/plain", "image/png", "", "text/plain"}
	}))
	s.good("edition-metadata", "Shorter keys first, then by their bytes; keys and values may be empty.", made(0, func(d *document) {
		d.metadata = []entry{{"", "empty key"}, {"b", ""}, {"z", "1"}, {"aa", "2"}, {"é", "3"}}
	}))
	s.good("edition-hints-per-page", "The most items per page.", made(1, func(d *document) { d.hints.PerPage = math.MaxInt32 }))
	s.good("edition-hints-cover", "A cover; it need not be an item.", made(1, func(d *document) { d.hints.Cover = fmt.Sprintf("%x", id(9)) }))
	s.good("edition-hints-background", "A background.", made(1, func(d *document) { d.hints.Background = fmt.Sprintf("%x", id(9)) }))
	s.good("edition-hints-border", "A border.", made(1, func(d *document) { d.hints.Border = "black 1px" }))
	s.good("edition-digests-one", "Digests of the complete version, of one item not known.", made(3, func(d *document) {
		d.digests = map[int][]piece{2: literal(bytes.Join([][]byte{digestOf(1), make([]byte, 32), digestOf(2)}, nil))}
	}))
	s.good("edition-digests-all", "Digests of all versions.", made(1, func(d *document) {
		d.digests = map[int][]piece{0: literal(digestOf(1)), 1: literal(digestOf(2)), 2: literal(digestOf(3))}
	}))
	previewVectors(s)
}

func previewVectors(s *suite) {
	seen := func(name, description string, lengths ...uint32) {
		size := 0
		for _, n := range lengths {
			size += int(n % removedPreview)
		}
		s.good("edition-previews-"+name, description, made(len(lengths), func(d *document) {
			d.previews = previews{lengths, literal(pictures(size))}
		}))
	}
	seen("one", "A preview of one byte, of the one item.", 1)
	seen("one-length", "All items have previews of one length: no data.", 23, 23, 23)
	seen("longest", "The longest preview, and the shortest.", 32, 1)
	seen("few", "One item of many has a preview: runs, of which the last is left out.", append(append(many(40, 0), 21), many(60, 0)...)...)
	seen("lengths", "Previews of several lengths, and none.", 0, 21, 22, 25, 0, 24, 23, 21, 22)
	seen("removed", "A preview that was removed, and another item that has none.", removedPreview, 0)
	seen("removed-all", "All previews were removed.", removedPreview, removedPreview)
	s.good("edition-previews-withdrawn", "A preview of an item that is withdrawn, which is not shown.", made(2, func(d *document) {
		d.previews = previews{[]uint32{2, 3}, literal(pictures(5))}
		d.updates = []update{by([]uint32{withdrawn, 0})}
	}))
}

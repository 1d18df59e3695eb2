package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

func sealVectors(s *suite) {
	s.good("seal-author", "The author's seal over the first edition, which is not written.", made(1, func(d *document) { d.authorSeal = sealOf(1795424450, 4) }))
	s.good("seal-no-clock", "A seal by an author without a clock.", made(1, func(d *document) { d.authorSeal = sealOf(0, 4) }))
	s.good("seal-authority", "The authority's seal alone.", made(1, func(d *document) { d.authority, d.authoritySeal = hub, sealOf(1795424450, 5) }))
	s.good("seal-both", "Both seals over an edition.", made(1, func(d *document) {
		d.authority, d.title = hub, "Lake"
		d.authorSeal, d.authoritySeal = sealOf(1795424450, 4), sealOf(lastMoment, 5)
	}))
	s.good("seal-update-unsealed", "An update without a seal is well formed; it is refused when seals are verified.", says([]uint32{14, 0}))
	shared := func(r ...resolution) *document {
		return made(1, func(d *document) { d.authority, d.addresses, d.resolutions = hub, [][]byte{door, gate}, r })
	}
	s.good("resolved-one", "One address of two is a user.", shared(resolution{gate, ben, sealOf(1795424700, 6)}))
	s.good("resolved-both", "Two addresses are one user.", shared(resolution{door, ben, sealOf(0, 6)}, resolution{gate, ben, sealOf(0, 6)}))
	s.good("resolved-two-users", "One address is two users: ascending by user.", shared(resolution{door, ben, sealOf(0, 6)}, resolution{door, carla, sealOf(0, 6)}))
	s.good("resolved-16-users", "One address is as many users as there may be.", crowd(16))
	acceptedVectors(s)
}

// crowd is a collection whose one address is n users.
func crowd(n int) *document {
	return made(1, func(d *document) {
		d.authority, d.addresses = hub, [][]byte{door}
		for i := range n {
			d.resolutions = append(d.resolutions, resolution{door, id(byte(i + 1)), sealOf(0, 6)})
		}
	})
}

// accepted is a collection whose two addresses are resolved, and what its author accepts.
func accepted(list ...resolution) *document {
	return made(1, func(d *document) {
		d.authority, d.addresses = hub, [][]byte{door, gate}
		d.resolutions, d.acceptances = []resolution{{door, ben, sealOf(0, 6)}, {gate, carla, sealOf(0, 6)}}, list
	})
}

func acceptedVectors(s *suite) {
	s.good("accepted-one", "The author accepts one of two resolved addresses.", accepted(resolution{gate, carla, sealBy(keyOf(1), 1795424800, 7)}))
	s.good("accepted-keys", "Two of the author's keys accept the same: ascending by key.",
		accepted(resolution{gate, carla, sealBy(keyOf(1), 0, 7)}, resolution{gate, carla, sealBy(keyOf(2), 0, 7)}))
	s.good("accepted-other-user", "The author accepts another user for an address: nobody is accepted.", accepted(resolution{gate, ben, sealBy(keyOf(1), 0, 7)}))
	unresolved := accepted(resolution{gate, carla, sealOf(0, 7)})
	unresolved.resolutions = nil
	s.good("accepted-unresolved", "What is accepted is not resolved here: it stays, and nobody may read by it.", unresolved)
}

// limited is one case of a limit: a collection that is just within it.
type limited struct {
	field string
	at    int
	doc   *document
}

func limits() []limited {
	people := func(n int) (list [][]byte) {
		for i := range n {
			list = append(list, id(byte(i+1)))
		}
		return list
	}
	text := func(d *document) { d.captions = map[int]string{0: "ab", 1: "äc"} }
	return []limited{
		{"items", 3, bare(3, flag)},
		{"recipients", 2, made(1, func(d *document) { d.recipients = people(2) })},
		{"subs", 2, made(1, func(d *document) { d.subs = [][]byte{append(id(1), id(1)...), append(id(1), id(2)...)} })},
		{"title", 4, made(1, func(d *document) { d.title = "Lake" })},
		{"caption", 3, made(2, text)},
		{"text", 5, made(2, text)},
		{"types", 2, made(2, func(d *document) { d.types = []string{"a/b", "c/d"} })},
		{"metadata", 2, made(1, func(d *document) { d.metadata = []entry{{"a", "1"}, {"b", "2"}} })},
		{"seal", 64, made(1, func(d *document) { d.authorSeal = sealOf(0, 4) })},
		{"size", len(expand(rich().node().encode())), rich()},
	}
}

func limitVectors(s *suite) {
	for _, l := range limits() {
		s.within("limit-"+l.field, "Just within a limit.", map[string]int{l.field: l.at}, l.doc)
		s.over("bad-limit-"+l.field, "One over a limit.", "ErrLimit", map[string]int{l.field: l.at - 1}, l.doc, nil)
	}
	addresses := made(1, func(d *document) { d.addresses = [][]byte{door, gate} })
	s.within("limit-addresses", "The limit of recipients holds for addresses.", map[string]int{"recipients": 2}, addresses)
	s.over("bad-limit-addresses", "One over the limit of recipients.", "ErrLimit", map[string]int{"recipients": 1}, addresses, nil)
	completers := made(1, func(d *document) { d.completers = [][]byte{home, store} })
	s.within("limit-completers", "The limit of recipients holds for completers.", map[string]int{"recipients": 2}, completers)
	s.over("bad-limit-completers", "One over the limit of recipients.", "ErrLimit", map[string]int{"recipients": 1}, completers, nil)
	value := made(1, func(d *document) { d.metadata = []entry{{"longer key", "abc"}} })
	s.within("limit-metadata-value", "The limit of a caption holds for a value of the metadata.", map[string]int{"caption": 3}, value)
	s.over("bad-limit-metadata-value", "One over the limit of a caption.", "ErrLimit", map[string]int{"caption": 2}, value, nil)
	defaultLimits(s)
}

func defaultLimits(s *suite) {
	title := func(n int) *document { return made(0, func(d *document) { d.title = strings.Repeat("t", n) }) }
	s.good("limit-title-default", "The longest title by default.", title(1024))
	s.bad("bad-limit-title-default", "A title of a byte more.", "ErrLimit", title(1025), nil)
	sealed := func(n int) *document {
		return made(0, func(d *document) { d.authorSeal = seal{issued: 1, bytes: bytes.Repeat([]byte{5}, n)} })
	}
	s.good("limit-seal-default", "The longest seal by default.", sealed(1024))
	s.bad("bad-limit-seal-default", "A seal of a byte more.", "ErrLimit", sealed(1025), nil)
	meta := func(n, key int) *document {
		return made(0, func(d *document) {
			for i := range n {
				d.metadata = append(d.metadata, entry{fmt.Sprintf("%0*d", key, i), "v"})
			}
		})
	}
	s.good("limit-metadata-default", "The most entries of the metadata by default.", meta(256, 3))
	s.bad("bad-limit-metadata-default", "An entry more.", "ErrLimit", meta(257, 3), nil)
	s.good("limit-metadata-key", "The longest key of the metadata.", meta(1, 255))
	s.bad("bad-limit-metadata-key", "A key of a byte more.", "ErrLimit", meta(1, 256), nil)
	keys := func(n int) *document {
		d := with(1, flag, by([]uint32{14}))
		for i := range n {
			d.updates = append(d.updates, update{[]uint32{14}, home, sealBy(keyOf(byte(i)), 1, 1)})
		}
		return d
	}
	s.good("limit-keys", "The most keys of one issuer.", keys(16))
	s.bad("bad-limit-keys", "A key more.", "ErrLimit", keys(17), nil)
	s.bad("bad-limit-updates", "More updates than the author, the authority and two completers have keys.", "ErrLimit", keys(64), nil)
}

func largeVectors(s *suite) {
	d := bare(65536, flag)
	s.good("large-65536", "65,536 items, all pending.", d)
	d = with(65536, flag, by(random(65536, 0, complete)))
	s.good("large-65536-random", "65,536 items, a random half complete: one bit an item.", d)
	d = with(65536, degree, by(random(65536, 0, 1, 2, complete)))
	s.good("large-65536-degrees", "65,536 items at four random levels: two bits an item.", d)
	d = bare(65536, flag)
	d.digests = map[int][]piece{2: {{Hash: &hash{32, 65536, 131072}}}}
	s.good("large-65536-digests", "65,536 items with the digests of their complete versions.", d)
	d = bare(65536, flag)
	d.previews = previews{cycle(d.n, 21, 23, 22, 24), []piece{{Repeat: &repeat{hex.EncodeToString(pictures(90)), d.n / 4}}}}
	s.good("large-65536-previews", "65,536 items with previews of four lengths.", d)
	d = with(1000000, flag, update{many(1000000, 14), none, sealOf(1795424600, 3)})
	d.items = []piece{{Counter: &counter{"00112233445566778899aabb", 0, 1000000}}}
	s.good("large-million-common-prefix", "A million ids that differ in their last four bytes, all complete.", d)
	d = with(1000000, flag, by(many(400000, 14), many(1, 15), many(599999, 0)), update{ranks(many(999999, 0), many(1, 14)), home, seal{}})
	d.items = []piece{{Counter: &counter{"00112233445566778899aabb", 5, 1000005}}}
	s.good("large-million-runs", "A million ids that differ in their last four bytes, labels in runs.", d)
}

// random are n ranks of a list, two bits of SHA-256 each.
func random(n int, list ...uint32) (ranks []uint32) {
	for _, b := range expand([]piece{{Hash: &hash{1, 1 << 20, 1<<20 + uint64(n)}}}) {
		ranks = append(ranks, list[int(b)%len(list)])
	}
	return ranks
}

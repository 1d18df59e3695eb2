package main

import (
	"bytes"
	"crypto/sha256"
)

// The people of the vectors: whose ids sort in this order.
var (
	anna  = bytes.Repeat([]byte{0xa1}, 16) // the author
	home  = bytes.Repeat([]byte{0xa2}, 16) // completers
	store = bytes.Repeat([]byte{0xa3}, 16)
	ben   = bytes.Repeat([]byte{0xb1}, 16) // recipients
	carla = bytes.Repeat([]byte{0xb2}, 16)
	hub   = bytes.Repeat([]byte{0xcc}, 32) // the authority's key
	door  = bytes.Repeat([]byte{0xd1}, 32) // blinded addresses
	gate  = bytes.Repeat([]byte{0xd2}, 32)
	none  = []byte{} // issues in the name of the authority
)

// created is 2026-11-23 09:00 UTC in milliseconds.
const created = 1795424400000

// lastMoment is the last second of the year 9999.
const lastMoment = 253402300799

// digestOf is a digest of a version, told by its number.
func digestOf(i byte) []byte {
	s := sha256.Sum256([]byte{'v', i})
	return s[:]
}

// pictures are the bytes of previews.
func pictures(n int) (b []byte) {
	for i := range n {
		b = append(b, byte(i+1))
	}
	return b
}

// sealOf is a seal as a codec sees it: bytes.
func sealOf(issued uint64, fill byte) seal { return seal{issued, bytes.Repeat([]byte{fill}, 64), nil} }

// sealBy is a seal that names a key, as far as a codec looks into it: a COSE_Sign1 whose
// protected header ends with the key.
func sealBy(key []byte, issued uint64, fill byte) seal {
	message := arrayNode(bytesNode(append([]byte{0xa1, 0x04, 0x58, 0x20}, key...)...), mapNode(), nothing(), bytesNode(bytes.Repeat([]byte{fill}, 64)...))
	return seal{issued, expand(tagNode(18, message).encode()), key}
}

// keyOf is a key, told by its first byte.
func keyOf(first byte) []byte { return append([]byte{first}, make([]byte, 31)...) }

// items are n ids made by rule, written out if they are few.
func items(n int) []piece {
	rule := []piece{{Hash: &hash{16, 0, uint64(n)}}}
	if n > 0 && n <= listed {
		return literal(expand(rule))
	}
	return rule
}

// bare is the shortest collection of n items, of a kind.
func bare(n int, kind uint64) *document {
	return &document{id: bytes.Repeat([]byte{0x11}, 16), author: anna, kind: kind, n: n, items: items(n)}
}

// with is bare with an authority, two completers and updates.
func with(n int, kind uint64, updates ...update) *document {
	d := bare(n, kind)
	d.authority, d.completers, d.updates = hub, [][]byte{home, store}, updates
	return d
}

// rich has every field of the format.
func rich() *document {
	d := with(4, degree,
		update{[]uint32{14, 1, 0, 15}, anna, sealOf(1795424500, 1)},
		update{[]uint32{2, 14, 2, 0}, home, sealOf(0, 2)},
		update{[]uint32{14, 1, 16, 14}, none, sealOf(1795424600, 3)},
	)
	d.created = created
	d.ladder = []version{{"small", 4096}, {"large", 1 << 20}, {"whole", 0}}
	d.recipients, d.addresses = [][]byte{ben, carla}, [][]byte{door, gate}
	d.subs = [][]byte{append(append([]byte{}, anna...), bytes.Repeat([]byte{0x12}, 16)...), append(append([]byte{}, ben...), bytes.Repeat([]byte{0x11}, 16)...)}
	d.number, d.title = 3, "Summer at the lake"
	d.captions = map[int]string{0: "Jetty", 3: "Überfahrt ⛵"}
	d.types = []string{"image/jpeg", "image/jpeg", "", "video/mp4"}
	d.metadata = []entry{{"place", "Lake"}, {"camera", "X 100"}}
	d.hints = hints{12, "11111111111111111111111111111111", "22222222222222222222222222222222", "white 2%"}
	d.digests = map[int][]piece{
		0: literal(bytes.Join([][]byte{digestOf(0), digestOf(1), digestOf(2), digestOf(3)}, nil)),
		2: literal(bytes.Join([][]byte{digestOf(4), make([]byte, 64), digestOf(7)}, nil)),
	}
	d.previews = previews{[]uint32{21, 25, 33, 23}, literal(pictures(21 + 25 + 23))}
	d.authorSeal, d.authoritySeal = sealOf(1795424450, 4), sealOf(0, 5)
	d.resolutions = []resolution{{door, ben, sealOf(1795424700, 6)}, {gate, carla, sealOf(0, 7)}}
	return d
}

// many is n times a rank.
func many(n int, r uint32) []uint32 {
	ranks := make([]uint32, n)
	for i := range ranks {
		ranks[i] = r
	}
	return ranks
}

// ranks puts lists of ranks together.
func ranks(lists ...[]uint32) (together []uint32) {
	for _, l := range lists {
		together = append(together, l...)
	}
	return together
}

// cycle is n ranks that go through a list again and again.
func cycle(n int, list ...uint32) []uint32 {
	ranks := make([]uint32, n)
	for i := range ranks {
		ranks[i] = list[i%len(list)]
	}
	return ranks
}

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Names of the codecs that are no peers.
const (
	sdk     = "glimpse"
	copying = "copy"   // make and copy of the same bytes
	hashing = "sha256" // of the same bytes
	goMap   = "map"    // a Go map of the same ids
)

// The sink keeps the compiler from leaving out what is measured.
var sink struct {
	value any
	bytes []byte
	sum   int
}

// must stops the comparison: a codec that fails has no place in it.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Errorf("compare: %w", err))
	}
	return v
}

func timed(codec, op string, n, bytes int, run func()) *subject {
	return &subject{result: result{Codec: codec, Op: op, N: n, Bytes: bytes}, run: run}
}

func copySubject(op string, n int, b []byte) *subject {
	return timed(copying, op, n, len(b), func() {
		c := make([]byte, len(b))
		copy(c, b)
		sink.bytes = c
	})
}

func hashSubject(op string, n int, b []byte) *subject {
	return timed(hashing, op, n, len(b), func() {
		digest := sha256.Sum256(b)
		sink.sum += int(digest[0])
	})
}

// decodeRace decodes the data as every codec writes it. The operation is
// called suffix behind "decode".
func decodeRace(e effort, d *data, suffix string, others ...peer) []result {
	op, n := "decode"+suffix, len(d.ids)
	b := must(collect(d).MarshalBinary())
	subjects := append(decodeSubjects(d, suffix, b), copySubject(op, n, b), hashSubject(op, n, b))
	for _, p := range others {
		b := must(p.encode(p.build(d)))
		s := timed(p.name(), op, n, len(b), func() { sink.value = must(p.decode(b)) })
		s.heap = func() int {
			return held(func() any { return must(p.decode(bytes.Clone(b))) })
		}
		subjects = append(subjects, s)
	}
	return race(e, subjects...)
}

// encodeRace encodes from the form that each library works on.
func encodeRace(e effort, d *data) []result {
	b := must(collect(d).MarshalBinary())
	subjects := []*subject{encodeSubject(d), copySubject("encode", len(d.ids), b)}
	for _, p := range peers() {
		document := p.build(d)
		size := len(must(p.encode(document)))
		subjects = append(subjects, timed(p.name(), "encode", len(d.ids), size, func() {
			sink.bytes = must(p.encode(document))
		}))
	}
	return race(e, subjects...)
}

// lookupRace looks items up in an order of its own, after a first look-up has
// built what index there is. The heap is that of the index.
func lookupRace(e effort, d *data, suffix string, others ...peer) []result {
	op, n := "lookup"+suffix, len(d.ids)
	subjects := append(lookupSubjects(d, suffix), mapSubject(d, op))
	for _, p := range others {
		document := p.build(d)
		m := index(document)
		ids := newQueries(d)
		s := timed(p.name(), op, n, 0, func() {
			sum := 0
			for _, id := range ids.next() {
				_, missing := document.item(int(m[id]))
				sum += missing
			}
			sink.sum += sum
		})
		s.times = ids.batch
		s.heap = func() int { return held(func() any { return index(document) }) }
		subjects = append(subjects, s)
	}
	return race(e, subjects...)
}

// queries are all ids in random order, handed out in batches, so that a batch
// finds in the cache only what every look-up needs.
type queries struct {
	ids       [][16]byte
	batch, at int
}

func newQueries(d *data) *queries {
	q := &queries{ids: slices.Clone(d.ids), batch: min(len(d.ids), 1<<16)}
	random := rand.New(seeded(uint64(len(q.ids)), 99))
	random.Shuffle(len(q.ids), func(i, j int) { q.ids[i], q.ids[j] = q.ids[j], q.ids[i] })
	return q
}

func (q *queries) next() [][16]byte {
	if q.at+q.batch > len(q.ids) {
		q.at = 0
	}
	ids := q.ids[q.at : q.at+q.batch]
	q.at += q.batch
	return ids
}

// mapSubject is a Go map from the ids straight to what is missing.
func mapSubject(d *data, op string) *subject {
	build := func() map[[16]byte]uint32 {
		m := make(map[[16]byte]uint32, len(d.ids))
		for i, id := range d.ids {
			m[id] = uint32(d.missing[i])
		}
		return m
	}
	m, ids := build(), newQueries(d)
	s := timed(goMap, op, len(d.ids), 0, func() {
		sum := uint32(0)
		for _, id := range ids.next() {
			sum += m[id]
		}
		sink.sum += int(sum)
	})
	s.times = ids.batch
	s.heap = func() int { return held(func() any { return build() }) }
	return s
}

// joinRace joins two states of the same items, and applies an update of one
// item to the first. The copy is of one bit per item.
func joinRace(e effort, a, b *data) []result {
	n := len(a.ids)
	subjects := append(joinSubjects(a, b), copySubject("join", n, make([]byte, (n+7)/8)))
	for _, p := range peers() {
		x, y := p.build(a), p.build(b)
		subjects = append(subjects, timed(p.name(), "join", n, 0, func() { x.join(y) }))
	}
	return race(e, subjects...)
}

// Package idindex finds the place of an id in a column of ids of 16 bytes each. The ids need not
// be random, and may be chosen by somebody who wants the search to take long.
//
// An index is a hash table of groups of eight slots. A group fills one half of a cache line: a tag
// of eight bits for each slot, from the id's hash, and then the number of each slot's item in 24
// bits. All eight tags are compared at once, so that there is hardly a branch that the processor
// cannot foresee, and ids are looked at where a tag agrees. A group fills from its first slot on; what
// comes when it is full goes to the next one. Each index has a random seed, which nothing that
// is visible depends on: whoever chooses the ids does not know which ones will meet.
package idindex

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// MaxItems is how many ids a column may have: what is numbered with 24 bits.
const MaxItems = 1<<24 - 1

const (
	idSize = 16
	golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio, whose multiples spread best
	slots  = 8                  // of a group
)

// group is eight tags, of which zero is an empty slot, and eight numbers, little endian.
type group [slots + 3*slots]byte

// Index finds the places of ids. It is immutable, and methods may be called at the same time.
type Index struct {
	ids       []byte
	groups    []group
	seed      [2]uint64
	duplicate int
}

// New makes the index of a column, which it keeps: 6.4 bytes an id. The column has at
// most MaxItems ids and must not be changed afterwards.
func New(ids []byte) *Index {
	n, seed := len(ids)/idSize, maphash.MakeSeed()
	x := &Index{ids: ids, groups: make([]group, n/5+1), duplicate: -1}
	x.seed = [2]uint64{maphash.String(seed, "first half"), maphash.String(seed, "second half")}
	for i := range n {
		x.insert(i)
	}
	return x
}

// Duplicate returns the first item whose id an item before it has too; -1 if there is none.
func (x *Index) Duplicate() int { return x.duplicate }

// Halves returns an id as it is given to Find: in registers, in which Go passes no array.
func Halves(id *[idSize]byte) (a, b uint64) {
	return binary.LittleEndian.Uint64(id[:8]), binary.LittleEndian.Uint64(id[8:])
}

// Find returns the place of the id of these halves, the first one if there are several; -1
// if there is none.
func (x *Index) Find(a, b uint64) int {
	at, tag := x.slot(a, b)
	for {
		g := &x.groups[at]
		tags := g.tags()
		for m := equal(tags, tag); m != 0; m &= m - 1 {
			if i := g.number(m); x.has(i, a, b) {
				return i
			}
		}
		if free(tags) < slots {
			return -1
		}
		at = x.after(at)
	}
}

// insert adds item i; the first item that is found with its id stays the one that is found.
func (x *Index) insert(i int) {
	id := x.ids[i*idSize : i*idSize+idSize]
	a, b := Halves((*[idSize]byte)(id))
	at, tag := x.slot(a, b)
	for {
		g := &x.groups[at]
		tags := g.tags()
		for m := equal(tags, tag); m != 0; m &= m - 1 {
			if x.has(g.number(m), a, b) {
				if x.duplicate < 0 {
					x.duplicate = i
				}
				return
			}
		}
		if k := free(tags); k < slots {
			g.set(k, byte(tag), i)
			return
		}
		at = x.after(at)
	}
}

// slot returns the first group to look in and the tag, from bits of the hash that do not
// choose the group. One product alone is not enough: where half of all ids is the same, the
// others' products with it lie close to one another under some seeds.
func (x *Index) slot(a, b uint64) (at int, tag uint64) {
	hi, lo := bits.Mul64(a^x.seed[0], b^x.seed[1])
	hi, lo = bits.Mul64(hi^lo, golden)
	hash := hi ^ lo
	place, _ := bits.Mul64(hash, uint64(len(x.groups)))
	return int(place), max(hash&0xff, 1)
}

func (x *Index) after(at int) int {
	if at++; at == len(x.groups) {
		return 0
	}
	return at
}

// has reports whether item i has the id of these two halves.
func (x *Index) has(i int, a, b uint64) bool {
	id := x.ids[i*idSize : i*idSize+idSize]
	return binary.LittleEndian.Uint64(id) == a && binary.LittleEndian.Uint64(id[8:]) == b
}

func (g *group) tags() uint64 { return binary.LittleEndian.Uint64(g[:slots]) }

// number is that of the slot at the lowest bit of m.
func (g *group) number(m uint64) int {
	k := bits.TrailingZeros64(m) / 8
	return int(binary.LittleEndian.Uint32(g[slots-1+3*k:]) >> 8)
}

func (g *group) set(k int, tag byte, i int) {
	g[k] = tag
	n := g[slots+3*k:]
	n[0], n[1], n[2] = byte(i), byte(i>>8), byte(i>>16)
}

const (
	lowBits  = 0x0101010101010101 // the lowest bit of every byte
	highBits = lowBits << 7
)

// equal marks, at its highest bit, every byte of tags that is tag, and now and then one above
// such a byte that is not.
func equal(tags, tag uint64) uint64 {
	d := tags ^ tag*lowBits
	return (d - lowBits) &^ d & highBits
}

// free is the first empty slot; there are none after full ones only.
func free(tags uint64) int { return (bits.Len64(tags) + 7) / 8 }

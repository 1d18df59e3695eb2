package collection

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// An index finds the place of an item by its id: open addressing with linear
// probing over 1.95 slots an item, each of which holds the item's number in its
// lower 24 bits, counted from one, and a tag of the id's hash above them. A slot
// of zeros is empty. The hash is seeded with the collection's identity: whoever chooses the
// ids changes the seed with every attempt.
type index struct {
	once      sync.Once
	slots     []uint32
	seed      [2]uint64
	duplicate int // number of the first item whose id stands before it too; 0 = none
}

const (
	numberBits = 24
	numberMask = 1<<numberBits - 1
)

func (x *index) hash(id []byte) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(id)^x.seed[0], binary.LittleEndian.Uint64(id[8:])^x.seed[1])
	hi, lo = bits.Mul64(hi^lo^x.seed[1], 0x9e3779b97f4a7c15)
	return hi ^ lo
}

// slot returns the first slot to look in and the tag, from bits of the hash
// that do not choose the slot.
func (x *index) slot(h uint64) (slot int, tag uint32) {
	hi, _ := bits.Mul64(h, uint64(len(x.slots)))
	return int(hi), uint32(h) &^ numberMask
}

// build fills the index with the ids of f.
func (f *fixed) buildIndex() {
	x := &f.index
	identity := f.identity()
	x.seed[0] = binary.LittleEndian.Uint64(identity[:]) | 1
	x.seed[1] = binary.LittleEndian.Uint64(identity[8:])
	n := f.len()
	x.slots = make([]uint32, 2*n-n/20+1) // few look-ups probe twice, and 8 bytes an item are not passed
	for i := range n {
		if !f.insert(i) && x.duplicate == 0 {
			x.duplicate = i
		}
	}
}

func (f *fixed) insert(i int) bool {
	x := &f.index
	id := f.items[i*idSize : i*idSize+idSize]
	at, tag := x.slot(x.hash(id))
	for x.slots[at] != 0 {
		if s := x.slots[at]; s&^numberMask == tag && f.item(number(s)) == ItemID(id) {
			return false
		}
		if at++; at == len(x.slots) {
			at = 0
		}
	}
	x.slots[at] = tag | uint32(i+1)
	return true
}

func number(slot uint32) int { return int(slot&numberMask) - 1 }

// find returns the number of the item, or -1.
func (f *fixed) find(id ItemID) int {
	if f.len() == 0 {
		return -1
	}
	x := &f.index
	x.once.Do(f.buildIndex)
	at, tag := x.slot(x.hash(id[:]))
	for x.slots[at] != 0 {
		s := x.slots[at]
		if s&^numberMask == tag {
			if i := number(s); f.item(i) == id {
				return i
			}
		}
		if at++; at == len(x.slots) {
			at = 0
		}
	}
	return -1
}

package transport

import (
	"bytes"
	"iter"
	"math/bits"
)

// Bits is a set of items of one collection, by their place in it: item i is
// bit i%8 of byte i/8. Places past its end are not in it. On the wire it has
// no zero bytes at its end. The zero value is the empty set.
type Bits []byte

// AllBits is the set of the first n items.
func AllBits(n int) Bits {
	b := make(Bits, (n+7)/8)
	for i := range b {
		b[i] = 0xff
	}
	if n%8 != 0 {
		b[len(b)-1] = 1<<(n%8) - 1
	}
	return b
}

// BitsOf is the set of the items at the given places.
func BitsOf(places ...int) Bits {
	var b Bits
	for _, i := range places {
		b = b.Add(i)
	}
	return b
}

// Has reports whether item i is in the set.
func (b Bits) Has(i int) bool {
	return i >= 0 && i/8 < len(b) && b[i/8]>>(i%8)&1 == 1
}

// Add puts item i into the set. It changes b in place where it fits, and returns
// the set, as append does.
func (b Bits) Add(i int) Bits {
	if need := i/8 + 1; need > len(b) {
		b = append(b, make(Bits, need-len(b))...)
	}
	b[i/8] |= 1 << (i % 8)
	return b
}

// Len is the number of items in the set.
func (b Bits) Len() int {
	n := 0
	for _, x := range b {
		n += bits.OnesCount8(x)
	}
	return n
}

// IsEmpty reports whether no item is in the set.
func (b Bits) IsEmpty() bool { return len(b.Trim()) == 0 }

// Places lists the items in the set, ascending.
func (b Bits) Places() iter.Seq[int] {
	return func(yield func(int) bool) {
		for k, x := range b {
			for ; x != 0; x &= x - 1 {
				if !yield(8*k + bits.TrailingZeros8(x)) {
					return
				}
			}
		}
	}
}

// Or is the union of b and c, a set of its own.
func (b Bits) Or(c Bits) Bits {
	if len(c) > len(b) {
		b, c = c, b
	}
	out := bytes.Clone(b)
	for i, x := range c {
		out[i] |= x
	}
	return out
}

// And is what b and c share, a set of its own.
func (b Bits) And(c Bits) Bits {
	n := min(len(b), len(c))
	out := make(Bits, n)
	for i := range out {
		out[i] = b[i] & c[i]
	}
	return out
}

// Without is b less the items of c, a set of its own.
func (b Bits) Without(c Bits) Bits {
	out := bytes.Clone(b)
	for i := range out[:min(len(b), len(c))] {
		out[i] &^= c[i]
	}
	return out
}

// Trim is b without the zero bytes at its end, as it goes on the wire.
func (b Bits) Trim() Bits { return bytes.TrimRight(b, "\x00") }

// Within reports whether all items of b are among the first n.
func (b Bits) Within(n int) bool {
	b = b.Trim()
	last := len(b) - 1
	return last < 0 || 8*last+bits.Len8(b[last]) <= n
}

package column

import "encoding/binary"

// A set of places; nil is the set of all.
type set []uint64

func newSet(d int) set { return make(set, (d+63)/64) }

func (s set) add(i uint32)      { s[i/64] |= 1 << (i % 64) }
func (s set) has(i uint32) bool { return s == nil || s[i/64]>>(i%64)&1 == 1 }

// missing is the first place under d that is not in the set, or d.
func (s set) missing(d int) int {
	for i := 0; s != nil && i < d; i++ {
		if !s.has(uint32(i)) {
			return i
		}
	}
	return d
}

// used is the set of places that items have.
func (c Column) used() set {
	if c.width == 0 || c.canonical {
		return nil
	}
	s, _ := survey(c.data, c.width, c.n, len(c.dict))
	return s
}

// survey finds the places that packed data uses. If one of them is not under d
// it returns the first item that has such a place, otherwise -1.
func survey(data []byte, width uint8, n, d int) (s set, outside int) {
	switch {
	case width <= 2:
		s = surveyWords(data, width, n)
	case width <= 8:
		s = surveyBytes(data, width, n)
	default:
		s = newSet(d)
		for i := range n {
			place := get(data, width, i)
			if uint64(place) >= uint64(d) {
				return s, i
			}
			s.add(place)
		}
		return s, -1
	}
	for place := d; place < 1<<width; place++ {
		if s.has(uint32(place)) {
			return s, find(data, width, d)
		}
	}
	return s, -1
}

// find is the first item whose place is not under d; there must be one.
func find(data []byte, width uint8, d int) (i int) {
	for get(data, width, i) < uint32(d) {
		i++
	}
	return i
}

// surveyWords looks at whole words of 1-bit or 2-bit places, as far as needed
// to see all places.
func surveyWords(data []byte, width uint8, n int) set {
	s := newSet(4)
	whole := len(data) &^ 7
	if whole == len(data) && padding(width, n) > 0 {
		whole -= 8
	}
	var seen [4]uint64
	if width == 1 {
		seen = seenBits(data[:whole])
	} else {
		seen = seenTwos(data[:whole])
	}
	for place, x := range seen {
		if x != 0 {
			s.add(uint32(place))
		}
	}
	for i := whole * perByte(width); i < n; i++ {
		s.add(get(data, width, i))
	}
	return s
}

// seenBits returns, for each 1-bit place, a word that is not zero if it occurs.
func seenBits(data []byte) [4]uint64 {
	var s0, s1 uint64
	for ; len(data) >= 8 && (s0 == 0 || s1 == 0); data = data[8:] {
		x := binary.LittleEndian.Uint64(data)
		s0, s1 = s0|^x, s1|x
	}
	return [4]uint64{s0, s1}
}

// seenTwos returns, for each 2-bit place, a word that is not zero if it occurs.
func seenTwos(data []byte) [4]uint64 {
	const low = 0x5555555555555555
	var s0, s1, s2, s3 uint64
	for ; len(data) >= 8 && (s3 == 0 || s2 == 0 || s1 == 0 || s0 == 0); data = data[8:] {
		x := binary.LittleEndian.Uint64(data)
		y := x >> 1
		s0 |= low &^ (x | y)
		s1 |= low & x &^ y
		s2 |= low & y &^ x
		s3 |= low & x & y
	}
	return [4]uint64{s0, s1, s2, s3}
}

// surveyBytes notes which bytes there are and then looks into each once.
func surveyBytes(data []byte, width uint8, n int) set {
	s := newSet(256)
	var seen [256]bool
	per := perByte(width)
	whole := n / per
	for _, b := range data[:whole] {
		seen[b] = true
	}
	for b := range 256 {
		for x, left := b, per; seen[b] && left > 0; x, left = x>>width, left-1 {
			s.add(uint32(x) & uint32(ones(int(width))))
		}
	}
	for i := whole * per; i < n; i++ {
		s.add(get(data, width, i))
	}
	return s
}

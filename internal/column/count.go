package column

import (
	"encoding/binary"
	"math/bits"
)

// Count is the number of items for whose value pred holds. pred is called once
// for each value in the dictionary.
func (c Column) Count(pred func(v uint32) bool) (count int) {
	line := make([]uint32, len(c.dict))
	for i, v := range c.dict {
		if pred(v) {
			line[i] = 1
		}
	}
	if c.width > 0 {
		return c.countPacked(line)
	}
	for r := c.cursor(); r.next(); {
		if line[r.place] != 0 {
			count += r.end - r.start
		}
	}
	return count
}

// countPacked counts the items whose place is marked.
func (c Column) countPacked(line []uint32) (count int) {
	start := 0
	if c.width <= 8 {
		per := perByte(c.width)
		table := byteTable(c.width, c.width, line)
		for b, x := range table {
			table[b] = uint64(bits.OnesCount8(uint8(x)))
		}
		for _, b := range c.data[:c.n/per] {
			count += int(table[b])
		}
		start = c.n / per * per
	}
	for i := start; i < c.n; i++ {
		count += int(line[get(c.data, c.width, i)])
	}
	return count
}

// Sum is the sum of all values.
func (c Column) Sum() (sum uint64) {
	if c.width > 0 {
		counts := c.counts()
		for i, v := range c.dict {
			sum += counts[i] * uint64(v)
		}
		return sum
	}
	for r := c.cursor(); r.next(); {
		sum += uint64(r.end-r.start) * uint64(c.dict[r.place])
	}
	return sum
}

// counts is how many items have each place of a packed column.
func (c Column) counts() []uint64 {
	counts, start := make([]uint64, len(c.dict)), 0
	if c.width == 1 {
		data, set := c.data, 0
		for ; len(data) >= 32; data = data[32:] {
			set += bits.OnesCount64(binary.LittleEndian.Uint64(data)) + bits.OnesCount64(binary.LittleEndian.Uint64(data[8:])) +
				bits.OnesCount64(binary.LittleEndian.Uint64(data[16:])) + bits.OnesCount64(binary.LittleEndian.Uint64(data[24:]))
		}
		for _, b := range data {
			set += bits.OnesCount8(b)
		}
		counts[1] = uint64(set)
		counts[0] = uint64(c.n) - counts[1]
		return counts
	}
	if c.width <= 8 {
		var bytes [256]uint64
		per, mask := perByte(c.width), int(ones(int(c.width)))
		for _, b := range c.data[:c.n/per] {
			bytes[b]++
		}
		for b, times := range bytes {
			for x, left := b, per; times > 0 && left > 0; x, left = x>>c.width, left-1 {
				counts[x&mask] += times
			}
		}
		start = c.n / per * per
	}
	for i := start; i < c.n; i++ {
		counts[get(c.data, c.width, i)]++
	}
	return counts
}

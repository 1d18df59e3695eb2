package column

import "math/bits"

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

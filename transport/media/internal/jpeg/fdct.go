package jpeg

// forward is the DCT (T.81, section A.3.3) of a block, in place. Coefficients
// are eight times as large as T.81 defines them. The algorithm and the factors
// are those of the inverse.
func forward(b *[64]int32) {
	const half, places = 1 << (constBits - moreBits - 1), constBits - moreBits
	for y := range 8 {
		r := (*[8]int32)(b[8*y:])
		c0, c2, c4, c6 := forwardEven(r[0]+r[7], r[1]+r[6], r[2]+r[5], r[3]+r[4])
		c1, c3, c5, c7 := odd(r[0]-r[7], r[1]-r[6], r[2]-r[5], r[3]-r[4])
		r[0], r[4] = c0<<moreBits, c4<<moreBits
		r[2], r[6] = (c2+half)>>places, (c6+half)>>places
		r[1], r[3] = (c1+half)>>places, (c3+half)>>places
		r[5], r[7] = (c5+half)>>places, (c7+half)>>places
	}
	for x := range 8 {
		forwardColumn((*[57]int32)(b[x:]))
	}
}

// forwardColumn transforms every eighth of the values.
func forwardColumn(b *[57]int32) {
	const few, places = moreBits, constBits + moreBits
	const halfFew, half = 1 << (few - 1), 1 << (places - 1)
	c0, c2, c4, c6 := forwardEven(b[0]+b[56], b[8]+b[48], b[16]+b[40], b[24]+b[32])
	c1, c3, c5, c7 := odd(b[0]-b[56], b[8]-b[48], b[16]-b[40], b[24]-b[32])
	b[0], b[32] = (c0+halfFew)>>few, (c4+halfFew)>>few
	b[16], b[48] = (c2+half)>>places, (c6+half)>>places
	b[8], b[24] = (c1+half)>>places, (c3+half)>>places
	b[40], b[56] = (c5+half)>>places, (c7+half)>>places
}

// forwardEven makes coefficients 0, 2, 4 and 6 of the sums of samples that lie
// opposite. Of 2 and 6, constBits places are still to be rounded off. What odd
// makes of the differences are coefficients 1, 3, 5 and 7, as that part of the
// transform is its own inverse.
func forwardEven(s0, s1, s2, s3 int32) (c0, c2, c4, c6 int32) {
	a, b := s0-s3, s1-s2
	z := (a + b) * fix0541
	return s0 + s3 + s1 + s2, z + a*fix0765, s0 + s3 - s1 - s2, z - b*fix1847
}

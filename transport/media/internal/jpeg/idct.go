package jpeg

// The inverse DCT (T.81, section A.3.3) of eight points is that of Loeffler,
// Ligtenberg and Moschytz (Practical fast 1-D DCT algorithms with 11
// multiplications, ICASSP 1989), in integers. Factors have constBits binary
// places, and columns keep moreBits places for the rows.
const (
	constBits = 13
	moreBits  = 2

	fix0298 = 2446 // the factors of that paper's figure 1, in its order of use
	fix0390 = 3196
	fix0541 = 4433
	fix0765 = 6270
	fix0899 = 7373
	fix1175 = 9633
	fix1306 = 10703
	fix1501 = 12299
	fix1847 = 15137
	fix1961 = 16069
	fix2053 = 16819
	fix2562 = 20995
	fix3072 = 25172
)

// sample rounds off places of v and moves it from around zero to 0 … 255.
func sample(v int32, places uint) uint8 {
	v = (v+1<<(places-1))>>places + 128
	if uint32(v) > 255 {
		v = ^(v >> 31)
	}
	return uint8(v)
}

// inverse8 makes 8×8 samples of 64 coefficients.
func inverse8(dst []uint8, stride int, b *[64]int32) {
	var t [64]int32
	for x := range 8 {
		if b[8+x]|b[16+x]|b[24+x]|b[32+x]|b[40+x]|b[48+x]|b[56+x] == 0 {
			if dc := b[x] << moreBits; dc != 0 {
				t[x], t[8+x], t[16+x], t[24+x] = dc, dc, dc, dc
				t[32+x], t[40+x], t[48+x], t[56+x] = dc, dc, dc, dc
			}
			continue
		}
		const places, half = constBits - moreBits, 1 << (constBits - moreBits - 1)
		e0, e1, e2, e3 := even(b[x], b[16+x], b[32+x], b[48+x])
		o0, o1, o2, o3 := odd(b[8+x], b[24+x], b[40+x], b[56+x])
		t[x], t[56+x] = (e0+o0+half)>>places, (e0-o0+half)>>places
		t[8+x], t[48+x] = (e1+o1+half)>>places, (e1-o1+half)>>places
		t[16+x], t[40+x] = (e2+o2+half)>>places, (e2-o2+half)>>places
		t[24+x], t[32+x] = (e3+o3+half)>>places, (e3-o3+half)>>places
	}
	for y := range 8 {
		rows8((*[8]int32)(t[8*y:]), (*[8]uint8)(dst[y*stride:]))
	}
}

// rows8 makes eight samples of a row of coefficients.
func rows8(t *[8]int32, dst *[8]uint8) {
	if t[1]|t[2]|t[3]|t[4]|t[5]|t[6]|t[7] == 0 {
		v := sample(t[0], moreBits+3)
		*dst = [8]uint8{v, v, v, v, v, v, v, v}
		return
	}
	const places = constBits + moreBits + 3
	e0, e1, e2, e3 := even(t[0], t[2], t[4], t[6])
	o0, o1, o2, o3 := odd(t[1], t[3], t[5], t[7])
	dst[0], dst[7] = sample(e0+o0, places), sample(e0-o0, places)
	dst[1], dst[6] = sample(e1+o1, places), sample(e1-o1, places)
	dst[2], dst[5] = sample(e2+o2, places), sample(e2-o2, places)
	dst[3], dst[4] = sample(e3+o3, places), sample(e3-o3, places)
}

// even is the part of coefficients 0, 2, 4 and 6 in the first four samples; it
// is the same in the last four, the other way round.
func even(c0, c2, c4, c6 int32) (s0, s1, s2, s3 int32) {
	z := (c2 + c6) * fix0541
	a, b := z+c2*fix0765, z-c6*fix1847
	c, d := (c0+c4)<<constBits, (c0-c4)<<constBits
	return c + a, d + b, d - b, c - a
}

// odd is the part of coefficients 1, 3, 5 and 7 in the first four samples; it
// is the negative in the last four, the other way round.
func odd(c1, c3, c5, c7 int32) (s0, s1, s2, s3 int32) {
	z := (c1 + c3 + c5 + c7) * fix1175
	z1, z2 := (c1+c7)*-fix0899, (c3+c5)*-fix2562
	z3, z4 := z-(c3+c7)*fix1961, z-(c1+c5)*fix0390
	return c1*fix1501 + z1 + z4, c3*fix3072 + z2 + z3, c5*fix2053 + z2 + z4, c7*fix0298 + z1 + z3
}

// inverse4 makes 4×4 samples of the 4×4 lowest coefficients: the transform of
// four points, of which each is √(4/8) as large in each direction.
func inverse4(dst []uint8, stride int, b *[64]int32) {
	var t [16]int32
	for x := range 4 {
		const places, half = constBits - moreBits, 1 << (constBits - moreBits - 1)
		s0, s1, s2, s3 := four(b[x], b[8+x], b[16+x], b[24+x])
		t[x], t[4+x], t[8+x], t[12+x] = (s0+half)>>places, (s1+half)>>places, (s2+half)>>places, (s3+half)>>places
	}
	for y := range 4 {
		const places = constBits + moreBits + 3
		s0, s1, s2, s3 := four(t[4*y], t[4*y+1], t[4*y+2], t[4*y+3])
		row := (*[4]uint8)(dst[y*stride:])
		row[0], row[1], row[2], row[3] = sample(s0, places), sample(s1, places), sample(s2, places), sample(s3, places)
	}
}

// four is the transform of four points, times √8.
func four(c0, c1, c2, c3 int32) (s0, s1, s2, s3 int32) {
	e0, e1 := (c0+c2)<<constBits, (c0-c2)<<constBits
	o0, o1 := c1*fix1306+c3*fix0541, c1*fix0541-c3*fix1306
	return e0 + o0, e1 + o1, e1 - o1, e0 - o0
}

// inverse2 makes 2×2 samples of the 2×2 lowest coefficients.
func inverse2(dst []uint8, stride int, b *[64]int32) {
	e0, e1 := b[0]+b[8], b[0]-b[8]
	o0, o1 := b[1]+b[9], b[1]-b[9]
	dst[0], dst[1] = sample(e0+o0, 3), sample(e0-o0, 3)
	dst[stride], dst[stride+1] = sample(e1+o1, 3), sample(e1-o1, 3)
}

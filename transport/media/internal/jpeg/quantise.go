package jpeg

// standardQuant are the tables of T.81, section K.1, for luminance and
// chrominance, row by row.
var standardQuant = [2]steps{
	{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	},
	{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// steps are quantisation steps, row by row.
type steps [64]uint8

// scaled returns the table for a quality: at 50 the steps are as they are, at
// 100 all are 1.
func (s *steps) scaled(quality int) (q quant) {
	percent := 200 - 2*quality
	if quality < 50 {
		percent = 5000 / quality
	}
	for k, at := range zigzag {
		q[k] = int32(min(255, max(1, (int(s[at])*percent+50)/100)))
	}
	return q
}

// divide quantises coefficient k, which is eight times too large. Other than
// DC, it rounds up only from 5/8 of a step on: the bytes that this saves make
// more of a finer table than of the details that are lost.
func (q *quant) divide(v int32, k int) int32 {
	step, up := q[k]*8, q[k]*3
	if k == 0 {
		up = step / 2
	}
	switch {
	case v >= step-up:
		return (v + up) / step
	case v <= up-step:
		return (v - up) / step
	}
	return 0
}

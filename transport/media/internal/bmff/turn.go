package bmff

// matrices has, for each EXIF orientation (EXIF 2.32, section 4.6.4.A), where
// the unit vectors of the stored picture point to in the upright one: those of x
// and of y, in coordinates whose y grows downwards.
var matrices = [9][4]int{
	1: {1, 0, 0, 1},
	2: {-1, 0, 0, 1},
	3: {-1, 0, 0, -1},
	4: {1, 0, 0, -1},
	5: {0, 1, 1, 0},
	6: {0, 1, -1, 0},
	7: {0, -1, -1, 0},
	8: {0, -1, 1, 0},
}

// then returns the orientation that has the effect of a and then of b.
func then(a, b int) int {
	m, n := matrices[a], matrices[b]
	turned := [4]int{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
	}
	for o := range matrices {
		if matrices[o] == turned {
			return o
		}
	}
	return a
}

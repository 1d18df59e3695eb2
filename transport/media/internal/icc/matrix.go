package icc

// matrix is rows of numbers.
type matrix [3][3]float64

func columns(a, b, c [3]float64) (m matrix) {
	for i := range m {
		m[i] = [3]float64{a[i], b[i], c[i]}
	}
	return m
}

func diagonal(v [3]float64) (m matrix) {
	for i := range m {
		m[i][i] = v[i]
	}
	return m
}

func (m matrix) times(v [3]float64) (r [3]float64) {
	for i, row := range m {
		r[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return r
}

func (m matrix) product(n matrix) matrix {
	column := func(j int) [3]float64 { return m.times([3]float64{n[0][j], n[1][j], n[2][j]}) }
	return columns(column(0), column(1), column(2))
}

// inverse is by cofactors. Of a singular matrix nothing in it is finite.
func (m matrix) inverse() (r matrix) {
	var determinant float64
	for i := range 3 {
		for j := range 3 {
			a, b, c, d := (j+1)%3, (j+2)%3, (i+1)%3, (i+2)%3
			r[i][j] = m[a][c]*m[b][d] - m[a][d]*m[b][c]
		}
		determinant += m[0][i] * r[i][0]
	}
	for i := range r {
		for j := range r[i] {
			r[i][j] /= determinant
		}
	}
	return r
}

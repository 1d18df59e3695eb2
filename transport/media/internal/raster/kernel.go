package raster

import "math"

// axis says where the samples of a line are taken: sample i of the result
// covers i*step to (i+1)*step, moved by shift, of a line of from samples.
type axis struct {
	from, to    int
	step, shift float64
}

// still says that the line stays what it is.
func (a axis) still() bool { return a.from == a.to && a.step == 1 && a.shift == 0 }

// kernel is what each sample of a result is the sum of: taps samples from
// first[i] on, times weight[i*taps:], which add up to one << weightBits.
type kernel struct {
	taps   int
	first  []int
	weight []int16
}

const (
	weightBits = 14
	lobes      = 3 // of Lanczos
)

// reach is how far from its middle a sample of the result looks: when a line is
// made shorter, the filter is made as much wider, so that nothing finer than the
// result shows as moiré.
func (a axis) reach() float64 { return lobes * max(a.step, 1) }

func (a axis) taps() int { return min(a.from, 2*int(math.Ceil(a.reach()))) }

// kernel returns Lanczos filters. Beyond the ends of the line there is nothing:
// the weights of what is there are made to be one.
func (a axis) kernel() kernel {
	k := kernel{a.taps(), make([]int, a.to), make([]int16, a.to*a.taps())}
	weights := make([]float64, k.taps)
	for i := range a.to {
		middle := (float64(i)+0.5)*a.step + a.shift
		k.first[i] = max(0, min(int(math.Ceil(middle-a.reach()-0.5)), a.from-k.taps))
		for j := range weights {
			weights[j] = lanczos((float64(k.first[i]+j) + 0.5 - middle) / max(a.step, 1))
		}
		round(k.weight[i*k.taps:][:k.taps], weights)
	}
	return k
}

// lanczos is sinc(x) sinc(x/3).
func lanczos(x float64) float64 {
	switch x = math.Abs(x) * math.Pi; {
	case x < 1e-9:
		return 1
	case x >= lobes*math.Pi:
		return 0
	}
	return math.Sin(x) * math.Sin(x/lobes) * lobes / (x * x)
}

// round makes whole numbers of weights, whose sum is exact: the largest takes
// what is left, so that a plain surface stays the same.
func round(to []int16, weights []float64) {
	sum, largest, left := 0.0, 0, 1<<weightBits
	for i, w := range weights {
		sum += w
		if w > weights[largest] {
			largest = i
		}
	}
	for i, w := range weights {
		to[i] = int16(math.RoundToEven(w / sum * (1 << weightBits)))
		left -= int(to[i])
	}
	to[largest] += int16(left)
}

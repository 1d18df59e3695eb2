package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// result is one line of the comparison.
type result struct {
	Codec     string
	Op        string
	N         int     // items; 0 = no matter how many
	NsPerOp   float64 // median of the rounds; 0 = not measured
	Bytes     int     // size of what is encoded, decoded or copied; 0 = none
	Allocs    int     // per operation
	HeapBytes int     // held by what a decode or an index returned; 0 = not measured

	samples []float64 // the time of each round
}

// over is how many times as long r takes as another one: the median of the rounds, in which
// both ran at about the same time, so that a drift of the machine hits both alike.
func (r result) over(other result) float64 {
	var ratios []float64
	for i := range min(len(r.samples), len(other.samples)) {
		ratios = append(ratios, r.samples[i]/other.samples[i])
	}
	return median(ratios)
}

// figures are what the results say, one by one.
func figures(results []result) (all measure.Results) {
	for _, r := range results {
		for _, f := range []struct {
			what  string
			value float64
		}{
			{"time, ns", r.NsPerOp},
			{"size, bytes", float64(r.Bytes)},
			{"allocations", float64(r.Allocs)},
			{"heap, bytes", float64(r.HeapBytes)},
		} {
			if f.value != 0 {
				all = append(all, measure.Shown(fmt.Sprintf("%s: %s: %s", title(r), r.Codec, f.what), f.value, measure.Lower))
			}
		}
	}
	return all
}

// subject is one operation of one codec, timed in a race.
type subject struct {
	result
	run    func()     // does the operation `times` times
	times  int        // 0 means 1
	heap   func() int // bytes that what it returns holds; nil = not measured
	allocs []float64
	repeat int // runs in one sample
	rounds int
}

// effort says how long a race may take.
type effort struct {
	sample time.Duration // least length of one sample
	total  time.Duration // what a subject may spend on its samples
	most   int           // rounds
	least  int           // rounds of what is slow
}

var (
	thorough = effort{4 * time.Millisecond, 500 * time.Millisecond, 31, 3}
	quick    = effort{500 * time.Microsecond, 5 * time.Millisecond, 5, 2}
)

// race times the subjects in turn, round by round, so that a drift of the
// machine hits all alike, each round in another order, so that nobody always
// comes after the one who leaves the memory in disorder.
func race(e effort, subjects ...*subject) []result {
	for _, s := range subjects {
		s.plan(e)
	}
	random := rand.New(seeded(uint64(len(subjects)), 0))
	for round := range e.most {
		for _, i := range random.Perm(len(subjects)) {
			if round < subjects[i].rounds {
				subjects[i].sample()
			}
		}
	}
	results := make([]result, len(subjects))
	for i, s := range subjects {
		s.NsPerOp, s.Allocs = median(s.samples), int(median(s.allocs))
		if s.heap != nil {
			s.HeapBytes = s.heap()
		}
		results[i] = s.result
	}
	return results
}

// plan runs the subject to see how long it takes, first cold and, if it is not
// slow, again warm.
func (s *subject) plan(e effort) {
	s.times, s.repeat = max(s.times, 1), 1
	s.sample()
	if s.length() >= e.total {
		s.rounds = e.least - 1 // too slow to throw the first sample away
		return
	}
	s.repeat = 1 + int(e.sample/s.length())
	s.sample()
	s.repeat = 1 + int(e.sample*time.Duration(s.repeat)/s.length())
	s.rounds = min(max(int(e.total/s.length()), e.least), e.most)
	s.samples, s.allocs = s.samples[:0], s.allocs[:0]
}

// length is how long the last sample took.
func (s *subject) length() time.Duration {
	last := s.samples[len(s.samples)-1] * float64(s.repeat*s.times)
	return max(time.Duration(last), time.Nanosecond)
}

// sample runs what is quick once without looking at the clock, and then times
// it.
func (s *subject) sample() {
	var before, after runtime.MemStats
	tidy()
	if s.repeat > 1 {
		s.runs()
	}
	runtime.ReadMemStats(&before)
	start := time.Now()
	s.runs()
	spent := time.Since(start)
	runtime.ReadMemStats(&after)
	operations := float64(s.repeat * s.times)
	s.samples = append(s.samples, float64(spent)/operations)
	s.allocs = append(s.allocs, float64(after.Mallocs-before.Mallocs)/operations)
}

// tidied is the size of the heap after the last tidy.
var tidied uint64

// tidy collects what others have left, if it is worth it: a collection drives
// out of the caches what a look-up needs.
func tidy() {
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.HeapAlloc > tidied+1<<20 || m.HeapAlloc < tidied {
		runtime.GC()
		runtime.ReadMemStats(&m)
		tidied = m.HeapAlloc
	}
}

func (s *subject) runs() {
	for range s.repeat {
		s.run()
	}
}

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// held is how much the heap grows by what f makes and returns.
func held(f func() any) int {
	before := live()
	v := f()
	grown := live() - before
	runtime.KeepAlive(v)
	return max(grown, 0)
}

// live collects twice, because finalizers and pools need the second time.
func live() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// churn is how much f allocates in all, an upper bound of what it ever holds.
func churn(f func()) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

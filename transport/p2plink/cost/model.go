package main

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// What go-libp2p-kad-dht does unless it is told otherwise.
const (
	bucket     = 20 // hosts of a bucket, of an answer, and those that keep a record
	concurrent = 10 // requests of one look-up at once
	resilient  = 3  // the closest that must have answered
)

// model is a Kademlia network that is simulated: hosts whose buckets are full, all of which
// answer, each after a time by chance. Buckets are made when they are asked for, each time the
// same, so that a million hosts take eight megabytes.
type model struct {
	ids  []uint64 // sorted: the first bits of their place
	seed uint64
	rand *rand.Rand
}

func newModel(hosts int, seed uint64) *model {
	m := &model{seed: seed, rand: rand.New(rand.NewPCG(seed, uint64(hosts)))}
	for range hosts {
		m.ids = append(m.ids, m.rand.Uint64())
	}
	slices.Sort(m.ids)
	return m
}

// sharing are the hosts that have the first n bits of a place.
func (m *model) sharing(at uint64, n int) []uint64 {
	mask := ^uint64(0) << (64 - n) // a shift by 64 leaves nothing
	from, _ := slices.BinarySearch(m.ids, at&mask)
	to, found := slices.BinarySearch(m.ids, at|^mask)
	if found {
		to++
	}
	return m.ids[from:to]
}

// bucketOf is the bucket of a host for those that share exactly n bits with it.
func (m *model) bucketOf(host uint64, n int) []uint64 {
	there := m.sharing(host^(1<<63>>n), n+1)
	if len(there) <= bucket {
		return there
	}
	chance := rand.New(rand.NewPCG(m.seed^host, uint64(n)))
	known := make([]uint64, 0, bucket)
	for len(known) < bucket {
		if id := there[chance.IntN(len(there))]; !slices.Contains(known, id) {
			known = append(known, id)
		}
	}
	return known
}

// closest are the hosts closest to a place that a host knows, from the bucket for it, those
// beyond it, and then those before it.
func (m *model) closest(host, place uint64) []uint64 {
	n := min(bits.LeadingZeros64(host^place), 63)
	known := slices.Clone(m.bucketOf(host, n))
	for i := n + 1; i < 64 && len(known) < bucket && len(m.sharing(host, i)) > 1; i++ {
		known = append(known, m.bucketOf(host, i)...)
	}
	for i := n - 1; i >= 0 && len(known) < bucket; i-- {
		known = append(known, m.bucketOf(host, i)...)
	}
	return nearest(known, place)
}

// nearest sorts hosts by how close they are to a place, and cuts off those that are too many.
func nearest(hosts []uint64, place uint64) []uint64 {
	slices.SortFunc(hosts, func(a, b uint64) int {
		if a^place < b^place {
			return -1
		}
		return 1
	})
	return hosts[:min(len(hosts), bucket)]
}

// lookUp returns the hosts that one asks for a place, in order: some twice, since those that have
// not answered when the closest have are asked again.
func (m *model) lookUp(by, place uint64) (asked []uint64) {
	l := lookUp{model: m, by: by, place: place, heard: map[uint64]state{}}
	l.hear(m.closest(by, place))
	for !l.over() {
		l.ask(concurrent - len(l.waiting))
		l.answered()
	}
	for _, host := range l.top(bucket) {
		if l.heard[host] != answered {
			l.asked = append(l.asked, host)
		}
	}
	return l.asked
}

// state is how far a look-up is with a host.
type state int

const (
	known state = iota + 1
	waiting
	answered
)

type lookUp struct {
	*model
	by, place uint64
	heard     map[uint64]state
	order     []uint64 // those in heard, the closest first
	waiting   []answer
	now       float64
	asked     []uint64
}

// answer is when a host answers.
type answer struct {
	host uint64
	at   float64
}

// hear takes hosts up that an answer names.
func (l *lookUp) hear(hosts []uint64) {
	for _, host := range hosts {
		if host != l.by && l.heard[host] == 0 {
			l.heard[host] = known
			at, _ := slices.BinarySearchFunc(l.order, host^l.place, func(e, target uint64) int {
				if e^l.place < target {
					return -1
				}
				return 1
			})
			l.order = slices.Insert(l.order, at, host)
		}
	}
}

// top are the closest hosts that are known.
func (l *lookUp) top(n int) []uint64 { return l.order[:min(n, len(l.order))] }

// over reports whether the closest have answered, or all that there are.
func (l *lookUp) over() bool {
	return !slices.ContainsFunc(l.top(resilient), func(host uint64) bool { return l.heard[host] != answered })
}

// ask asks the closest that were not asked.
func (l *lookUp) ask(n int) {
	for _, host := range l.order {
		if n <= 0 {
			return
		}
		if l.heard[host] == known {
			l.heard[host] = waiting
			l.waiting = append(l.waiting, answer{host, l.now + 1 + l.rand.ExpFloat64()})
			l.asked = append(l.asked, host)
			n--
		}
	}
}

// answered has the next host answer.
func (l *lookUp) answered() {
	first := 0
	for i, a := range l.waiting {
		if a.at < l.waiting[first].at {
			first = i
		}
	}
	a := l.waiting[first]
	l.waiting = slices.Delete(l.waiting, first, first+1)
	l.now, l.heard[a.host] = a.at, answered
	l.hear(l.closest(a.host, l.place))
}

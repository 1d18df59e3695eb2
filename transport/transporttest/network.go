package transporttest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// Faults say how often a network fails, each from 0, never, to 1, always.
type Faults struct {
	LoseRequest float64 // the request never arrives
	LoseAnswer  float64 // it is carried out, but its answer does not arrive
	Repeat      float64 // it arrives twice, and the second answer counts
	Late        float64 // it arrives once more some time later, after newer ones
	Break       float64 // an upload or a version ends somewhere in its middle
	// Delay is the longest time that a request, and its answer, take each way.
	// Requests that are under way at the same time overtake one another.
	Delay time.Duration
}

// Message says who asks whom for what, as a [Network] sees it.
type Message struct {
	From, To string
	// What is the method in lower case, such as "share" or "original".
	What string
	// Ref is the version, or at least the collection, that it is about; zero
	// where it names none.
	Ref transport.Ref
	// Length is how much of an original is asked for, negative for all of it;
	// else 0.
	Length int64
}

// String returns a line for a log.
func (m Message) String() string {
	s := fmt.Sprintf("%s → %s %s", m.From, m.To, m.What)
	if m.Ref.Collection.ID.IsZero() {
		return s
	}
	s += fmt.Sprintf(" %.4s", m.Ref.Collection.ID)
	if m.Ref.Item.IsZero() {
		return s
	}
	return s + fmt.Sprintf("/%.4s/%d", m.Ref.Item, m.Ref.Version)
}

// maxLate is how many requests wait to arrive once more.
const maxLate = 16

// Network joins stations in one process by links that fail as [Faults] say,
// the same way again for the same seed and the same requests. Every request and
// every answer crosses it in its wire form, errors included. What does not
// arrive gives its sender an error that wraps transport.ErrUnreachable.
//
// Stations have names. Between two of them the network can be cut, and a station
// that is stopped loses what is under way to and from it.
//
// All methods may be called concurrently, but only requests that come in the
// same order fail in the same way.
type Network struct {
	// Wait, if it is not nil, lets time pass for a message under way: nothing of
	// the network is locked meanwhile. Observe, if it is not nil, is told of every
	// request that a station sends, and of how it ended. Both are set before
	// the first request.
	Wait    func(time.Duration)
	Observe func(Message) (done func(error))

	mu     sync.Mutex
	random *rand.Rand
	faults Faults
	cut    map[[2]string]bool
	starts map[string]int // how often a station was stopped
	down   map[string]bool
	late   []func()
}

// NewNetwork makes a network from a seed.
func NewNetwork(seed uint64, f Faults) *Network {
	return &Network{
		random: rand.New(rand.NewPCG(seed, 0)), faults: f,
		cut: map[[2]string]bool{}, starts: map[string]int{}, down: map[string]bool{},
	}
}

// SetFaults changes how often the network fails from now on. With the zero
// Faults it does not, and what was to arrive late never does.
func (n *Network) SetFaults(f Faults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
	if f == (Faults{}) {
		n.late = nil
	}
}

// Cut parts two stations, in both directions, until Heal.
func (n *Network) Cut(a, b string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut[[2]string{a, b}], n.cut[[2]string{b, a}] = true, true
}

// Heal undoes every Cut.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.cut)
}

// Stop takes a station off the network. What is under way to it and from it is
// lost, and links that it has stay dead: they are made again after Start.
func (n *Network) Stop(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down[name] = true
	n.starts[name]++
}

// Start puts a station back on the network.
func (n *Network) Start(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.down, name)
}

// fate is what is going to happen to one request.
type fate struct {
	loseRequest, loseAnswer, repeat, late, broken bool

	there, back time.Duration
	breakAt     float64 // the part of a stream that arrives
}

// draw decides a fate, always with the same number of random numbers, and takes
// what arrives late before it.
func (n *Network) draw() (fate, func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	happens := func(p float64) bool { return n.random.Float64() < p }
	f := fate{
		loseRequest: happens(n.faults.LoseRequest), loseAnswer: happens(n.faults.LoseAnswer),
		repeat: happens(n.faults.Repeat), late: happens(n.faults.Late), broken: happens(n.faults.Break),
		there:   time.Duration(n.random.Float64() * float64(n.faults.Delay)),
		back:    time.Duration(n.random.Float64() * float64(n.faults.Delay)),
		breakAt: n.random.Float64(),
	}
	i := n.random.IntN(maxLate)
	if i >= len(n.late) {
		return f, nil
	}
	arrives := n.late[i]
	n.late = append(n.late[:i], n.late[i+1:]...)
	return f, arrives
}

// arriveLate keeps a request that arrives once more.
func (n *Network) arriveLate(deliver func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.late) < maxLate {
		n.late = append(n.late, deliver)
	}
}

// open reports whether a message can go from one station, as it was started
// for the given time, to another, and how often that one was stopped.
func (n *Network) open(from string, starts int, to string) (toStarts int, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ok = !n.down[from] && !n.down[to] && n.starts[from] == starts && !n.cut[[2]string{from, to}]
	return n.starts[to], ok
}

func (n *Network) wait(d time.Duration) {
	if n.Wait != nil && d > 0 {
		n.Wait(d)
	}
}

package lab

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
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

// maxLate is how many requests wait to arrive once more.
const maxLate = 16

// Network joins stations in one process by links that fail as [Faults] say, the
// same way again for the same seed and the same requests. A request is carried out
// by the handler of the station that it goes to, in the goroutine of its sender.
// What does not arrive is an error of the transport. So is a request for another station
// than the one that it reaches, as if it went over TLS.
//
// Stations have names: the one called "home" is at http://home. Between two of them
// the network can be cut, and a station that is stopped loses what is under way to
// and from it.
//
// All methods may be called concurrently, but only requests that come in the
// same order fail in the same way.
type Network struct {
	// Wait, if it is not nil, lets time pass for a message under way: nothing of
	// the network is locked meanwhile. It is set before the first request.
	Wait func(time.Duration)

	mu     sync.Mutex
	random *rand.Rand
	faults Faults
	served map[string]*served
	cut    map[[2]string]bool
	starts map[string]int // how often a station was started or stopped
	down   map[string]bool
	late   []func()
	shared map[string][]string // addresses, and the stations behind them
}

// NewNetwork makes a network from a seed.
func NewNetwork(seed uint64, f Faults) *Network {
	return &Network{
		random: rand.New(rand.NewPCG(seed, 0)), faults: f, served: map[string]*served{},
		cut: map[[2]string]bool{}, starts: map[string]int{}, down: map[string]bool{}, shared: map[string][]string{},
	}
}

// URL implements Net.
func (n *Network) URL(name string) string { return "http://" + name }

// Serve implements Net.
func (n *Network) Serve(name string, key collection.KeyID, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.served[name] = &served{h, key}
}

// served is what a station answers with, and the key that it shows.
type served struct {
	http.Handler
	key collection.KeyID
}

// Start implements Net. What an earlier process of the station has under way is
// lost.
func (n *Network) Start(name string) http.RoundTripper {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.down, name)
	n.starts[name]++
	return link{n, name, n.starts[name]}
}

// Share has several stations answer at one address, which may be the name of one of
// them: each request goes to one that is up, at random.
func (n *Network) Share(address string, stations ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.shared[address] = stations
}

// behind returns the station that a request to an address goes to.
func (n *Network) behind(address string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	up := slices.DeleteFunc(slices.Clone(n.shared[address]), func(name string) bool { return n.down[name] })
	if len(up) == 0 {
		return address
	}
	return up[n.random.IntN(len(up))]
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

// Stop takes a station off the network until it is started again. What is under way
// to it and from it is lost.
func (n *Network) Stop(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down[name] = true
	n.starts[name]++
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

// open returns the handler of a station that a message reaches now, from another one
// as it was started for the given time, and how often that one was started. It is
// nil where there is no way.
func (n *Network) open(from string, starts int, to string) (h *served, toStarts int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down[from] || n.down[to] || n.starts[from] != starts || n.cut[[2]string{from, to}] || n.served[to] == nil {
		return nil, 0
	}
	return n.served[to], n.starts[to]
}

func (n *Network) wait(d time.Duration) {
	if n.Wait != nil && d > 0 {
		n.Wait(d)
	}
}

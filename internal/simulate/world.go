package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// options say what is simulated. All randomness comes from the seed.
type options struct {
	seed  uint64
	steps int          // things that stations do while there are faults
	trace func(string) // is told what happens; nil = nobody

	// A run with one of these is to fail: the checker must find it.
	spoilStore func(name string, s transport.Store) transport.Store
	spoilHub   func(name string, h transport.Hub) transport.Hub
	policy     label.Policy
	hub        whether // there is one
	lean       bool    // nothing is checked at every change, and nothing of it kept
	mayFail    bool    // refusals that only a liar causes are no failures
}

// whether something is so in all runs, in none, or in some.
type whether int

const (
	perhaps whether = iota
	yes
	no
)

// world is a hub, the stations of some families around it, and the network.
type world struct {
	options
	clock
	random *rand.Rand
	twins  *twins
	net    *transporttest.Network
	failed []error // what was found wrong

	hub      *hub.Hub
	hubAt    *station
	cameras  []*camera
	stations []*station // peers
	names    []string   // of all stations
	made     []*made
	lost     *camera // nil = none
	truth    truth
	mail     *mail
	unknown  hub.Unknown    // what the hub makes of unknown addresses
	noHub    bool           // there is no hub
	inbound  map[string]int // requests under way to a station
}

var ctx = context.Background()

// newWorld makes the stations of a run.
func newWorld(o options) *world {
	w := &world{options: o, inbound: map[string]int{}, random: rand.New(rand.NewPCG(o.seed, 1)), twins: newTwins(o.seed)}
	w.now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	w.net = transporttest.NewNetwork(o.seed, transporttest.Faults{})
	w.net.Wait = w.wait
	if !o.lean {
		w.net.Observe = w.observe
	}
	w.truth = newTruth(w)
	w.mail = &mail{w: w, last: map[string]map[collection.Name]notify.Letter{}}
	w.unknown, w.noHub = hub.Unknown(w.random.IntN(2)), w.random.IntN(5) == 0
	w.noHub = o.hub == no || o.hub == perhaps && w.noHub
	w.hubAt = w.newStation("hub", collection.UserID{})
	w.startHub()
	w.people()
	return w
}

// people registers users and gives them cameras and peers.
func (w *world) people() {
	authors, others := 1+w.random.IntN(4)/3, 1+w.random.IntN(3)
	for i := range authors {
		name := []string{"ann", "ada"}[i]
		user := w.register(name)
		homes := []*station{w.newPeer(name+"-home", user)}
		homes[0].limited = w.random.IntN(4) == 0
		if w.random.IntN(3) == 0 && !w.noHub {
			loft := w.newPeer(name+"-loft", user)
			loft.codec = []string{"", " as the loft does it"}[w.random.IntN(2)]
			homes = append(homes, loft)
		}
		w.newCamera(name+"-camera", user, homes)
	}
	for i := range others {
		name := []string{"bob", "eve", "kim"}[i]
		w.newPeer(name, w.register(name))
	}
}

func (w *world) register(name string) collection.UserID {
	user, err := w.hub.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{name + "@example.org"}})
	w.must("register", err)
	return user
}

// source is the randomness of one station.
func (w *world) source(i int) *rand.ChaCha8 {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], w.seed)
	binary.BigEndian.PutUint64(seed[8:], uint64(i))
	return rand.NewChaCha8(seed)
}

// keys are the same in every run: making them takes time.
var keys struct {
	sync.Mutex
	made []*signature.Signer
}

// signer returns the i-th key.
func signer(i int) *signature.Signer {
	keys.Lock()
	defer keys.Unlock()
	for len(keys.made) <= i {
		source := rand.NewChaCha8([32]byte{byte(len(keys.made)), 1})
		key, err := signature.GenerateKey(source)
		if err != nil {
			panic(err)
		}
		s, err := signature.NewSigner(key, source)
		if err != nil {
			panic(err)
		}
		keys.made = append(keys.made, s)
	}
	return keys.made[i]
}

// fail notes something that must not be.
func (w *world) fail(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	w.say("FAILED: %v", err)
	w.failed = append(w.failed, err)
}

func (w *world) must(what string, err error) {
	if err != nil {
		w.fail("%s: %w", what, err)
	}
}

// say writes a line of the trace.
func (w *world) say(format string, args ...any) {
	if w.trace != nil {
		w.trace(w.now.Format("15:04:05.000 ") + fmt.Sprintf(format, args...))
	}
}

// expected reports whether an error is one that faults, labels or other
// stations may cause, and so no fault of the program's.
func expected(err error) bool {
	return errors.Is(err, errCrashed) || isOne(err,
		transport.ErrUnreachable, transport.ErrNotFound, transport.ErrForbidden, transport.ErrNotAsked,
		transport.ErrOffset, transport.ErrWithdrawn, transport.ErrClosed, label.ErrRefused,
	) && !isOne(err, transport.ErrMalformed, transport.ErrDigest, transport.ErrSeal, transport.ErrStorage)
}

func isOne(err error, of ...error) bool {
	return slices.ContainsFunc(of, func(e error) bool { return errors.Is(err, e) })
}

// simulate runs one seed and returns what was found wrong.
func simulate(o options) []error {
	w := newWorld(o)
	w.play()
	w.settle()
	w.judge()
	return w.failed
}

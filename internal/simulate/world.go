package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// options say what is simulated. All randomness comes from the seed.
type options struct {
	seed  uint64
	steps int          // things that stations do while there are faults
	trace func(string) // is told what happens; nil = nobody
	count *counts      // of what runs came to; nil = nobody counts

	// A run with one of these is to fail: the checker must find it.
	spoilStore  func(name string, s transport.Store) transport.Store
	spoilHub    func(name string, h transport.Hub) transport.Hub
	spoilConfig func(*hub.Config) // of each process of the hub
	policy      label.Policy
	hub         whether // there is one
	hubs        whether // two processes are the hub, on one store
	finds       whether // there is a directory
	files       whether // stores are of files, whose disks crash
	liar        string  // whose disk says that it has synced
	lean        bool    // nothing is checked at every change, and nothing of it kept
	mayFail     bool    // refusals that only a liar causes are no failures
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
	*lab.World
	options
	random *rand.Rand
	twins  *twins
	rival  *rival
	pair   *pair

	directory *directory // nil = none
	net       *lab.Network
	failed    []error // what was found wrong

	hub      *station
	cameras  []*camera
	stations []*station // peers
	made     []*made
	lost     *camera // nil = none
	truth    truth
	mail     *postOffice
	unknown  hub.Unknown       // what the hub makes of unknown addresses
	noHub    bool              // there is no hub
	inbound  map[string]int    // requests under way to a station
	requests map[*lab.Task]int // that a task has sent
	hold     func(lab.Message) // holds up requests
}

var ctx = context.Background()

// newWorld makes the stations of a run.
func newWorld(o options) *world {
	net := lab.NewNetwork(o.seed, lab.Faults{})
	w := &world{
		World: lab.NewWorld(o.seed, net), options: o, net: net, inbound: map[string]int{}, requests: map[*lab.Task]int{},
		random: rand.New(rand.NewPCG(o.seed, 1)), twins: newTwins(o.seed),
	}
	net.Wait, w.rival = w.Wait, newRival(w)
	w.Wrap = func(from string, next http.RoundTripper) http.RoundTripper {
		return observed{w, from, w.pair.storeOf(from), next}
	}
	w.truth = newTruth(w)
	w.mail = &postOffice{w: w, last: map[string]map[collection.Name]notify.Letter{}}
	w.unknown, w.noHub = hub.Unknown(w.random.IntN(2)), w.random.IntN(5) == 0
	w.noHub = o.hub == no || o.hub == perhaps && w.noHub
	if files := w.random.IntN(3) == 0; o.files == yes || o.files == perhaps && files {
		w.files = yes
	}
	w.pair, w.directory = newPair(w), newDirectory(w)
	w.hub = w.newStation("hub", collection.UserID{})
	w.hub.startHub()
	w.pair.join()
	w.people()
	return w
}

// people registers users and makes them cameras and peers.
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
	user, err := w.Register(ctx, name)
	w.must("register", err)
	return user
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
		w.trace(w.Now().Format("15:04:05.000 ") + fmt.Sprintf(format, args...))
	}
}

// expected reports whether an error is one that faults, labels or other
// stations may cause, and so no fault of the program's.
func expected(err error) bool {
	return errors.Is(err, lab.ErrCrashed) || (repeated(err) || isOne(err,
		transport.ErrUnreachable, transport.ErrNotFound, transport.ErrForbidden, transport.ErrNotAsked,
		transport.ErrOffset, transport.ErrWithdrawn, transport.ErrClosed, transport.ErrPending, transport.ErrEnded, label.ErrRefused,
	)) && !isOne(err, transport.ErrMalformed, transport.ErrDigest, transport.ErrSeal, transport.ErrStorage)
}

// repeated reports whether a station has refused what the network brought twice.
func repeated(err error) bool {
	return errors.Is(err, transport.ErrUnauthenticated) && strings.Contains(err.Error(), "has come before")
}

func isOne(err error, of ...error) bool {
	return slices.ContainsFunc(of, func(e error) bool { return errors.Is(err, e) })
}

// blackout has the power of all disks fail when all is at rest: nothing is lost that
// a process has found.
func (w *world) blackout() {
	for _, s := range w.all() {
		if d := s.disk; d.files != nil {
			w.must("look before a power failure", d.look())
			records, blobs := maps.Clone(d.values), maps.Clone(d.blobs)
			d.files.Fail(w.random)
			w.must("start after a power failure", d.boot())
			if !maps.Equal(records, d.values) || !maps.Equal(blobs, d.blobs) {
				w.fail("%s has lost something in a power failure", s.Name)
			}
		}
	}
}

// all are the hub and the peers, each of which has a disk.
func (w *world) all() []*station { return append([]*station{w.hub}, w.stations...) }

// running are those of whom a process may run: the second one of the hub is among them.
func (w *world) running() []*station {
	if w.pair == nil {
		return w.all()
	}
	return append(w.all(), w.pair.other)
}

// simulate runs one seed and returns what was found wrong.
func simulate(o options) []error {
	w := newWorld(o)
	w.play()
	w.settle()
	w.judge()
	w.originals()
	w.apart()
	w.lifecycle()
	w.blackout()
	return w.failed
}

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing/iotest"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// pair are two processes of the hub on one store, in some of the runs, behind one address:
// the world's hub and another one. Requests go to either. Each access to the store takes
// time in which the other process goes on, the bus between them may lose what it
// carries, and either is killed now and then, whatever it is at.
type pair struct {
	w       *world
	random  *rand.Rand
	other   *station
	bus     transport.Bus
	waits   float64 // how often an access to the store takes time, from 0 to 1
	repeats float64 // how often a request arrives at both
	trouble float64 // how often something happens to one of them
}

// newPair returns nil in runs with one hub, or none.
func newPair(w *world) *pair {
	random := rand.New(rand.NewPCG(w.seed, 4))
	two := random.IntN(5) < 2 && !w.lean
	if w.noHub || w.hubs == no || w.hubs == perhaps && !two {
		return nil
	}
	p := &pair{w: w, random: random, waits: random.Float64(), repeats: random.Float64() / 2, trouble: 0.1}
	p.bus = &lossyBus{p: p, loses: max(0, random.Float64()-0.5)}
	return p
}

// join makes the other process, on the disk of the first.
func (p *pair) join() {
	if p == nil {
		return
	}
	w := p.w
	p.other = &station{Station: w.NewStation("hub-2", w.hub.User), w: w, disk: w.hub.disk}
	p.other.Signer = w.hub.Signer
	w.net.Share(w.hub.Name, w.hub.Name, p.other.Name)
	p.other.startHub()
}

// either is one of the two.
func (p *pair) either() *station {
	if p.random.IntN(2) == 0 {
		return p.w.hub
	}
	return p.other
}

// anyHub is a process of the hub, one that runs if any does.
func (w *world) anyHub() *station {
	if w.pair == nil {
		return w.hub
	}
	s := w.pair.either()
	if s.process == nil && s == w.hub {
		return w.pair.other
	}
	if s.process == nil {
		return w.hub
	}
	return s
}

// meanwhile is what happens to one of the two, now and then: it is killed, rather when it
// has jobs to do, or probes when the leases have ended of what a killed one has left.
func (p *pair) meanwhile() {
	if p == nil {
		return
	}
	s := p.either()
	often := p.trouble
	if s.slow.jobs > 0 {
		often *= 4
	}
	switch happens := p.random.Float64() < often; {
	case happens && s.process != nil && (s.slow.jobs > 0 || p.random.IntN(3) == 0):
		p.w.say("%s is killed, with %d to do", s.Name, s.slow.jobs)
		s.process.Kill()
	case happens:
		p.w.Run(p.w.Now().Add(time.Minute))
		p.w.do(s, "probe after a while", func() error { return s.Hub.Probe(ctx) })
	}
}

// end ends the faults.
func (p *pair) end() {
	if p != nil {
		p.waits, p.repeats = 0, 0
		p.bus.(*lossyBus).loses = 0
	}
}

// configure has a process share its store with the other one.
func (p *pair) configure(s *station, cfg *hub.Config) {
	if p == nil {
		return
	}
	cfg.Store, cfg.Bus = s.slow, p.bus
	at := s.slow
	cfg.Pause = func(ctx context.Context, over <-chan struct{}, d time.Duration) {
		p.w.Pause(ctx, over, d)
		at.enter()
	}
	cfg.Beside = func(work func()) {
		if p.w.Current() == nil {
			work()
			return
		}
		at.jobs++
		p.w.Go(p.w.moment()/2, func() {
			at.enter()
			work()
			at.jobs--
		})
	}
}

// serve has the process answer, from now on with a store that takes time.
func (p *pair) serve(s *station) {
	if p == nil {
		return
	}
	at := s.slow
	at.handler, at.up = httplink.HubHandler(s.Hub, httplink.HandlerOptions{Now: p.w.Now}), true
	p.w.net.Serve(s.Name, s.Key(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at.enter()
		if p.random.Float64() < p.repeats {
			p.repeat(s, r)
		}
		at.handler.ServeHTTP(w, r)
	}))
}

// repeat has a request arrive at the other process, too, at about the same time: nobody
// hears the answer.
func (p *pair) repeat(s *station, r *http.Request) {
	at := p.w.hub
	if s == at {
		at = p.other
	}
	data, err := io.ReadAll(r.Body)
	again := r.Clone(ctx)
	for _, body := range []*io.ReadCloser{&r.Body, &again.Body} {
		*body = io.NopCloser(bytes.NewReader(data))
		if err != nil { // it has broken off
			*body = io.NopCloser(io.MultiReader(*body, iotest.ErrReader(err)))
		}
	}
	if at.process == nil {
		return
	}
	p.w.Go(p.soon(), func() {
		p.w.say("  the same at %s: %s", at.Name, r.URL.Path)
		at.enter()
		defer func() { // a stream may be cut off
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				panic(p)
			}
		}()
		at.slow.handler.ServeHTTP(httptest.NewRecorder(), again)
	})
}

// soon is a short time.
func (p *pair) soon() time.Duration {
	return time.Duration(p.random.IntN(200)) * time.Millisecond
}

// slow is the store as one process of a pair has it. While a task waits in it, the other
// process goes on, but no other task of this one: it would wait for the locks in the
// process, which the clock knows nothing of.
type slow struct {
	transport.Store
	pair    *pair
	of      *station
	handler http.Handler // of its hub
	up      bool
	busy    bool // a task waits in it
	jobs    int  // tasks that do the process's jobs
}

// enter waits until no other task of the process is in its store.
func (s *slow) enter() {
	const step = time.Millisecond
	for s != nil && s.busy {
		if w := s.pair.w; w.Current() == nil {
			w.Run(w.Now().Add(step))
		} else {
			w.Wait(step)
		}
	}
}

// enter waits until no task is in the store of the station's process, whichever that is
// by then.
func (s *station) enter() {
	for s.slow != nil && s.slow.busy {
		s.slow.enter()
	}
}

// finish waits until that process has no jobs to do.
func (s *station) finish() {
	for s.slow != nil && s.slow.jobs > 0 {
		s.w.Wait(time.Millisecond)
		s.enter()
	}
}

// wait lets time pass, sometimes.
func (s *slow) wait() {
	p := s.pair
	if !s.up || p.w.Current() == nil || p.random.Float64() >= p.waits {
		return
	}
	s.busy = true
	p.w.Wait(p.soon())
	s.busy = false
}

// Apply implements transport.Records.
func (s *slow) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	s.wait()
	version, err := s.Store.Apply(ctx, b)
	if errors.Is(err, transport.ErrConflict) {
		s.pair.w.say("    %s comes second: %v", s.of.Name, err)
	}
	return version, err
}

// Get implements transport.Records.
func (s *slow) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	s.wait()
	return s.Store.Get(ctx, keys...)
}

// Scan implements transport.Records.
func (s *slow) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		s.wait()
		s.Store.Scan(ctx, prefix, after, limit)(yield)
	}
}

// Open implements transport.Blobs.
func (s *slow) Open(ctx context.Context, key string) (transport.Blob, error) {
	s.wait()
	return s.Store.Open(ctx, key)
}

// Create implements transport.Blobs.
func (s *slow) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	s.wait()
	w, err := s.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return slowWriter{w, s}, nil
}

// Delete implements transport.Blobs.
func (s *slow) Delete(ctx context.Context, key string) error {
	s.wait()
	return s.Store.Delete(ctx, key)
}

type slowWriter struct {
	transport.BlobWriter
	at *slow
}

// Commit implements transport.BlobWriter.
func (w slowWriter) Commit(ctx context.Context) error {
	w.at.wait()
	return w.BlobWriter.Commit(ctx)
}

// lossyBus loses some of what it carries.
type lossyBus struct {
	memstore.Bus
	p     *pair
	loses float64
}

// Publish implements transport.Bus.
func (b *lossyBus) Publish(ctx context.Context, topics ...string) error {
	if b.p.random.Float64() < b.loses {
		b.p.w.say("    a wake-up is lost")
		return nil
	}
	return b.Bus.Publish(ctx, topics...)
}

// storeOf returns the store of a hub that is one of two; nil of others.
func (p *pair) storeOf(name string) *slow {
	switch {
	case p == nil:
		return nil
	case name == p.w.hub.Name:
		return p.w.hub.slow
	case p.other != nil && name == p.other.Name:
		return p.other.slow
	}
	return nil
}

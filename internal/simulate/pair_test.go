package main

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestTwoHubs: two hubs on one store come to what they are to try.
func TestTwoHubs(t *testing.T) {
	what := []string{
		"hub-2: probe: done", "hub-2: expire: done", "hub-2: deliver: done", "hub-2 → ", " → hub-2: answer lost", "the same at hub-2",
		"hub is killed, with 1", "hub-2 is killed, with 1", "hub-2 crashes", "hub-2 stops", "hub-2 is up", "a wake-up is lost", "is taken over",
		"hub comes second: transport: conflict: c/", "hub-2 comes second: transport: conflict: c/",
	}
	seen := map[string]bool{}
	for seed := uint64(0); seed < 60 && len(seen) < len(what); seed++ {
		for _, err := range simulate(options{seed: seed, steps: 40, hub: yes, hubs: yes, trace: func(line string) {
			for _, what := range what {
				if strings.Contains(line, what) {
					seen[what] = true
				}
			}
		}}) {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	for _, what := range what {
		if !seen[what] {
			t.Errorf("%q never happens", what)
		}
	}
}

// TestSomeRunsHaveTwoHubs: without being told to, about a third of the runs with a hub.
func TestSomeRunsHaveTwoHubs(t *testing.T) {
	runs, pairs := 0, 0
	for seed := range uint64(60) {
		w := newWorld(options{seed: seed})
		if !w.noHub {
			runs++
		}
		if w.pair != nil {
			pairs++
		}
	}
	if pairs*4 < runs || pairs*2 > runs {
		t.Errorf("%d of %d runs with a hub have two", pairs, runs)
	}
}

// TestCheckerFindsOfTwo: each of these hubs relies on something that two hubs on one store
// do not have, and the checker finds it.
func TestCheckerFindsOfTwo(t *testing.T) {
	if testing.Short() {
		t.Skip("plays hundreds of runs; whole without -short")
	}
	for what, c := range map[string]struct {
		spoil func(*hub.Config)
		want  string
	}{
		"states from memory, whatever the head's version": {remembersStates, ""},
		"no conditions: the locks in the process will do": {locksOnly, ""},
		"a job is taken over whatever its lease":          {ignoresLeases, "before its lease has ended"},
		"a job of another process is left":                {leavesJobs, "has left job"},
		"news are looked for when somebody wakes it":      {needsWaking, "has not taken in"},
	} {
		t.Run(what, func(t *testing.T) {
			if !finds(options{steps: 40, mayFail: true, hub: yes, hubs: yes, spoilConfig: c.spoil}, c.want) {
				t.Error("not found")
			}
		})
	}
}

// TestNoWakeUps: two hubs that hear nothing of each other are slower, and no more.
func TestNoWakeUps(t *testing.T) {
	for seed := range uint64(20) {
		for _, err := range simulate(options{seed: seed, steps: 40, hub: yes, hubs: yes, spoilConfig: deaf}) {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// finds reports whether something is found wrong in one of 240 runs: some takes two rare
// things at once.
func finds(o options, want string) bool {
	for o.seed = range uint64(240) {
		for _, err := range simulate(o) {
			if strings.Contains(err.Error(), want) {
				return true
			}
		}
	}
	return false
}

// spoiledRecords is a store whose records are read or written in another way.
type spoiledRecords struct {
	transport.Store
	get  func(found []transport.Record) // also of those that a walk lists
	scan func(prefix string) bool       // reports whether anything is found
	put  func(*transport.Batch)
}

func (s spoiledRecords) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	found, err := s.Store.Get(ctx, keys...)
	if err == nil && s.get != nil {
		s.get(found)
	}
	return found, err
}

func (s spoiledRecords) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	if s.scan != nil && !s.scan(prefix) {
		return func(func(transport.Record, error) bool) {}
	}
	return func(yield func(transport.Record, error) bool) {
		for r, err := range s.Store.Scan(ctx, prefix, after, limit) {
			one := []transport.Record{r}
			if err == nil && s.get != nil {
				s.get(one)
			}
			if !yield(one[0], err) {
				return
			}
		}
	}
}

func (s spoiledRecords) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if s.put != nil {
		s.put(&b)
	}
	return s.Store.Apply(ctx, b)
}

// remembersStates reads the head of a state once, until it writes it itself.
func remembersStates(cfg *hub.Config) {
	heads := map[string]transport.Record{}
	cfg.Store = spoiledRecords{Store: cfg.Store,
		get: func(found []transport.Record) {
			for i, r := range found {
				if old, known := heads[r.Key]; known {
					found[i] = old
				} else if strings.HasPrefix(r.Key, lab.HeadKey) && r.Version > 0 {
					heads[r.Key] = r
				}
			}
		},
		put: func(b *transport.Batch) {
			b.Conditions = slices.DeleteFunc(slices.Clone(b.Conditions), func(c transport.Condition) bool {
				return strings.HasPrefix(c.Key, lab.HeadKey)
			})
			for _, c := range b.Changes {
				delete(heads, c.Key)
			}
		},
	}
}

// locksOnly writes whatever has changed meanwhile.
func locksOnly(cfg *hub.Config) {
	cfg.Store = spoiledRecords{Store: cfg.Store, put: func(b *transport.Batch) { b.Conditions = nil }}
}

// ignoresLeases takes every lease for one that has ended.
func ignoresLeases(cfg *hub.Config) {
	cfg.Store = spoiledRecords{Store: cfg.Store, get: func(found []transport.Record) {
		for i, r := range found {
			if !strings.HasPrefix(r.Key, "job/") || r.Version == 0 {
				continue
			}
			job, err := transport.Decode[lab.Leased](r.Value)
			job.Until = 0
			if data, err2 := transport.Encode(job); err == nil && err2 == nil {
				found[i].Value = data
			}
		}
	}}
}

// leavesJobs finds no jobs but its own.
func leavesJobs(cfg *hub.Config) {
	cfg.Store = spoiledRecords{Store: cfg.Store, scan: func(prefix string) bool { return prefix != "job/" }}
}

// deaf has a process hear no wake-up at all, which a hub must bear.
func deaf(cfg *hub.Config) { cfg.Bus = mute{new(memstore.Bus)} }

// mute is a bus that loses everything.
type mute struct{ *memstore.Bus }

func (mute) Publish(context.Context, ...string) error { return nil }

// needsWaking looks for the news of a user once, and then when the bus has woken it, as it
// never does here: it is rare that a bus loses the last wake-up of all.
func needsWaking(cfg *hub.Config) {
	deaf(cfg)
	woken := map[string]<-chan struct{}{}
	bus := cfg.Bus
	cfg.Store = spoiledRecords{Store: cfg.Store, scan: func(prefix string) bool {
		of, isNews := strings.CutPrefix(prefix, "feed/")
		if !isNews {
			return true
		}
		if woken[of] == nil {
			woken[of], _, _ = bus.Subscribe(ctx, "user/"+strings.TrimSuffix(of, "/"))
			return true
		}
		select {
		case <-woken[of]:
			return true
		default:
			return false
		}
	}}
}

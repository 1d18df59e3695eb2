package station

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// leafed is a store that notes how many records walks list at most, and fails when it is
// told to.
type leafed struct {
	transport.Store
	listed int
	fails  error
}

func (l *leafed) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		n := 0
		for r, err := range l.Store.Scan(ctx, prefix, after, limit) {
			n++
			l.listed = max(l.listed, n)
			if !yield(r, err) {
				return
			}
		}
	}
}

func (l *leafed) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if l.fails != nil {
		return 0, l.fails
	}
	return l.Store.Apply(ctx, b)
}

// staff are processes on one store with n collections, and what they have visited.
type staff struct {
	inner   transport.Store
	clock   time.Time
	failed  int
	visited []int
	meets   func(*Round, int) error // with each visit; nil = nothing happens
}

func newStaff(n int) *staff {
	s := &staff{inner: new(memstore.Store), clock: time.Unix(1e9, 0)}
	var all []transport.Change
	for i := range n {
		name := collection.Name{Author: user(i), ID: collection.ID{1}}
		all = append(all, transport.Change{Key: stateRecord.Key(name), Value: []byte{}})
	}
	must(0, record.Put(context.Background(), s.inner, all...))
	return s
}

// process starts one; change may be nil.
func (s *staff) process(change func(*Config)) (*Core, *leafed) {
	disk := &leafed{Store: s.inner}
	cfg := Config{Store: disk, Shared: true, Now: func() time.Time { return s.clock }, Failed: func(error) { s.failed++ }}
	if change != nil {
		change(&cfg)
	}
	return New(cfg), disk
}

// visit has a process visit all.
func (s *staff) visit(ctx context.Context, k *Core) error {
	return k.Visit(ctx, false, func(_ context.Context, r *Round, name collection.Name) error {
		i := int(binary.BigEndian.Uint32(name.Author[:])>>8) - 1
		s.visited = append(s.visited, i)
		if s.meets != nil {
			return s.meets(r, i)
		}
		return nil
	})
}

// wantVisited checks which were visited, and forgets it.
func (s *staff) wantVisited(t *testing.T, what string, from, to int) {
	t.Helper()
	for at, i := range s.visited {
		if i != from+at {
			t.Fatalf("%s: visit %d is of %d, want %d", what, at, i, from+at)
		}
	}
	if len(s.visited) != to-from {
		t.Errorf("%s: %d visited, want %d", what, len(s.visited), to-from)
	}
	s.visited = nil
}

// TestVisitInPages: of very many collections each is visited once in a round, and few of
// them are held at once.
func TestVisitInPages(t *testing.T) {
	const n = 10_000
	s := newStaff(n)
	k, disk := s.process(nil)
	for range 2 {
		must(0, s.visit(t.Context(), k))
		s.wantVisited(t, "a round", 0, n)
	}
	if disk.listed > visitPage {
		t.Errorf("%d are held at once", disk.listed)
	}
}

// TestVisitAtOnce: who is told to visit all while another process or another caller does
// it leaves it to that one.
func TestVisitAtOnce(t *testing.T) {
	for _, alone := range []bool{false, true} {
		s := newStaff(3 * visitPage)
		k, _ := s.process(func(cfg *Config) { cfg.Shared = !alone })
		others := []*Core{k}
		if !alone {
			other, _ := s.process(nil)
			others = append(others, other)
		}
		s.meets = func(*Round, int) error {
			for _, other := range others {
				must(0, s.visit(t.Context(), other))
			}
			return nil
		}
		must(0, s.visit(t.Context(), k))
		s.wantVisited(t, "all", 0, 3*visitPage)
	}
}

// TestVisitTakenOver: where a process ends, another one goes on with the page that it was
// at, when the lease has ended; who is alone does not wait for that.
func TestVisitTakenOver(t *testing.T) {
	const n, killedAt = 3 * visitPage, visitPage + 7
	for _, alone := range []bool{false, true} {
		s := newStaff(n)
		k, disk := s.process(nil)
		ctx, kill := context.WithCancel(t.Context())
		s.meets = func(_ *Round, i int) error {
			if i == killedAt {
				kill()
				disk.fails = transport.ErrStorage
				return ctx.Err()
			}
			return nil
		}
		if err := s.visit(ctx, k); !errors.Is(err, context.Canceled) {
			t.Errorf("killed: %v", err)
		}
		s.wantVisited(t, "before", 0, killedAt+1)
		s.meets = nil
		other, _ := s.process(func(cfg *Config) { cfg.Shared = !alone })
		if !alone {
			s.clock = s.clock.Add(dutyLease - time.Second)
			must(0, s.visit(t.Context(), other))
			s.wantVisited(t, "within the lease", 0, 0)
			s.clock = s.clock.Add(time.Second)
		}
		must(0, s.visit(t.Context(), other))
		s.wantVisited(t, "after it", visitPage, n)
	}
}

// TestVisitStops: who stops in the middle leaves the rest to any process, at once and from
// there on.
func TestVisitStops(t *testing.T) {
	s := newStaff(2 * visitPage)
	k, _ := s.process(nil)
	ctx, stop := context.WithCancel(t.Context())
	s.meets = func(_ *Round, i int) error {
		if i == 9 {
			stop()
		}
		return ctx.Err()
	}
	if err := s.visit(ctx, k); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.wantVisited(t, "before", 0, 10)
	s.meets = nil
	other, _ := s.process(nil)
	must(0, s.visit(t.Context(), other))
	s.wantVisited(t, "after", 9, 2*visitPage)
}

// TestVisitInterval: rounds begin no more often than the interval says, at whatever
// process, unless the clock was set back.
func TestVisitInterval(t *testing.T) {
	s := newStaff(2)
	k, _ := s.process(func(cfg *Config) { cfg.Interval = time.Hour })
	other, _ := s.process(func(cfg *Config) { cfg.Interval = time.Hour })
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 2}, {0, 0}, {59 * time.Minute, 0}, {time.Minute, 2}, {time.Minute, 0}, {-24 * time.Hour, 2}} {
		s.clock = s.clock.Add(step.after)
		must(0, s.visit(t.Context(), k))
		must(0, s.visit(t.Context(), other))
		s.wantVisited(t, "after "+step.after.String(), 0, step.want)
	}
}

// TestVisitLosesTheRound: who has taken too long stores nothing more of a round that another
// process has taken over, and stops.
func TestVisitLosesTheRound(t *testing.T) {
	for _, keep := range []bool{false, true} {
		s := newStaff(3)
		k, _ := s.process(nil)
		other, _ := s.process(nil)
		held, _, c := newCore(t, 1)
		k.Keys, other.Keys = held.Keys, held.Keys
		keeps(t, k, c)
		s.meets = func(r *Round, _ int) error {
			s.meets = nil
			s.clock = s.clock.Add(dutyLease)
			must(0, s.visit(t.Context(), other))
			if keep {
				return r.Keep(t.Context())
			}
			return r.Step(t.Context(), c.Name(), engine.Probed{Source: transport.Source{User: ann, Items: transport.Bits{}.Add(0)}})
		}
		if err := s.visit(t.Context(), k); err != nil {
			t.Error(err)
		}
		if len(s.visited) != 5 {
			t.Errorf("%d visits", len(s.visited))
		}
	}
}

// TestVisitKeeps: a round stays its process's for as long as that keeps it.
func TestVisitKeeps(t *testing.T) {
	s := newStaff(2)
	k, _ := s.process(nil)
	other, _ := s.process(nil)
	s.meets = func(r *Round, _ int) error {
		for range 10 {
			s.clock = s.clock.Add(dutyLease / 2)
			must(0, r.Keep(t.Context()))
			must(0, s.visit(t.Context(), other))
		}
		return nil
	}
	must(0, s.visit(t.Context(), k))
	s.wantVisited(t, "kept", 0, 2)
}

// TestVisitFails: what fails of one keeps it from no other; of many the first are returned,
// and the others told of.
func TestVisitFails(t *testing.T) {
	s := newStaff(4 * visitPage)
	k, _ := s.process(nil)
	s.meets = func(*Round, int) error { return transport.ErrStorage }
	if err := s.visit(t.Context(), k); !errors.Is(err, transport.ErrStorage) || s.failed != 3 {
		t.Errorf("%v, and %d more", err, s.failed)
	}
	s.wantVisited(t, "all", 0, 4*visitPage)
}

// TestDamagedDuty: a damaged record begins anew.
func TestDamagedDuty(t *testing.T) {
	s := newStaff(2)
	k, _ := s.process(nil)
	must(0, record.Put(t.Context(), s.inner, transport.Change{Key: dutyRecord.Key(k.visiting.name), Value: []byte{0xff}}))
	must(0, s.visit(t.Context(), k))
	s.wantVisited(t, "all", 0, 2)
	if s.failed != 1 {
		t.Errorf("told %d times", s.failed)
	}
}

// TestExpireInPages: of very many versions of many authors all that are old expire, and few
// are held at once.
func TestExpireInPages(t *testing.T) {
	s := newStaff(0)
	k, disk := s.process(nil)
	const authors, each = 7, 150
	var all []transport.Change
	for i := range authors * each {
		at := binary.BigEndian.AppendUint64(nil, uint64(s.clock.Unix()-int64(i%2))) // every other one is old
		all = append(all, transport.Change{Key: ageRecord.Key(user(i/each), collection.Digest{byte(i)}), Value: at})
	}
	must(0, record.Put(t.Context(), s.inner, all...))
	must(0, k.Expire(t.Context(), s.clock))
	left := 0
	for r, err := range s.inner.Scan(t.Context(), ageRecord.Under(), "", 0) {
		if must(0, err); isOld(r.Value, s.clock) {
			t.Errorf("left: %s", r.Key)
		}
		left++
	}
	if left != authors*each/2 || disk.listed > expirePage {
		t.Errorf("%d are left, %d were held at once", left, disk.listed)
	}
}

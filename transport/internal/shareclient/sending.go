package shareclient

import (
	"context"
	"encoding/binary"
	"io"
	"iter"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// Sending is what a station is sending now. Of versions with equal bytes in several
// collections of one author that are shared at the same time, one goes to each
// receiver, as long as the link to it is the same value and can be compared. The
// zero Sending works; nil never waits for anything.
type Sending struct {
	Pause turns.Pause // nil = in real time
	turns turns.Turns[*load]

	mu       sync.Mutex
	shares   int                 // under way
	moment   uint64              // counts loads that have ended
	loads    []*load             // of all shares since none was under way
	answered map[uint64]struct{} // versions that were shared with anybody, by their digests
}

// maxAnswered is how many of them are remembered; then they are forgotten, which costs a
// push that is answered early.
const maxAnswered = 1 << 16

// load is what one upload brings.
type load struct {
	of       *Sending
	to       transport.ShareReceiver
	author   collection.UserID
	digest   func(item, version int) (collection.Digest, bool)
	versions []transport.Bits
	turn     *turns.Turn[*load]
	ended    uint64 // the moment after it; 0 = it has not ended
	others   []*load
	late     bool // some of the rest has been brought since the receiver was asked
	sent     atomic.Int64
}

// begin begins a share; end ends it.
func (s *Sending) begin() (end func()) {
	if s == nil {
		return func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shares++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.shares--; s.shares == 0 {
			s.loads = nil
		}
	}
}

// note notes that a receiver has answered a share of some versions.
func (s *Sending) note(c collection.Collection, versions []transport.Bits) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answered == nil || len(s.answered) >= maxAnswered {
		s.answered = map[uint64]struct{}{}
	}
	for d := range digestsOf(c, versions) {
		s.answered[shorten(d)] = struct{}{}
	}
}

// anyAnswered reports whether one has, of any of them.
func (s *Sending) anyAnswered(c collection.Collection, versions []transport.Bits) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for d := range digestsOf(c, versions) {
		if _, known := s.answered[shorten(d)]; known {
			return true
		}
	}
	return false
}

// shorten makes a digest shorter, for a device with little memory. Two that are alike
// then cost a push.
func shorten(d collection.Digest) uint64 { return binary.LittleEndian.Uint64(d[:]) }

// digestsOf yields the digests of some versions.
func digestsOf(c collection.Collection, versions []transport.Bits) iter.Seq[collection.Digest] {
	return func(yield func(collection.Digest) bool) {
		for v, items := range versions {
			for i := range items.Places() {
				if d, _ := c.Digest(i, v); !yield(d) {
					return
				}
			}
		}
	}
}

// now is the moment before something is asked.
func (s *Sending) now() uint64 {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.moment
}

// load is what is to be uploaded of the versions of c that were missing at a moment,
// but for what others bring or have brought since. Whoever loads ends it, whatever
// becomes of it.
func (s *Sending) load(to transport.ShareReceiver, c collection.Collection, missing []transport.Bits, at uint64) *load {
	l := &load{of: s, to: to, author: c.Author(), digest: c.Digest, versions: missing}
	if s == nil || !reflect.ValueOf(to).Comparable() {
		return l
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.versions = make([]transport.Bits, len(missing))
	by := s.brought(l, missing, at)
	for v, items := range missing {
		for i := range items.Places() {
			d, _ := l.digest(i, v)
			if other := by[d]; other == nil {
				by[d] = l
				l.versions[v] = l.versions[v].Add(i)
			} else if other.ended > 0 {
				l.late = true
			} else if !slices.Contains(l.others, other) {
				l.others = append(l.others, other)
			}
		}
	}
	l.turn, _ = s.turns.Take(l, l.sent.Load)
	s.loads = append(s.loads, l)
	return l
}

// brought is who brings what to the receiver of l, or has brought it after a moment,
// with room for what is missing.
func (s *Sending) brought(l *load, missing []transport.Bits, at uint64) map[collection.Digest]*load {
	room := 0
	for _, items := range missing {
		room += items.Len()
	}
	by := make(map[collection.Digest]*load, room)
	for _, other := range s.loads {
		under := other.ended == 0 && !other.turn.HasEnded()
		if other.to != l.to || other.author != l.author || !under && other.ended <= at {
			continue
		}
		for v, items := range other.versions {
			for i := range items.Places() {
				if d, _ := other.digest(i, v); under || by[d] == nil {
					by[d] = other
				}
			}
		}
	}
	return by
}

// end lets those go on who wait for the load.
func (l *load) end() {
	if l.turn == nil || l.ended > 0 {
		return
	}
	l.of.mu.Lock()
	l.of.moment++
	l.ended = l.of.moment
	l.of.mu.Unlock()
	l.turn.End()
}

// await waits until the others have ended, whatever became of it.
func (l *load) await(ctx context.Context) error {
	for _, other := range l.others {
		if err := other.turn.Await(ctx, l.of.Pause); err != nil {
			return err
		}
	}
	return nil
}

// counter counts what is written.
type counter struct {
	io.Writer
	n *atomic.Int64
}

func (c counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n.Add(int64(n))
	return n, err
}

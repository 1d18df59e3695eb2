package shareclient

import (
	"context"
	"encoding/binary"
	"io"
	"iter"
	"reflect"
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
	turns turns.Turns[parcel]

	mu       sync.Mutex
	shares   int                 // under way
	moment   uint64              // counts loads that have ended
	ended    map[parcel]uint64   // when, while shares are under way
	answered map[uint64]struct{} // versions that were shared with anybody, by their digests
}

// parcel is some bytes on their way.
type parcel struct {
	to     transport.ShareReceiver
	author collection.UserID
	digest collection.Digest
}

// load is what one upload brings.
type load struct {
	of       *Sending
	versions []transport.Bits
	parcels  []parcel
	turns    []*turns.Turn[parcel]
	others   []*turns.Turn[parcel] // who bring the rest
	late     bool                  // some of the rest has been brought since the receiver was asked
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
			s.ended = nil
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
	if s.answered == nil {
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
	l := &load{of: s, versions: missing}
	if s == nil || !reflect.ValueOf(to).Comparable() {
		return l
	}
	l.versions = make([]transport.Bits, len(missing))
	for v, items := range missing {
		for i := range items.Places() {
			d, _ := c.Digest(i, v)
			if l.add(parcel{to, c.Author(), d}, at) {
				l.versions[v] = l.versions[v].Add(i)
			}
		}
	}
	return l
}

// add takes a parcel, unless another load has it or has brought it.
func (l *load) add(p parcel, at uint64) bool {
	turn, mine := l.of.turns.Take(p, l.sent.Load)
	if !mine {
		l.others = append(l.others, turn)
		return false
	}
	l.of.mu.Lock()
	late := l.of.ended[p] > at
	l.of.mu.Unlock()
	if late {
		l.late = true
		turn.End()
		return false
	}
	l.parcels, l.turns = append(l.parcels, p), append(l.turns, turn)
	return true
}

// end lets those go on who wait for the load.
func (l *load) end() {
	if len(l.parcels) == 0 {
		return
	}
	l.of.mu.Lock()
	l.of.moment++
	if l.of.ended == nil {
		l.of.ended = map[parcel]uint64{}
	}
	for _, p := range l.parcels {
		l.of.ended[p] = l.of.moment
	}
	l.of.mu.Unlock()
	for _, turn := range l.turns {
		turn.End()
	}
	l.parcels, l.turns = nil, nil
}

// await waits until the others have ended, whatever became of it.
func (l *load) await(ctx context.Context) error {
	for _, turn := range l.others {
		if err := turn.Await(ctx, l.of.Pause); err != nil {
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

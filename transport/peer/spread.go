package peer

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

const (
	lanes      = 2        // pieces that one of several stations is asked for at once: one comes while the next is asked for
	ahead      = 16 << 20 // bytes that are asked for before what precedes them is stored, at most
	aheadOfOne = 1 << 20  // bytes that one station sends, likewise
	firstPiece = 1 << 20
	leastPiece = 128 << 10
	mostPiece  = 4 << 20
	pieceTime  = 250 * time.Millisecond // that a piece is to take
)

// spread fetches one large original, from several stations at once. It is cut into pieces, each a
// range with its own proof, which come in any order, and are checked while others come and what
// has come is stored. It is stored in the order of the version: so what is stored is always a
// beginning of it, whose size is as proved as if one station had sent it. A fast station is asked
// for larger pieces, and for more of them. What a station does not bring, because it goes, lies or
// is slow, is a gap, which another one fills: from the block on that did not come. One station
// alone brings all in one piece.
type spread struct {
	fetching
	root  collection.Digest
	size  int64 // of the version, as the first station says; the others must agree
	ahead int64 // how much may be here that is not stored

	mu      sync.Mutex
	changed *sync.Cond
	at      int64 // up to which all is stored
	head    int64 // where the piece begins that is stored now
	next    int64 // from where on nobody was asked for anything
	gaps    []gap // before next
	pieces  map[int64]*piece
	speed   map[*supplier]float64 // bytes a second, of one lane
	late    map[*supplier]int     // pieces in turn that it was too slow for
	asking  int                   // lanes that may still bring something
	stopped bool                  // nothing more is stored
}

// gap is what somebody was asked for and has not brought.
type gap struct {
	off, end int64
	not      *supplier // who is not asked for it again
}

var (
	errLate  = transport.At(transport.ErrUnreachable, "it comes too slowly")
	errOther = transport.At(transport.ErrMalformed, "another size than others say")
)

// spread fetches what is left of a version of size bytes from stations, of which the first has
// begun to send its first piece.
func (f fetching) spread(ctx context.Context, from []*supplier, size int64, begun awake) error {
	root, err := station.Digest(f.v.Collection(), f.i, f.ref.Version)
	if err != nil {
		return err
	}
	s := &spread{
		fetching: f, root: root, size: size, ahead: ahead, at: f.from, head: f.from, next: f.from,
		pieces: map[int64]*piece{}, speed: map[*supplier]float64{}, late: map[*supplier]int{},
	}
	s.changed = sync.NewCond(&s.mu)
	ctx, stop := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, s.ends)()
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	s.start(ctx, &all, from[:min(len(from), sourced)], begun)
	_, err = f.core.Versions.Receive(ctx, f.v.Collection(), f.i, f.ref.Version, f.from, s)
	if err != nil {
		s.forgive(from)
	}
	return err
}

// forgive has those asked again of whom all that is known is that they contradict the first.
func (s *spread) forgive(from []*supplier) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range from {
		if errors.Is(other.err, errOther) {
			other.err = nil
		}
	}
}

// start has the lanes of all stations ask.
func (s *spread) start(ctx context.Context, all *sync.WaitGroup, from []*supplier, begun awake) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := min(s.next+firstPiece, s.size)
	s.asking = len(from) * lanes
	if len(from) == 1 {
		s.asking, s.ahead, end = 1, aheadOfOne, s.size
	}
	first := s.cut(ctx, from[0], gap{off: s.next, end: end})
	context.AfterFunc(first.ctx, begun.end)
	all.Go(func() {
		s.ended(first, s.fill(first, begun))
		s.lane(ctx, from[0])
	})
	for i := 1; i < s.asking; i++ {
		all.Go(func() { s.lane(ctx, from[i%len(from)]) })
	}
}

// lane asks a station for piece after piece.
func (s *spread) lane(ctx context.Context, from *supplier) {
	for p := s.take(ctx, from); p != nil; p = s.take(ctx, from) {
		s.ended(p, s.bring(p))
	}
}

// bring has a piece come, if it may still be fetched.
func (s *spread) bring(p *piece) error {
	if _, _, err := s.check(p.ctx, s.ref, label.Fetch); err != nil {
		return err // a label came meanwhile
	}
	if err := p.from.reach(p.ctx, s.Reader); err != nil {
		return err
	}
	stream, end, err := s.open(p.ctx, p.from, p.off, p.end-p.off)
	defer end()
	if err != nil {
		return err
	}
	defer stream.Close()
	if stream.Size != s.size {
		return errOther
	}
	return s.fill(p, awake{stream, end})
}

// Rest is how many bytes are to come.
func (s *spread) Rest() int64 { return s.size - s.from }

// Read implements io.Reader; nobody calls it, since what comes is proved.
func (s *spread) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// WriteRest writes what comes in order, as digest.Reader does.
func (s *spread) WriteRest(w io.Writer, before digest.Beginning) (digest.Beginning, error) {
	for {
		c, err := s.chunk()
		if c == nil {
			return before, err
		}
		joined, err := before.Join(c.Section)
		if err == nil {
			_, err = w.Write(c.buf[:c.n])
		} else if s.head > s.from {
			err = transport.At(transport.ErrDigest, "the size is another one") // they all agreed on
		}
		if err != nil {
			return before, err
		}
		before = joined
		s.stored(c)
	}
}

// chunk waits for what is to be stored next; nil = all is stored.
func (s *spread) chunk() (*chunk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.at < s.size {
		p := s.pieces[s.head]
		switch {
		case p != nil && len(p.chunks) > 0:
			c := p.chunks[0]
			p.chunks = p.chunks[1:]
			return c, nil
		case p != nil && p.over:
			s.leave(p)
		case p == nil && s.asking == 0:
			return nil, transport.ErrUnreachable // each station has its own error
		default:
			s.changed.Wait()
		}
	}
	return nil, nil
}

// stored notes that a chunk is stored.
func (s *spread) stored(c *chunk) {
	s.mu.Lock()
	s.at += int64(c.n)
	s.changed.Broadcast()
	s.mu.Unlock()
	chunks.Put(c)
}

// leave goes on behind a piece, of which what has not come is a gap.
func (s *spread) leave(p *piece) {
	p.stop()
	delete(s.pieces, s.head)
	if s.head = s.at; s.at < p.end {
		s.gaps = append(s.gaps, gap{s.at, p.end, p.from})
	}
	s.changed.Broadcast()
}

// fails has nobody ask a station any more.
func (s *spread) fails(from *supplier, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Reader.fails(from, s.ref, err)
	for _, p := range s.pieces {
		if p.from == from {
			p.stop()
		}
	}
	s.changed.Broadcast()
}

// ends has nobody wait any more.
func (s *spread) ends() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.changed.Broadcast()
}

func (s *spread) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

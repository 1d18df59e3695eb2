package peer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

const (
	lanes      = 2        // pieces that a station is asked for at once: one comes while the next is asked for
	ahead      = 16 << 20 // bytes that are asked for before what precedes them is stored, at most
	firstPiece = 1 << 20
	leastPiece = 128 << 10
	mostPiece  = 4 << 20
	pieceTime  = 250 * time.Millisecond // that a piece is to take
)

// spread fetches one original from several stations at once. It is cut into pieces, each a range
// with its own proof, which come into memory in any order and are checked and stored in that
// of the version: so what is stored is always a beginning of it, whose size is as proved as
// if one station had sent it. A fast station is asked for larger pieces, and for more of them.
// What a station does not bring, because it goes, lies or is slow, is a gap, which another one
// fills: from the block on that did not come.
type spread struct {
	fetching
	size int64 // of the version, as the first station says; the others must agree

	mu      sync.Mutex
	changed *sync.Cond
	at      int64 // up to which all is stored, by whole pieces
	next    int64 // from where on nobody was asked for anything
	gaps    []gap // before next
	pieces  map[int64]*piece
	speed   map[*supplier]float64 // bytes a second, of one lane
	late    map[*supplier]int     // pieces in turn that it was too slow for
	asking  int                   // lanes that may still bring something
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
// begun to send a piece.
func (f fetching) spread(ctx context.Context, from []*supplier, size int64, begun awake) error {
	s := &spread{
		fetching: f, size: size, at: f.from, next: f.from,
		pieces: map[int64]*piece{}, speed: map[*supplier]float64{}, late: map[*supplier]int{},
	}
	s.changed = sync.NewCond(&s.mu)
	ctx, stop := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, s.wake)()
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	s.start(ctx, &all, from[:min(len(from), sourced)], begun)
	_, err := f.core.Versions.Receive(ctx, f.v.Collection(), f.i, f.ref.Version, f.from, s)
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
	s.asking = len(from) * lanes
	first := s.cut(ctx, from[0], gap{off: s.next, end: min(s.next+firstPiece, s.size)})
	context.AfterFunc(first.ctx, begun.end)
	all.Go(func() {
		s.ended(first, first.fill(begun))
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
	return p.fill(awake{stream, end})
}

// Rest is how many bytes are to come.
func (s *spread) Rest() int64 { return s.size - s.from }

// Read implements io.Reader; nobody calls it, since what comes is proved.
func (s *spread) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// WriteRest writes what comes in order, as digest.Reader does.
func (s *spread) WriteRest(w io.Writer, before digest.Beginning) (digest.Beginning, error) {
	root, err := station.Digest(s.v.Collection(), s.i, s.ref.Version)
	for err == nil {
		var p *piece
		if p, err = s.head(); p == nil {
			break
		}
		var r *digest.Reader
		r, err = digest.NewReader(bufio.NewReaderSize(p, 64<<10), root, s.size, p.off, p.end-p.off)
		if err == nil {
			before, err = r.WriteRest(w, before)
			err = s.stored(p, int64(len(before.Leaves))*digest.BlockSize, err)
		}
	}
	return before, err
}

// head waits for the piece that is to be stored next; nil = all is stored.
func (s *spread) head() (*piece, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		p := s.pieces[s.at]
		switch {
		case s.at == s.size:
			return nil, nil
		case p != nil:
			return p, nil
		case s.asking == 0:
			return nil, transport.ErrUnreachable // each station has its own error
		}
		s.changed.Wait()
	}
}

// stored notes up to where a piece is stored. What does not come of it is a gap; an error that is
// not that of its station is returned.
func (s *spread) stored(p *piece, upTo int64, err error) error {
	at, of := errors.AsType[*digest.BlockError](err)
	if err != nil && !of {
		if errors.Is(err, digest.ErrKept) && p.off > s.from {
			err = transport.At(transport.ErrDigest, "the size is another one") // they all agreed on
		}
		return err
	}
	if of && errors.Is(at, digest.ErrInvalid) && !errors.Is(at, digest.ErrTruncated) {
		s.fails(p.from, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.stop()
	delete(s.pieces, p.off)
	if s.at = min(upTo, s.size); err != nil && s.at < p.end {
		s.gaps = append(s.gaps, gap{s.at, p.end, p.from})
	}
	s.changed.Broadcast()
	return nil
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
}

func (s *spread) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

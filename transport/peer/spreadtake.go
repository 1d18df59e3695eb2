package peer

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// slow is after which time a piece that is waited for may be taken over, and how often that is
// looked at.
const (
	slow = 500 * time.Millisecond
	look = 100 * time.Millisecond
)

// take returns the next piece that a station is to bring. It waits while there may be one; nil =
// there is none for it.
func (s *spread) take(ctx context.Context, from *supplier) *piece {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil && from.err == nil && s.at < s.size {
		if g, ok := s.gapFor(from); ok {
			return s.cut(ctx, from, g)
		}
		if n := s.length(from); s.next < s.size && (s.next+n <= s.at+ahead || s.next == s.at) {
			return s.cut(ctx, from, gap{off: s.next, end: min(s.next+n, s.size)})
		}
		s.takeOver(from)
		again := time.AfterFunc(look, s.wake)
		s.changed.Wait()
		again.Stop()
	}
	s.asking--
	s.changed.Broadcast()
	return nil
}

// cut begins a piece.
func (s *spread) cut(ctx context.Context, from *supplier, g gap) *piece {
	p := newPiece(ctx, from, g)
	s.pieces[g.off] = p
	s.next = max(s.next, g.end)
	s.changed.Broadcast()
	return p
}

// gapFor takes the first gap that a station may fill: any, if nobody else is left.
func (s *spread) gapFor(from *supplier) (gap, bool) {
	for i, g := range s.gaps {
		if g.not != from || s.alone(from) {
			s.gaps = append(s.gaps[:i:i], s.gaps[i+1:]...)
			return g, true
		}
	}
	return gap{}, false
}

// alone reports whether all lanes that still ask may be those of one station.
func (s *spread) alone(from *supplier) bool { return from.err == nil && s.asking <= lanes }

// length is of how many bytes the next piece of a station is: as many as come in a short while,
// and the fewer the less there is left for all, so that all end together.
func (s *spread) length(from *supplier) int64 {
	n := int64(s.speed[from] * pieceTime.Seconds())
	n = min(n, mostPiece, (s.size-s.next)/int64(2*s.asking))
	return max(n, leastPiece) / digest.BlockSize * digest.BlockSize
}

// takeOver ends the piece that is waited for where a station that has nothing to do would bring
// the rest of it much sooner.
func (s *spread) takeOver(from *supplier) {
	p := s.pieces[s.head]
	if p == nil || p.over || p.late || p.from == from || time.Since(p.began) < slow || s.speed[from] == 0 {
		return
	}
	if p.left()/max(p.speed(), 1) > 2*p.left()/s.speed[from]+slow.Seconds() {
		p.late = true
		p.stop()
		s.changed.Broadcast()
	}
}

// ended notes that nothing more comes of a piece. Its station is not asked again after an error,
// unless it is only slow, once.
func (s *spread) ended(p *piece, err error) {
	s.mu.Lock()
	p.over = true
	if p.come.Load() > 0 {
		s.speed[p.from] = p.speed()
		s.known.took(p.from.Source, p.speed())
	}
	late := p.late && err != nil
	if late {
		s.late[p.from]++
	} else {
		s.late[p.from] = 0
	}
	slow := late && s.late[p.from] < 2*lanes
	stopped := p.ctx.Err() != nil && !p.late // by whoever ends it all, or has found a lie
	s.changed.Broadcast()
	s.mu.Unlock()
	switch {
	case err == nil || slow || stopped:
	case late:
		s.fails(p.from, errLate)
	default:
		s.fails(p.from, err)
	}
}

package peer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// piece is a range of a version that one station is asked for. It is checked as it comes, and
// stored as far as it has come.
type piece struct {
	off, end int64
	from     *supplier
	ctx      context.Context
	stop     context.CancelFunc
	began    time.Time
	come     atomic.Int64 // bytes, with proofs

	// Guarded by the spread's mutex.
	checked int64    // up to which it is here
	chunks  []*chunk // of it that are not stored
	late    bool
	over    bool // nothing more comes
}

// newPiece begins a piece.
func newPiece(ctx context.Context, from *supplier, g gap) *piece {
	p := &piece{off: g.off, end: g.end, from: from, began: time.Now(), checked: g.off}
	p.ctx, p.stop = context.WithCancel(ctx)
	return p
}

// left is how many bytes have still to come, about.
func (p *piece) left() float64 { return float64(max(0, p.end-p.off-p.come.Load())) }

// speed is how many bytes have come in a second.
func (p *piece) speed() float64 {
	return float64(p.come.Load()) / max(time.Since(p.began), time.Microsecond).Seconds()
}

// chunk is blocks that were checked.
type chunk struct {
	digest.Section
	n   int // bytes
	buf [leastPiece]byte
}

// chunks are used again.
var chunks = sync.Pool{New: func() any { return new(chunk) }}

// fill reads a piece from a stream, which is to hold nothing else, and checks it. What is good
// counts also after an error.
func (s *spread) fill(p *piece, stream io.Reader) error {
	counted := countingReader{stream, &p.come}
	r, err := digest.NewReader(bufio.NewReaderSize(counted, 64<<10), s.root, s.size, p.off, p.end-p.off)
	for err == nil {
		c := chunks.Get().(*chunk)
		c.n, c.Section, err = r.ReadSection(c.buf[:])
		s.came(p, c)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return endedEarly(err)
}

type countingReader struct {
	io.Reader
	n *atomic.Int64
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// came hands a chunk over to who stores it, once that is not too far behind.
func (s *spread) came(p *piece, c *chunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c.n > 0 && p.checked+int64(c.n) > s.at+s.ahead && p.ctx.Err() == nil && !s.stopped {
		s.changed.Wait()
	}
	if c.n > 0 {
		p.chunks, p.checked = append(p.chunks, c), p.checked+int64(c.n)
	}
	s.changed.Broadcast()
}

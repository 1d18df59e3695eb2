package peer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// piece is a range of a version that one station is asked for, with its proof as it comes. It is
// read while it comes.
type piece struct {
	off, end int64
	from     *supplier
	ctx      context.Context
	stop     context.CancelFunc
	began    time.Time

	mu      *sync.Mutex // that of the spread
	arrived *sync.Cond
	buf     []byte
	come    int // bytes of buf
	read    int // of them
	late    bool
	over    bool  // nothing more comes
	err     error // why
}

// newPiece begins a piece, for the memory of which a range of the version is the bound.
func newPiece(ctx context.Context, mu *sync.Mutex, from *supplier, g gap, size int64) *piece {
	p := &piece{off: g.off, end: g.end, from: from, began: time.Now(), mu: mu, arrived: sync.NewCond(mu)}
	p.ctx, p.stop = context.WithCancel(ctx)
	n, _ := digest.RangeSize(size, g.off, g.end-g.off) // it is one
	p.buf = make([]byte, n)
	return p
}

// fill reads the piece from a stream, which is to hold nothing else.
func (p *piece) fill(stream io.Reader) error {
	for come := 0; come < len(p.buf); {
		n, err := stream.Read(p.buf[come:])
		if come += n; n > 0 {
			p.mu.Lock()
			p.come = come
			p.arrived.Broadcast()
			p.mu.Unlock()
		}
		if errors.Is(err, io.EOF) && come == len(p.buf) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: after %d of %d bytes: %w", transport.ErrUnreachable, come, len(p.buf), err)
		}
	}
	switch _, err := io.ReadFull(stream, make([]byte, 1)); {
	case err == nil:
		return transport.At(transport.ErrMalformed, "more than was asked for")
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return nil
}

// Read implements io.Reader.
func (p *piece) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.read == p.come && !p.over {
		p.arrived.Wait()
	}
	if p.read == p.come {
		return 0, cmp.Or(p.err, io.EOF)
	}
	n := copy(b, p.buf[p.read:p.come])
	p.read += n
	return n, nil
}

// left is how many bytes have still to come.
func (p *piece) left() float64 { return float64(len(p.buf) - p.come) }

// speed is how many bytes have come in a second.
func (p *piece) speed() float64 {
	return float64(p.come) / max(time.Since(p.began), time.Microsecond).Seconds()
}

package station

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// Drain lets work into a station until it is closed, and then waits for what is
// inside. The zero Drain is open.
type Drain struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // made by Close, closed when nobody is inside
}

// Enter lets one in, or returns transport.ErrClosed.
func (d *Drain) Enter() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return transport.ErrClosed
	}
	d.inside++
	return nil
}

// Leave lets one out again.
func (d *Drain) Leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside--; d.inside == 0 && d.closed {
		close(d.empty)
	}
}

// Close lets nobody in any more and waits for all to leave, or for ctx. Where
// nobody is inside, it returns no error, even if ctx is over.
func (d *Drain) Close(ctx context.Context) error {
	empty := d.shut()
	select {
	case <-empty:
		return nil
	default:
	}
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Drain) shut() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed, d.empty = true, make(chan struct{})
		if d.inside == 0 {
			close(d.empty)
		}
	}
	return d.empty
}

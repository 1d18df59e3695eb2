package keep

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Door lets work into a station until it is closed, and then waits for what is
// inside. The zero Door is open.
type Door struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // made by Close, closed when nobody is inside
}

// Enter lets one in, or gives transport.ErrClosed.
func (d *Door) Enter() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return transport.ErrClosed
	}
	d.inside++
	return nil
}

// Leave lets one out again.
func (d *Door) Leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside--; d.inside == 0 && d.closed {
		close(d.empty)
	}
}

// Close lets nobody in any more and waits for all to leave, or for ctx. Where
// nobody is inside, it gives no error, even if ctx is over.
func (d *Door) Close(ctx context.Context) error {
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

func (d *Door) shut() chan struct{} {
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

// Bell wakes those who wait for news of a user. The zero Bell works.
type Bell struct {
	mu      sync.Mutex
	waiting map[collection.UserID]chan struct{}
}

// Wait gives a channel that is closed at the next Ring for the user.
func (b *Bell) Wait(u collection.UserID) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = map[collection.UserID]chan struct{}{}
	}
	if b.waiting[u] == nil {
		b.waiting[u] = make(chan struct{})
	}
	return b.waiting[u]
}

// Ring wakes all who wait for news of the users.
func (b *Bell) Ring(users ...collection.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range users {
		if c := b.waiting[u]; c != nil {
			close(c)
			delete(b.waiting, u)
		}
	}
}

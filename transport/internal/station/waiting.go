package station

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// What goes in one answer, so that nobody can make it too large for its reader:
// so many deliveries, and no further one after so many bytes.
const (
	maxDeliveries = 64
	maxAnswer     = 1 << 20
	maxState      = 64 << 10 // of what goes with the first word on a collection
)

// answers remembers where the last answer to a recipient ended for whom there was
// more: the next one goes on there, even if what was sent is never acknowledged.
// The zero answers are none.
type answers struct {
	mu  sync.Mutex
	end map[collection.UserID]string // key of the last record
}

// Notifications forgets what a user has read, and returns what waits, at once if there
// is any, else after the next wake-up, or nothing when the time is over or the
// station is closing. If that is asked for, the smallest versions of what is new follow as
// Pull streams them, for as long as ctx.
func (k *Server) Notifications(ctx context.Context, to collection.UserID, read transport.Receipts, keys Statements, wait time.Duration, closing <-chan struct{}) (transport.Deliveries, error) {
	for some := range slices.Chunk(read.Read, maxKeys) {
		if err := k.acknowledge(ctx, to, some); err != nil {
			return transport.Deliveries{}, err
		}
	}
	over := time.After(wait)
	news, stop, err := Await(ctx, k.core.Bus, to) // before looking, so that nothing falls between
	if err == nil {
		defer stop()
	} else if news = nil; ctx.Err() != nil {
		return transport.Deliveries{}, ctx.Err()
	}
	for {
		all, err := k.waiting(ctx, to, keys)
		if err != nil || len(all) > 0 {
			d := transport.Deliveries{Waiting: all}
			if name, any := d.New(); any && read.Versions {
				d.Versions = k.follow(ctx, to, name, wait, closing)
			}
			return d, err
		}
		select { // what came meanwhile counts, also when the time is over
		case <-news:
			continue
		default:
		}
		select {
		case <-news:
		case <-over:
			return transport.Deliveries{}, nil
		case <-closing:
			return transport.Deliveries{}, nil
		case <-ctx.Done():
			return transport.Deliveries{}, ctx.Err()
		}
	}
}

// follow opens the stream of the smallest versions of a collection, if any are here or
// awaited. The news does not wait for what is wrong with them: who asks for them hears it.
func (k *Server) follow(ctx context.Context, to collection.UserID, name collection.Name, wait time.Duration, closing <-chan struct{}) io.ReadCloser {
	p, err := k.pull(ctx, to, name, 0, nil, wait, closing)
	if err != nil {
		return nil
	}
	if len(p.due) == 0 && !p.more {
		p.Close()
		return nil
	}
	return p
}

// waiting returns the notifications that wait for a recipient, first ones with
// their covers; where they are too many for one answer, some, and others the next
// time.
func (k *Server) waiting(ctx context.Context, to collection.UserID, keys Statements) ([]transport.Delivery, error) {
	after := k.core.answers.ended(to)
	waiting, end, err := k.waitingAfter(ctx, to, after, keys)
	if err == nil && len(waiting) == 0 && after != "" {
		waiting, end, err = k.waitingAfter(ctx, to, "", keys)
	}
	if err == nil {
		k.core.answers.set(to, end)
	}
	return waiting, err
}

// waitingAfter returns what follows one record, and the last record if there is
// still more.
func (k *Server) waitingAfter(ctx context.Context, to collection.UserID, after string, keys Statements) (waiting []transport.Delivery, end string, err error) {
	size := 0
	for r, err := range record.Walk(ctx, k.core.Store, newsRecord.Under(to), after, 0) {
		if len(waiting) == maxDeliveries || size >= maxAnswer {
			return waiting, end, nil
		}
		var d transport.Delivery
		var there bool
		if err == nil {
			d, there, err = k.delivery(ctx, to, r, keys)
		}
		if record.Damaged(err, r.Key) {
			k.core.Failed(err)
		} else if err != nil {
			return nil, "", err
		}
		if end = r.Key; there {
			waiting = append(waiting, d)
			size += len(d.Notification.Cover) + sizeOf(d.State) + maxEntry
		}
	}
	return waiting, "", nil
}

// maxEntry is about how long an entry is, without what goes with it.
const maxEntry = 1 << 10

// delivery returns what waits under a number, with its cover and its collection if it is
// the first word; nothing if something newer has taken its place, or if the entry is
// damaged: that keeps no other back.
func (k *Server) delivery(ctx context.Context, to collection.UserID, r transport.Record, keys Statements) (d transport.Delivery, there bool, err error) {
	name, err := readNameValue(r)
	if err != nil {
		return d, false, err
	}
	key := entryRecord.Key(to, name)
	e, _, err := record.Load[entry](ctx, k.core.Store, key)
	if record.Damaged(err, key) {
		k.core.Failed(err)
		return d, false, nil
	}
	if err != nil || numbered(newsRecord, to, e.Number) != r.Key {
		return d, false, err
	}
	if n := &e.Delivery.Notification; n.Reason == notify.Shared { // the news does not wait for more
		n.Cover, _ = k.Cover(ctx, name)
		e.Delivery.State = k.small(ctx, to, name, keys)
	}
	return e.Delivery, true, nil
}

// sizeOf is how long a state is, about.
func sizeOf(s *transport.State) int {
	if s == nil {
		return 0
	}
	n := len(s.Collection)
	for _, source := range s.Sources {
		n += len(source.URL) + len(source.Items)
	}
	for _, key := range s.Keys {
		n += len(key)
	}
	return n
}

// small is Whole of a collection that is small, with what is told beside it; nil of
// others.
func (k *Server) small(ctx context.Context, to collection.UserID, name collection.Name, keys Statements) *transport.State {
	s, err := k.Whole(ctx, to, name, keys)
	if err != nil || len(s.Ends) > 0 || sizeOf(&s) > maxState {
		return nil
	}
	return &s
}

func (a *answers) ended(to collection.UserID) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.end[to]
}

func (a *answers) set(to collection.UserID, end string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if end == "" {
		delete(a.end, to)
		return
	}
	if a.end == nil {
		a.end = map[collection.UserID]string{}
	}
	a.end[to] = end
}

package station

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// What goes in one answer, so that nobody can make it too large for its reader:
// so many deliveries, and no further one after so many bytes.
const (
	maxDeliveries = 64
	maxAnswer     = 1 << 20
)

// answers remembers where the last answer to a recipient ended for whom there was
// more: the next one goes on there, even if what was given is never acknowledged.
// The zero answers are none.
type answers struct {
	mu  sync.Mutex
	end map[collection.UserID]string // key of the last record
}

// Waiting returns the notifications that wait for a recipient, first ones with
// their covers; where they are too many for one answer, some, and others the next
// time.
func (k *Core) Waiting(ctx context.Context, to collection.UserID) ([]transport.Delivery, error) {
	after := k.answers.ended(to)
	waiting, end, err := k.waitingAfter(ctx, to, after)
	if err == nil && len(waiting) == 0 && after != "" {
		waiting, end, err = k.waitingAfter(ctx, to, "")
	}
	if err == nil {
		k.answers.set(to, end)
	}
	return waiting, err
}

// waitingAfter returns what follows one record, and the last record if there is
// still more.
func (k *Core) waitingAfter(ctx context.Context, to collection.UserID, after string) (waiting []transport.Delivery, end string, err error) {
	size := 0
	for r, err := range k.Store.Scan(ctx, outboxOf(to)) {
		if err != nil {
			return nil, "", err
		}
		if r.Key <= after {
			continue
		}
		if len(waiting) == maxDeliveries || size >= maxAnswer {
			return waiting, end, nil
		}
		d, err := transport.Decode[transport.Delivery](r.Value)
		if err != nil {
			return nil, "", err
		}
		if n := &d.Notification; n.Reason == notify.Shared {
			n.Cover, _ = k.Cover(ctx, n.Name()) // the news does not wait for a picture
		}
		waiting, end = append(waiting, d), r.Key
		size += len(r.Value) + len(d.Notification.Cover)
	}
	return waiting, "", nil
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

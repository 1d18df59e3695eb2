package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// ears note when the readers of a staff were first told of a collection, and of one
// without labels. They are safe for concurrent use.
type ears struct {
	mu              sync.Mutex
	first, complete map[collection.Name]time.Time
}

func newEars() *ears {
	return &ears{first: map[collection.Name]time.Time{}, complete: map[collection.Name]time.Time{}}
}

// hear notes one notification.
func (e *ears) hear(n notify.Notification) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if _, heard := e.first[n.Name()]; !heard {
		e.first[n.Name()] = now
	}
	if _, heard := e.complete[n.Name()]; !heard && n.Labelled == 0 {
		e.complete[n.Name()] = now
	}
}

// round reads all the news of some readers.
func (e *ears) round(ctx context.Context, to client, readers []*member) error {
	for _, m := range readers {
		if err := e.readAll(ctx, m, to.as(m)); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads the news of one reader to their end.
func (e *ears) readAll(ctx context.Context, m *member, in transport.Feed) error {
	for {
		news, err := in.Changes(ctx, transport.ChangesRequest{After: m.read})
		if err != nil || len(news.Entries) == 0 {
			return err
		}
		for _, one := range news.Entries {
			e.hear(one.Notification)
		}
		m.read = news.Next
	}
}

// listen reads news until it is told to stop, whoever is not there at times.
func (e *ears) listen(ctx context.Context, to client, s *staff, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		case <-time.After(stillness):
		}
		if err := e.round(ctx, to, s.readers()); err != nil && !errors.Is(err, transport.ErrUnreachable) {
			return err
		}
	}
}

// missing is of how many albums the news are missing: that they are there, and that they
// have no labels if that was acknowledged.
func (e *ears) missing(albums []*acknowledged) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range albums {
		_, first := e.first[a.collection.Name()]
		_, complete := e.complete[a.collection.Name()]
		if !first || !a.completed.IsZero() && !complete {
			n++
		}
	}
	return n
}

// longest is the longest time from an answer until it was told, if it was.
func (e *ears) longest(albums []*acknowledged) (d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range albums {
		d = max(d, e.first[a.collection.Name()].Sub(a.answered))
		if !a.completed.IsZero() {
			d = max(d, e.complete[a.collection.Name()].Sub(a.completed))
		}
	}
	return d
}

// maxTelling is how long it may take until all have been told: the lease of what a process
// had begun, and some more.
const maxTelling = 2 * time.Minute

// hearAll reads news until everybody was told of what was acknowledged, or for as long as
// that may take.
func (e *ears) hearAll(ctx context.Context, to client, s *staff) error {
	for end := time.Now().Add(maxTelling); ; time.Sleep(stillness) {
		if err := e.round(ctx, to, s.readers()); err != nil {
			return err
		}
		if e.missing(s.shared) == 0 || time.Now().After(end) {
			return nil
		}
	}
}

package peer

import (
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Deliver implements transport.Recipient.
func (h home) Deliver(ctx context.Context, n notify.Notification) error {
	return h.drain.Do(func() error {
		if n.To != h.user {
			return transport.At(transport.ErrForbidden, "to somebody else")
		}
		gossip, err := h.mayNotify(ctx, n.Name())
		if err != nil {
			return err
		}
		n, err := byPeer(n)
		if err != nil {
			return err
		}
		if gossip {
			err = h.hearGossip(ctx, n)
		} else {
			err = h.ask(ctx, n.Name(), func(from library) error { return h.Reader.take(ctx, n, from) })
		}
		h.wake(h.user)
		return err
	})
}

// mayNotify returns nil if the caller may notify of a collection, and whether that is gossip:
// of what is known here, and names no authority, whoever may read it tells what is new.
func (h home) mayNotify(ctx context.Context, name collection.Name) (gossip bool, err error) {
	s, err := h.core.Load(ctx, name)
	c := s.Collection
	gossip = err == nil && c.Authority().IsZero() && c.MayRead(h.caller.User)
	switch {
	case h.caller.User == name.Author, gossip:
		return gossip, nil
	case err == nil && engine.MayComplete(c, h.caller.User), err != nil && !isUnknown(err):
		return false, err
	}
	return false, transport.ErrForbidden
}

// collectNews returns the notifications that were taken since the last call: what it
// returns is forgotten at the last moment, and returned whatever happens to the others.
func (p *Reader) collectNews(ctx context.Context) ([]notify.Notification, error) {
	p.news.Lock()
	defer p.news.Unlock()
	var news []notify.Notification
	var failed []error
	for r, err := range record.Walk(ctx, p.cfg.Store, untakenRecord.Under(), "", 0) {
		var n notify.Notification
		if err == nil {
			n, err = p.untaken(ctx, r)
		}
		if err != nil {
			failed = append(failed, p.aside(err, r.Key))
			continue
		}
		news = append(news, n) // rather twice than never
		err = record.Replace(ctx, p.cfg.Store, r, nil)
		if !errors.Is(err, transport.ErrConflict) { // else what is newer is returned the next time
			failed = append(failed, err)
		}
	}
	return news, errors.Join(failed...)
}

// aside logs that a record is damaged, which keeps nothing else back, and returns what is
// another error.
func (p *base) aside(err error, key string) error {
	if !record.Damaged(err, key) {
		return err
	}
	p.cfg.Log.Error("record damaged", "error", err)
	return nil
}

// untaken returns the news that a record says the program has not got yet.
func (p *Reader) untaken(ctx context.Context, r transport.Record) (n notify.Notification, err error) {
	name, err := record.Name(r.Key)
	if err != nil {
		return n, err
	}
	last, any, err := p.lastNews(ctx, name)
	n = last.Notification
	switch {
	case err == nil && !any:
		err = transport.At(transport.ErrStorage, r.Key)
	case record.Damaged(err, newsRecord.Key(name)):
		err = transport.At(err, r.Key)
	}
	if len(r.Value) > 0 {
		n.Cover = r.Value
	}
	return n, err
}

// awaitNews is collectNews that waits for as long as a hub would.
func (p *Reader) awaitNews(ctx context.Context) ([]notify.Notification, error) {
	over := time.After(p.cfg.Wait)
	woken, stop, err := station.Await(ctx, &p.bus, p.user)
	if err != nil {
		return nil, err
	}
	defer stop()
	for {
		news, err := p.collectNews(ctx)
		if err != nil || len(news) > 0 {
			return news, err
		}
		select { // what came meanwhile counts, also when the time is over
		case <-woken:
			continue
		default:
		}
		select {
		case <-woken:
		case <-over:
			return nil, nil
		case <-p.running.Done():
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

package peer

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Recipient takes notifications for the peer's user from one who tells the
// recipients itself, whom the caller vouches for: the author of the collection
// or one who may complete it. Receive then returns them.
func (p *Peer) Recipient(user collection.UserID) transport.Recipient { return recipient{p, user} }

type recipient struct {
	*Peer
	user collection.UserID
}

// Deliver implements transport.Recipient.
func (r recipient) Deliver(ctx context.Context, n notify.Notification) error {
	leave, err := r.enter()
	if err != nil {
		return err
	}
	defer leave()
	if n.To != r.Peer.user {
		return transport.At(transport.ErrForbidden, "to somebody else")
	}
	if err := r.mayNotify(ctx, n.Name()); err != nil {
		return err
	}
	if n, err = byPeer(n); err != nil {
		return err
	}
	err = r.ask(ctx, n.Name(), func(from library) error { return r.take(ctx, n, from) })
	r.broadcast.Wake(r.Peer.user)
	return err
}

// mayNotify reports whether the caller may notify of a collection.
func (r recipient) mayNotify(ctx context.Context, name collection.Name) error {
	if r.user == name.Author {
		return nil
	}
	s, err := r.core.Load(ctx, name)
	if err == nil && !engine.MayComplete(s.Collection, r.user) || errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrSeal) {
		return transport.ErrForbidden
	}
	return err
}

// give fetches what was wished for and may be fetched now, and then returns the
// notifications that were taken since the last call: what it returns is forgotten
// at the last moment, and given whatever happens to the others.
func (p *Peer) give(ctx context.Context) ([]notify.Notification, error) {
	failed := []error{p.tryNewWishes(ctx)}
	p.news.Lock()
	defer p.news.Unlock()
	var news []notify.Notification
	for r, err := range p.cfg.Store.Scan(ctx, "q/") {
		var n notify.Notification
		if err == nil {
			n, err = transport.Decode[notify.Notification](r.Value)
		}
		if err != nil {
			failed = append(failed, err)
			break
		}
		news = append(news, n) // rather twice than never
		failed = append(failed, p.cfg.Store.Apply(ctx, transport.Change{Key: r.Key, Old: r.Value}))
	}
	return news, errors.Join(failed...)
}

// tryNewWishes fetches what was wished for of the collections that there is news
// of.
func (p *Peer) tryNewWishes(ctx context.Context) error {
	var failed []error
	for r, err := range p.cfg.Store.Scan(ctx, "q/") {
		if err != nil {
			return err
		}
		_, err := p.tryWishes(ctx, "w/"+strings.TrimPrefix(r.Key, "q/")+"/", always)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// awaitHanded is give that waits for as long as a hub would.
func (p *Peer) awaitHanded(ctx context.Context) ([]notify.Notification, error) {
	timer := time.NewTimer(p.cfg.Wait)
	defer timer.Stop()
	for {
		woken := p.broadcast.Wait(p.user)
		news, err := p.give(ctx)
		if err != nil || len(news) > 0 {
			return news, err
		}
		select {
		case <-woken:
		case <-timer.C:
			return nil, nil
		case <-p.closing:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

package peer

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
)

// AcceptReader says that users to whom the hub has resolved addresses of a collection are
// those whom the peer's user, its author, has meant: they may have originals from then on,
// wherever these are served, which is told to them. It holds for the addresses that are
// resolved now, in all editions, and cannot be taken back. Whom there is to accept,
// collection.Collection.Unaccepted says of View's; Receive returns a notification with the
// reason notify.Resolved when there is somebody new. The error wraps transport.ErrForbidden
// for a collection of somebody else's, and transport.ErrNotFound where the hub has not named
// one of the users: then nobody is accepted. Other errors are those of NotifyHub, which says
// again what the hub has not heard.
func (p *Author) AcceptReader(ctx context.Context, name collection.Name, users ...collection.UserID) error {
	return p.change(ctx, name, func(c collection.Collection) (collection.Collection, error) {
		if p.user != c.Author() {
			return c, transport.ErrForbidden
		}
		for _, u := range users {
			if !c.MayRead(u) {
				return c, transport.At(transport.ErrNotFound, "user "+u.String())
			}
		}
		return p.accepting(ctx, c, func(u collection.UserID) bool { return slices.Contains(users, u) })
	})
}

// accepting returns a collection of the peer's user in which those are accepted for whom
// accepts says so.
func (p *base) accepting(ctx context.Context, c collection.Collection, accepts func(collection.UserID) bool) (_ collection.Collection, err error) {
	for a, u := range c.Unaccepted() {
		if err == nil && accepts(u) {
			c, err = c.Accept(ctx, p.signer, a, u, p.cfg.Now())
		}
	}
	return c, err
}

// acceptReaders asks Config.AcceptReader about those whom the hub has named, and returns
// the state in which they are accepted. The others wait for Author.AcceptReader, which is
// logged of those who are new.
func (p *base) acceptReaders(ctx context.Context, before collection.Collection, s engine.State) (engine.State, error) {
	name := s.Collection.Name()
	if p.user != name.Author {
		return s, nil
	}
	accepted := map[collection.UserID]bool{}
	for _, u := range s.Collection.Unaccepted() {
		switch {
		case accepted[u]:
		case p.cfg.AcceptReader != nil && p.cfg.AcceptReader(ctx, name, u):
			accepted[u] = true
		case !before.MayRead(u):
			audit.Log(p.cfg.Log, audit.ReaderUnaccepted, "user", u, "collection", name)
		}
	}
	if len(accepted) == 0 {
		return s, nil
	}
	r, err := p.core.Do(ctx, name, func(s engine.State) (engine.Event, error) {
		c, err := p.accepting(ctx, s.Collection, func(u collection.UserID) bool { return accepted[u] })
		return engine.Updated{Collection: c}, err
	})
	return r.State, err
}

// isUnaccepted reports whether the peer's user reads a collection by the hub's word alone.
func (p *base) isUnaccepted(c collection.Collection) bool {
	return c.MayRead(p.user) && !c.MayReadComplete(p.user)
}

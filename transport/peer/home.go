package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Home is what the peer gives to one user, whom the caller vouches for: the
// collections that the user may read, their versions, and the notifications
// that wait where the peer itself tells the recipients. With it a family needs
// no hub.
func (p *Peer) Home(user collection.UserID) transport.Home {
	return home{served{Peer: p, user: user}}
}

// Authority is what the peer gives to an authority, for whose key the caller
// vouches, of the collections that name it: single blocks of originals, by which
// it checks announcements, and all partial versions, since it may lack what
// another peer could not supply.
func (p *Peer) Authority(key collection.KeyID) transport.Home {
	return home{served{Peer: p, authority: key}}
}

// homeOf is what the peer gives to the caller of a request.
func (p *Peer) homeOf(i httplink.Identity) transport.Home {
	if i.User.IsZero() {
		return p.Authority(i.Key)
	}
	return p.Home(i.User)
}

type home struct{ served }

// Collection implements transport.Library.
func (h home) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	leave, err := h.enter()
	if err != nil {
		return transport.State{}, err
	}
	defer leave()
	return h.core.Whole(ctx, h.user, name, h.statements)
}

// Updates implements transport.Library.
func (h home) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	leave, err := h.enter()
	if err != nil {
		return transport.State{}, err
	}
	defer leave()
	return h.core.Changes(ctx, h.user, name, h.statements)
}

// Version implements transport.Library.
func (h home) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	leave, err := h.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if !h.user.IsZero() {
		return h.core.Partial(ctx, h.user, ref, offset)
	}
	if err := h.meet(ctx, ref.Collection); err != nil {
		return nil, err
	}
	state, err := h.audit(ctx, ref.Collection)
	if err != nil {
		return nil, err
	}
	return h.core.PartialOf(ctx, state, ref, offset)
}

// Notifications implements transport.Inbox.
func (h home) Notifications(ctx context.Context) (transport.Deliveries, error) {
	leave, err := h.enter()
	if err != nil {
		return transport.Deliveries{}, err
	}
	defer leave()
	return h.broadcast.Poll(ctx, h.user, h.cfg.Wait, h.closing, func() ([]transport.Delivery, error) { return h.core.Waiting(ctx, h.user) })
}

// Acknowledge implements transport.Inbox.
func (h home) Acknowledge(ctx context.Context, receipts transport.Receipts) error {
	leave, err := h.enter()
	if err != nil {
		return err
	}
	defer leave()
	for _, r := range receipts.Read {
		if err := h.core.Acknowledge(ctx, h.user, r); err != nil {
			return err
		}
	}
	return nil
}

// statements returns the key statements of the parties to a collection, as far as
// the peer has any. Keys that are pinned have none: who reads knows them too.
func (p *Peer) statements(ctx context.Context, s engine.State) ([][]byte, error) {
	var all [][]byte
	if len(p.cfg.Statement) > 0 {
		all = append(all, p.cfg.Statement)
	}
	for r, err := range p.cfg.Store.Scan(ctx, "y/") {
		if err != nil {
			return nil, err
		}
		var statement signature.KeyStatement
		if err := statement.UnmarshalBinary(r.Value); err != nil {
			return nil, transport.At(errors.Join(transport.ErrStorage, err), r.Key)
		}
		if engine.MayComplete(s.Collection, statement.User) && string(r.Value) != string(p.cfg.Statement) {
			all = append(all, r.Value)
		}
	}
	return all, nil
}

package hub

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// unknownIn returns the first recipients of a collection whom nobody tells of it, so that its
// author is told: who has mistyped an id or an address, or shares with somebody who was
// deleted, hears that nobody gets anything. Those are users who have no account here and,
// where no letters are written, addresses that are no user's. A user with an account and no
// station yet is none of them: the feed waits for the first.
func (h *Hub) unknownIn(ctx context.Context, c collection.Collection) ([]string, error) {
	if c.Ended() {
		return nil, nil
	}
	unknown, temporary, err := h.users.unknownIn(ctx, c)
	if err == nil && h.cfg.Mail.Channel == nil {
		var more []string
		more, err = h.addresses.unwritten(ctx, c, temporary)
		unknown = append(unknown, more...)
	}
	return unknown[:min(len(unknown), transport.MaxUnknown)], err
}

// unknownIn returns the ids of recipients who have no account here, and the addresses of
// those that have a temporary one.
func (u *users) unknownIn(ctx context.Context, c collection.Collection) (unknown []string, temporary map[records.Hash]string, err error) {
	users, found, err := u.recipients(ctx, c)
	if errors.Is(err, transport.ErrStorage) { // the share goes on, also where an account is damaged
		u.cfg.Log.Error("not looked up which recipients there are", "error", err)
		return nil, nil, nil
	}
	temporary = map[records.Hash]string{}
	for i, r := range found {
		if r.Version == 0 {
			unknown = append(unknown, users[i].String())
		} else if p, err := record.Value[Person](r); err == nil && p.Temporary && len(p.Addresses) > 0 {
			temporary[records.HashOf(p.Addresses[0])] = p.Addresses[0]
		}
	}
	return unknown, temporary, err
}

// recipients looks up the first thousand recipients of a collection, all in one look. A
// Directory that is not the hub's own does not say who there is: then there is none.
func (u *users) recipients(ctx context.Context, c collection.Collection) (users []collection.UserID, found []transport.Record, err error) {
	var keys []string
	for user := range c.Recipients() {
		if len(users) == lookups || !u.own() {
			break
		}
		users, keys = append(users, user), append(keys, records.Person.Key(user))
	}
	if len(keys) > 0 {
		found, err = u.cfg.Store.Get(ctx, keys...)
	}
	return users, found, err
}

// unwritten returns the addresses that a collection's author has named and nobody reads: they
// are no user's, or one's whose temporary account is among some.
func (a *addresses) unwritten(ctx context.Context, c collection.Collection, temporary map[records.Hash]string) (unwritten []string, err error) {
	m, err := loadMailing(ctx, a.cfg.Store, c.Name())
	if err != nil || len(m.Entries) == 0 {
		return nil, err
	}
	found, err := a.found(ctx, m)
	if err != nil {
		return nil, err
	}
	for _, e := range m.Entries {
		_, joined := found[e.Blinded]
		switch address, made := temporary[e.Hash]; {
		case made: // nobody but who has named it is to see it
			unwritten = append(unwritten, address)
		case e.pending() && !joined && c.HasAddress(e.Blinded):
			unwritten = append(unwritten, e.Address)
		}
	}
	return unwritten, nil
}

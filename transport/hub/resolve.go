package hub

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Joined says that addresses have become users', by the hub's Directory: the
// collections that were shared with one of them are theirs to read from then
// on. The hub's own accounts need no call, and without one the hub finds out
// when a collection is next shared or announced.
//
// Where the hub makes temporary accounts, the directory makes a person the user of
// theirs, which [Accounts.ByAddress] tells before they join, and Joined makes the
// account their own. For another user the error wraps ErrTaken: what was shared
// with the account names its user for good. Other errors are those of the store
// and the directory.
func (h *Hub) Joined(ctx context.Context, addresses ...string) error {
	return h.drain.Do(func() error {
		for _, address := range addresses {
			normal, err := collection.NormalAddress(address)
			if err != nil {
				return err
			}
			adopted := h.users.adopt(ctx, normal)
			if err := errors.Join(adopted, h.addresses.join(ctx, records.HashOf(normal))); err != nil {
				return err
			}
		}
		return nil
	})
}

// joined is Joined for the hub's own accounts, whose change stands already. What
// fails is done when the hub starts again or probes, or the collection is next shared.
func (h *Hub) joined(ctx context.Context, addresses []string) {
	if err := h.Joined(ctx, addresses...); err != nil && !errors.Is(err, transport.ErrClosed) {
		h.cfg.Log.Error("addresses not resolved yet", "error", err)
	}
}

// maxJoined is for how many addresses a hub does, before it starts, what another one
// has left undone.
const maxJoined = 16

// joinAll does what a crash has left undone, for so many addresses; 0 = for all.
func (a *addresses) joinAll(ctx context.Context, limit int) error {
	var failed []error
	for r, err := range record.Walk(ctx, a.cfg.Store, records.Joined.Under(), "", limit) {
		if r.Key != "" { // that is all that counts of it
			err = a.join(ctx, records.Hash(strings.TrimPrefix(r.Key, records.Joined.Under())))
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// join resolves the address with a hash wherever it waits, drops the note that
// this is still to be done.
func (a *addresses) join(ctx context.Context, hash records.Hash) error {
	names, err := record.Names(ctx, a.cfg.Store, records.Pending.Under(hash)) // shared with an address that was no user's
	failed := []error{err}
	for _, name := range names {
		failed = append(failed, a.resolve(ctx, name))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return record.Put(ctx, a.cfg.Store, transport.Change{Key: records.Joined.Key(hash)})
}

// resolveIn is resolve of a collection that was read.
func (a *addresses) resolveIn(ctx context.Context, c collection.Collection) error {
	for range c.Addresses() {
		return a.resolve(ctx, c.Name())
	}
	return nil
}

// resolve seals who the users behind a collection's blinded addresses are, as
// far as the directory knows now.
func (a *addresses) resolve(ctx context.Context, name collection.Name) error {
	m, err := loadMailing(ctx, a.cfg.Store, name)
	if err != nil || !slices.ContainsFunc(m.Entries, entry.pending) {
		return err
	}
	found, err := a.found(ctx, m)
	if err != nil || len(found) == 0 {
		return err
	}
	r, err := a.core.Do(ctx, name, func(s engine.State) (engine.Event, error) {
		return a.resolution(ctx, s, found)
	})
	if err != nil || !a.resolves(r.State) {
		return err
	}
	return a.forget(ctx, name, found)
}

// found returns the users of the addresses that wait for one.
func (a *addresses) found(ctx context.Context, m mailing) (map[collection.Address]collection.UserID, error) {
	found := map[collection.Address]collection.UserID{}
	in := record.Reading(a.cfg.Store)
	var waiting []string
	for _, e := range m.Entries {
		if e.pending() {
			waiting = append(waiting, e.Address)
		}
	}
	if err := fetchAddresses(ctx, in, waiting); err != nil {
		return nil, err
	}
	for _, e := range m.Entries {
		if !e.pending() {
			continue
		}
		user, err := a.users.byAddress(ctx, in, e.Address)
		if errors.Is(err, transport.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		temporary, err := writesTo(ctx, a.cfg.Store, user)
		if err != nil {
			return nil, err
		}
		if temporary == "" {
			found[e.Blinded] = user
		}
	}
	return found, nil
}

// resolves reports whether the hub may say whose addresses are whose: not before
// the author has sealed the collection, nor if its authority is another.
func (a *addresses) resolves(s engine.State) bool {
	return s.Sealed && s.Collection.Authority() == a.core.Rules.Authority
}

// resolution is the event in which the authority names the users.
func (a *addresses) resolution(ctx context.Context, s engine.State, found map[collection.Address]collection.UserID) (engine.Event, error) {
	if !a.resolves(s) {
		return nil, nil
	}
	c := s.Collection
	resolved := maps.Collect(c.Resolved())
	for address, user := range found {
		if _, done := resolved[address]; done || !c.HasAddress(address) {
			continue
		}
		var err error
		if c, err = c.Resolve(ctx, a.core.Signer, address, user, a.cfg.Now()); err != nil {
			return nil, err
		}
	}
	return engine.Updated{Collection: c}, nil
}

// forget drops the addresses in clear of those who have become users.
func (a *addresses) forget(ctx context.Context, name collection.Name, found map[collection.Address]collection.UserID) error {
	_, err := record.Update(ctx, a.cfg.Store, func(tx *record.Tx) error {
		m, err := loadMailing(ctx, tx, name)
		if err != nil {
			return err
		}
		for i, e := range m.Entries {
			if user, ok := found[e.Blinded]; ok && e.pending() {
				m.Entries[i].User, m.Entries[i].Address = user, ""
				tx.Set(records.Pending.Key(e.Hash, name), nil)
			}
		}
		return tx.Encode(records.Mailing.Key(name), m)
	})
	return err
}

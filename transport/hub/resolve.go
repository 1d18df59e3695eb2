package hub

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// waitingFor lists the collections that were shared with an address that was no
// user's.
func (h *Hub) waitingFor(ctx context.Context, hash string) ([]collection.Name, error) {
	var names []collection.Name
	prefix := "pending/" + hash + "/"
	for r, err := range h.cfg.Store.Scan(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		name, err := parseName(strings.TrimPrefix(r.Key, prefix))
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

func parseName(s string) (name collection.Name, err error) {
	author, id, _ := strings.Cut(s, "/")
	if errors.Join(name.Author.UnmarshalText([]byte(author)), name.ID.UnmarshalText([]byte(id))) != nil {
		return name, transport.At(transport.ErrStorage, "name")
	}
	return name, nil
}

// resolved resolves a collection's addresses after a step.
func (s session) resolved(ctx context.Context, name collection.Name, r station.Result) (station.Result, error) {
	told, err := s.resolve(ctx, name)
	r.Notified = append(r.Notified, told...)
	return r, err
}

// resolve seals who the users behind a collection's blinded addresses are, as
// far as the directory knows now, and returns who was told.
func (h *Hub) resolve(ctx context.Context, name collection.Name) ([]collection.UserID, error) {
	if m, _, err := h.mailing(ctx, name); err != nil || !slices.ContainsFunc(m.Entries, entry.pending) {
		return nil, err
	}
	h.mailings.Lock()
	defer h.mailings.Unlock()
	m, before, err := h.mailing(ctx, name)
	if err != nil {
		return nil, err
	}
	found, err := h.found(ctx, m)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	r, err := h.core.Do(ctx, name, func(s engine.State) (engine.Event, error) {
		return h.resolution(ctx, s, found)
	})
	if err != nil || !h.resolves(r.State) {
		return r.Notified, err
	}
	return r.Notified, h.forget(ctx, name, m, before, found)
}

// found returns the users of the addresses that wait for one.
func (h *Hub) found(ctx context.Context, m mailing) (map[collection.Address]collection.UserID, error) {
	found := map[collection.Address]collection.UserID{}
	for _, e := range m.Entries {
		if !e.pending() {
			continue
		}
		user, err := h.userOf(ctx, e.Address)
		if errors.Is(err, transport.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		temporary, err := h.accounts.writesTo(ctx, user)
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
func (h *Hub) resolves(s engine.State) bool {
	return s.Sealed && s.Collection.Authority() == h.core.Rules.Authority
}

// resolution is the event in which the authority names the users.
func (h *Hub) resolution(ctx context.Context, s engine.State, found map[collection.Address]collection.UserID) (engine.Event, error) {
	if !h.resolves(s) {
		return nil, nil
	}
	c := s.Collection
	for address, user := range found {
		if !c.HasAddress(address) {
			continue
		}
		var err error
		if c, err = c.Resolve(ctx, h.signer, address, user, h.cfg.Now()); err != nil {
			return nil, err
		}
	}
	return engine.Updated{Collection: c}, nil
}

// forget drops the addresses in clear of those who have become users.
func (h *Hub) forget(ctx context.Context, name collection.Name, m mailing, before []byte, found map[collection.Address]collection.UserID) error {
	var changes []transport.Change
	for i, e := range m.Entries {
		if user, ok := found[e.Blinded]; ok && e.pending() {
			m.Entries[i].User, m.Entries[i].Address = user, ""
			changes = append(changes, transport.Change{Key: pendingKey(e.Hash, name)})
		}
	}
	data, err := transport.Encode(m)
	if err != nil {
		return err
	}
	return h.cfg.Store.Apply(ctx, append(changes, transport.Change{Key: mailingKey(name), Value: data, Old: before})...)
}

package hub

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// chosen returns the channels of the members who are told something, as far as it is in their
// feeds: what is held back there is told by no channel.
func (h *Hub) chosen(ctx context.Context, tx *record.Tx, t engine.Notify) (to []mail.Recipient, err error) {
	if len(h.cfg.Mail.Channels) == 0 {
		return nil, nil
	}
	keys := make([]string, len(t.To))
	for i, u := range t.To {
		keys[i] = records.Chosen.Key(u)
	}
	if err := tx.Fetch(ctx, keys...); err != nil { // all at once
		return nil, err
	}
	for i, u := range t.To {
		names, err := h.channelsOf(ctx, tx, u, keys[i], t.Notification.Name())
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			to = append(to, mail.Recipient{User: u, Channel: name})
		}
	}
	return to, nil
}

// channelsOf returns the names of the channels over which one member is told of a collection.
func (h *Hub) channelsOf(ctx context.Context, tx *record.Tx, u collection.UserID, key string, of collection.Name) ([]string, error) {
	choice, err := mail.ChoiceOf(ctx, tx, u)
	if record.Damaged(err, key) {
		h.cfg.Log.Error("the channels of a user are damaged, and not used", "error", err)
		return nil, nil
	}
	if err != nil || len(choice.Addresses) == 0 {
		return nil, err
	}
	if told, err := station.InFeed(ctx, tx, u, of); err != nil || !told {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(choice.Addresses))
	return slices.DeleteFunc(names, func(name string) bool { return h.cfg.Mail.Channels[name] == nil }), nil
}

// nameOf returns what an author is called, as mail.Hub.Name says: as far as the hub's own
// accounts know.
func (h *Hub) nameOf(ctx context.Context, author collection.UserID) (string, error) {
	p, err := h.accounts.Person(ctx, author)
	if errors.Is(err, transport.ErrNotFound) {
		return "", nil
	}
	return p.Name, err
}

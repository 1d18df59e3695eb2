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
	channels := h.cfg.Mail.Channels
	if len(channels) == 0 {
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
		choice, err := mail.ChoiceOf(ctx, tx, u)
		if record.Damaged(err, keys[i]) {
			h.cfg.Log.Error("the channels of a user are damaged, and not used", "error", err)
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(choice.Addresses) == 0 {
			continue
		}
		told, err := station.InFeed(ctx, tx, u, t.Notification.Name())
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(choice.Addresses)) {
			if told && channels[name] != nil {
				to = append(to, mail.Recipient{User: u, Channel: name})
			}
		}
	}
	return to, nil
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

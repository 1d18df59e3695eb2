package hub

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Whoever announces what they do not have, and is found out, does not get away with
// announcing it again until the items that are checked are others: those that have failed
// are checked first the next time. And nobody tries for long.

// mayServe refuses a source whose URL is too long, or that is one too many of its user's,
// and all while too many announcements of the user have failed.
func (s session) mayServe(ctx context.Context, state engine.State, url string) error {
	q := s.hub.quotas
	own, err := q.of(ctx, s.hub.cfg.Store, s.user)
	if err != nil {
		return err
	}
	failed, err := q.spentOn(ctx, s.hub.cfg.Store, records.Spent.Key(s.user, spentFailed), false)
	if err != nil {
		return err
	}
	served := int64(0)
	for _, source := range state.Sources {
		if source.User == s.user && source.URL != url {
			served++
		}
	}
	return errors.Join(
		station.Within("bytes of a source's URL", 0, int64(len(url)), own.URL),
		station.Within("sources of a collection", served, 1, own.Sources),
		station.Within("failed announcements in a day", failed.Used, 1, own.FailedAnnouncements))
}

// failedBefore returns the items that a user has announced in a collection and did not
// serve.
func (h *Hub) failedBefore(ctx context.Context, user collection.UserID, name collection.Name) (transport.Bits, error) {
	r, err := record.Get(ctx, h.cfg.Store, records.Failed.Key(user, name))
	return transport.Bits(r.Value), err
}

// noteChecked notes the outcome of a check of an item that a user has announced: that it
// failed, or that it has not, of one that did before. An error that is none of the source's
// answers is no outcome.
func (h *Hub) noteChecked(ctx context.Context, user collection.UserID, name collection.Name, item int, outcome error, before transport.Bits) error {
	lied := errors.Is(outcome, transport.ErrNotFound) || errors.Is(outcome, transport.ErrDigest) || errors.Is(outcome, transport.ErrMalformed)
	if !lied && (outcome != nil || !before.Has(item)) {
		return nil
	}
	_, err := record.Update(context.WithoutCancel(ctx), h.cfg.Store, func(tx *record.Tx) error {
		key := records.Failed.Key(user, name)
		r, err := record.Get(ctx, tx, key)
		if err != nil {
			return err
		}
		if !lied {
			if r.Value = transport.Bits(r.Value).Without(transport.BitsOf(item)); len(r.Value) == 0 {
				r.Value = nil
			}
			tx.Set(key, r.Value)
			return nil
		}
		tx.Set(key, transport.Bits(r.Value).Add(item))
		return h.quotas.count(ctx, tx, records.Spent.Key(user, spentFailed), 1)
	})
	return err
}

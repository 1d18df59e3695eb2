package station

import (
	"context"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A stranger is, for a user, an author with whom the user has never shared, nor consented to
// be told by. What strangers share comes into the user's feed, as far as it is little;
// the rest is held back, so that it costs the user nothing, until the user consents.

// Unasked bounds what comes in a day into one feed from all strangers together; one of them
// has a quarter of it. What is not above 0 is not bounded.
type Unasked struct{ Collections, Items int64 }

// within reports whether there is room for a collection of so many items in a part of it.
func (u Unasked) within(c contact, items, part int64) bool {
	return (u.Collections <= 0 || c.Collections < max(u.Collections/part, 1)) &&
		(u.Items <= 0 || c.Items+items <= max(u.Items/part, 1))
}

// contact is what a user has to do with an author, or with all strangers.
type contact struct {
	Known       bool  `cbor:"1,keyasint,omitempty"` // it is no stranger
	Since       int64 `cbor:"2,keyasint,omitempty"` // when the day began in which have come, in seconds since 1970,
	Collections int64 `cbor:"3,keyasint,omitempty"`
	Items       int64 `cbor:"4,keyasint,omitempty"`
}

// with counts a collection, in the day that is now.
func (c contact) with(items int64) contact {
	c.Collections++
	c.Items += items
	return c
}

const unaskedDay = 24 * time.Hour

// contactOf loads a contact as it is today. One that is damaged is a stranger.
func (k *Core) contactOf(ctx context.Context, tx *record.Tx, key string) (contact, error) {
	c, _, err := record.Load[contact](ctx, tx, key)
	if record.Damaged(err, key) {
		c, err = contact{}, nil
	}
	now := k.Now()
	if since := now.Sub(time.Unix(c.Since, 0)); since < 0 || since >= unaskedDay {
		c = contact{Known: c.Known, Since: now.Unix()}
	}
	return c, err
}

// holdBack reports whether the first entry on a collection is held back from a user's feed,
// and if not counts it.
func (k *Core) holdBack(ctx context.Context, tx *record.Tx, u collection.UserID, e entry) (bool, error) {
	n := e.Notification
	if k.Unasked.Collections <= 0 && k.Unasked.Items <= 0 || n.Author == u {
		return false, nil
	}
	from, key := contactRecord.Key(u, n.Author), heldRecord.Key(u, n.Name())
	c, err := k.contactOf(ctx, tx, from)
	if err != nil || c.Known {
		return false, err
	}
	if known, err := k.hasShared(ctx, u, n.Author); known || err != nil {
		if err == nil {
			err = tx.Encode(from, contact{Known: true})
		}
		return false, err
	}
	all, err := k.contactOf(ctx, tx, contactRecord.Key(u))
	if err != nil {
		return false, err
	}
	items := int64(n.Items)
	if !k.Unasked.within(c, items, 4) || !k.Unasked.within(all, items, 1) {
		return true, tx.Encode(key, e)
	}
	tx.Set(key, nil)
	if err := tx.Encode(from, c.with(items)); err != nil {
		return false, err
	}
	return false, tx.Encode(contactRecord.Key(u), all.with(items))
}

// hasShared reports whether a user has shared something with another, who was told.
func (k *Core) hasShared(ctx context.Context, u, with collection.UserID) (bool, error) {
	for r, err := range record.Walk(ctx, k.Store, entryRecord.Under(with, u), "", 1) {
		return r.Key != "", err
	}
	return false, nil
}

// Consent has all come into a user's feed, from now on, that another user shares, and what
// of it was held back.
func (k *Server) Consent(ctx context.Context, u, from collection.UserID) error {
	_, err := record.Update(ctx, k.core.Store, func(tx *record.Tx) error {
		return tx.Encode(contactRecord.Key(u, from), contact{Known: true})
	})
	if err != nil {
		return err
	}
	for r, err := range record.Walk(ctx, k.core.Store, heldRecord.Under(u, from), "", 0) {
		if err == nil {
			err = k.core.admitHeld(ctx, u, r.Key)
		}
		if err != nil && !record.Damaged(err, r.Key) {
			return err
		}
	}
	if k.core.Notified != nil {
		k.core.Notified(u)
	}
	return nil
}

// admitHeld puts an entry that was held back into the feed, unless it is there.
func (k *Core) admitHeld(ctx context.Context, u collection.UserID, key string) error {
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		e, r, err := record.Load[entry](ctx, tx, key)
		if err != nil || r.Version == 0 {
			return err
		}
		tx.Set(key, nil)
		old, there, err := record.Load[entry](ctx, tx, entryRecord.Key(u, e.Notification.Name()))
		if err != nil || there.Version > 0 && old.Number > 0 {
			return err
		}
		head, err := k.headOf(ctx, tx, u)
		if err != nil {
			return err
		}
		return k.enterEntry(tx, u, head, e, entry{})
	})
	return err
}

// HeldBack lists whose collections are held back from a user, each once, in the order of
// their ids: at most limit, that come after one.
func (k *Server) HeldBack(ctx context.Context, u, after collection.UserID, limit int) (from []collection.UserID, err error) {
	for len(from) < limit {
		next := collection.UserID{}
		for r, err := range record.Walk(ctx, k.core.Store, heldRecord.Under(u), heldRecord.Key(u, after)+"~", 1) {
			if err != nil && !record.Damaged(err, r.Key) {
				return from, err
			}
			author, _, _ := strings.Cut(strings.TrimPrefix(r.Key, heldRecord.Under(u)), "/")
			if err := next.UnmarshalText([]byte(author)); err != nil {
				return from, err
			}
		}
		if next.IsZero() {
			break
		}
		from, after = append(from, next), next
	}
	return from, nil
}

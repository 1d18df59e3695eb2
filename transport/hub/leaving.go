package hub

import (
	"context"
	"errors"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// left removes what is kept for a user who has been deleted, and then the note that this is
// still to be done.
func (h *Hub) left(ctx context.Context, user collection.UserID) error {
	return h.drain.Do(func() error { return h.removeLeft(ctx, user) })
}

func (h *Hub) removeLeft(ctx context.Context, user collection.UserID) error {
	store := h.cfg.Store
	if err := h.accounts.endIssuedMeanwhile(ctx, user); err != nil {
		return err
	}
	if err := errors.Join(h.dropMailings(ctx, user), h.dropLinks(ctx, user)); err != nil {
		return err
	}
	if err := h.core.Server.RemoveUser(ctx, user); err != nil {
		return err
	}
	for _, kind := range []record.Kind{records.Letter, records.Link, records.Spent, records.Failed, records.Silent} {
		if err := record.Drop(ctx, store, kind.Under(user)); err != nil {
			return err
		}
	}
	return record.Remove(ctx, store, records.Quotas.Key(user), records.Chosen.Key(user), records.Distrusted.Key(user), records.Leaving.Key(user))
}

// removeAllLeft goes on with what a crash has left of users who were deleted. Damage is told,
// and keeps no other work back: a record that names no user is removed.
func (h *Hub) removeAllLeft(ctx context.Context) error {
	keys, err := record.Keys(ctx, h.cfg.Store, records.Leaving.Under(), maxJoined)
	failed := []error{err}
	for _, key := range keys {
		var user collection.UserID
		if user.UnmarshalText([]byte(strings.TrimPrefix(key, records.Leaving.Under()))) != nil {
			h.failed("remove a user", transport.At(transport.ErrStorage, key), 0)
			err = record.Remove(ctx, h.cfg.Store, key)
		} else {
			err = h.removeLeft(ctx, user)
		}
		if at, ok := errors.AsType[*transport.PlaceError](err); ok && record.Damaged(err, at.Place) {
			h.failed("remove a user", err, 0)
			continue
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// dropMailings forgets the addresses to which a user has shared.
func (h *Hub) dropMailings(ctx context.Context, user collection.UserID) error {
	names, err := record.Names(ctx, h.cfg.Store, records.Mailing.Under(user))
	failed := []error{err}
	for _, name := range names {
		_, err := record.Update(ctx, h.cfg.Store, func(tx *record.Tx) error {
			key := records.Mailing.Key(name)
			m, err := loadMailing(ctx, tx, name)
			if err != nil && !record.Damaged(err, key) {
				return err
			}
			for _, e := range m.Entries {
				tx.Set(records.Pending.Key(e.Hash, name), nil)
			}
			tx.Set(key, nil)
			return nil
		})
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// dropLinks ends what guests have of a user.
func (h *Hub) dropLinks(ctx context.Context, user collection.UserID) error {
	keys, err := record.Keys(ctx, h.cfg.Store, records.Link.Under(user), 0)
	if err != nil {
		return err
	}
	of := map[collection.Name]bool{}
	for _, key := range keys {
		name, err := record.Name(key[:strings.LastIndexByte(key, '/')])
		if err != nil {
			return err
		}
		of[name] = true
	}
	for name := range of {
		if err := h.mail.RevokeLinks(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

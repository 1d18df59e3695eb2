package hub

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// forMail is what the mailer needs of the hub.
func (h *Hub) forMail() mail.Hub {
	return mail.Hub{
		Store: h.cfg.Store,
		Collection: func(ctx context.Context, name collection.Name, to mail.Recipient) (collection.Collection, bool, error) {
			s, err := h.loadFor(ctx, name, to)
			return s.Collection, s.Sealed, err
		},
		Cover: h.core.Server.Cover,
		Version: func(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
			s, err := h.core.Load(ctx, ref.Collection)
			if err != nil {
				return nil, err
			}
			return h.core.Peers.RecallOf(ctx, h.running, s, ref, offset)
		},
		Address: h.addresses.writesTo, Name: h.nameOf, Place: h.place, MayWrite: h.mayWrite, Finish: h.core.Finish,
		Shared: h.shared, Gallery: h.cfg.Gallery, Now: h.cfg.Now, Random: h.cfg.Random, Log: h.cfg.Log,
	}
}

// loadFor loads a collection for one who is written to on it: as the user who that is, if it is
// one.
func (h *Hub) loadFor(ctx context.Context, name collection.Name, to mail.Recipient) (engine.State, error) {
	s, err := h.core.Load(ctx, name)
	if err != nil {
		return s, err
	}
	u := to.User
	for address, resolved := range s.Collection.Resolved() {
		if address == to.Blinded {
			u = resolved
		}
	}
	if u.IsZero() {
		return s, nil
	}
	return h.core.Read(ctx, u, name)
}

// place is how an address stands in records, as mail.Hub.Place says: a digest of it that nobody
// can find out by trying who does not have the hub's secret.
func (h *Hub) place(ctx context.Context, to mail.Recipient, address string) (records.Hash, error) {
	check, err := h.spotCheck(ctx)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, check.secret)
	mac.Write([]byte("letters to " + to.Channel + " " + address))
	return records.Hash(hex.EncodeToString(mac.Sum(nil))), nil
}

// mayWrite counts a letter to an address, as mail.Hub.MayWrite says.
func (h *Hub) mayWrite(ctx context.Context, place records.Hash, most int64) (at time.Time, err error) {
	key := records.Spent.Key(collection.UserID{}, spentLettersTo, place)
	_, err = record.Update(ctx, h.cfg.Store, func(tx *record.Tx) error {
		s, err := h.quotas.spentOn(ctx, tx, key, false)
		if err != nil {
			return err
		}
		if at = h.cfg.Now(); s.Used >= most {
			at = s.over()
			return nil
		}
		return h.quotas.count(ctx, tx, key, 1)
	})
	return at, err
}

// letters puts the letters of a notification into the outbox: to the addresses that are
// nobody's, to temporary accounts, and to members who have chosen channels.
func (h *Hub) letters(ctx context.Context, tx *record.Tx, t engine.Notify) error {
	var to []mail.Recipient
	for _, a := range t.Addresses {
		to = append(to, mail.Recipient{Blinded: a})
	}
	temporary, err := h.temporary(ctx, tx, t.To)
	if err != nil {
		return err
	}
	chosen, err := h.chosen(ctx, tx, t)
	if err != nil {
		return err
	}
	return h.write(ctx, tx, t, slices.Concat(to, temporary, chosen))
}

// temporary returns those users whose accounts are temporary: they are written to.
func (h *Hub) temporary(ctx context.Context, tx *record.Tx, users []collection.UserID) (to []mail.Recipient, err error) {
	people := make([]string, len(users))
	for i, u := range users {
		people[i] = records.Person.Key(u)
	}
	if err := tx.Fetch(ctx, people...); err != nil { // all at once
		return nil, err
	}
	for i, u := range users {
		address, err := writesTo(ctx, tx, u)
		if record.Damaged(err, people[i]) {
			h.cfg.Log.Error("user damaged, and not written to", "error", err)
		} else if err != nil {
			return nil, err
		}
		if address != "" {
			to = append(to, mail.Recipient{User: u})
		}
	}
	return to, nil
}

// write puts letters into the outbox, where those that are over their author's quota wait.
func (h *Hub) write(ctx context.Context, tx *record.Tx, t engine.Notify, to []mail.Recipient) error {
	if len(to) == 0 {
		return nil
	}
	author := t.Notification.Author
	notBefore, err := h.quotas.mayWrite(ctx, tx, author)
	if err != nil {
		return err
	}
	more, err := h.mail.Letters(ctx, tx, t.Notification, t.Availability, to, notBefore)
	if err != nil || notBefore.After(h.cfg.Now()) {
		return err
	}
	return h.quotas.wrote(ctx, tx, author, more)
}

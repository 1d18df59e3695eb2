package hub

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// A letter waits in the outbox: one per collection and recipient who is no
// member. It holds neither address nor token.
type letter struct {
	Seq          uint64              `cbor:"1,keyasint"`
	Notification notify.Notification `cbor:"2,keyasint"`
	Blinded      collection.Address  `cbor:"3,keyasint"` // to whom; or zero,
	User         collection.UserID   `cbor:"4,keyasint"` // and it goes to a temporary account
	Since        int64               `cbor:"5,keyasint"` // seconds since 1970
	Next         int64               `cbor:"6,keyasint"` // not before, likewise
	Tries        int                 `cbor:"7,keyasint,omitempty"`
	Parked       bool                `cbor:"8,keyasint,omitempty"`
}

// to is the recipient's part of the keys of records.
func (l letter) to() string {
	if l.Blinded == (collection.Address{}) {
		return l.User.String()
	}
	return hex.EncodeToString(l.Blinded[:])
}

func (l letter) name() collection.Name { return l.Notification.Name() }

func (l letter) key() string { return "letter/" + l.name().String() + "/" + l.to() }

// letters returns the changes that put the letters of a notification into the
// outbox: to the addresses that are nobody's, and to temporary accounts. What
// waits there is replaced.
func (h *Hub) letters(ctx context.Context, t engine.Notify) ([]transport.Change, error) {
	if h.cfg.Channel == nil {
		return nil, nil
	}
	var all []letter
	for _, a := range t.Addresses {
		all = append(all, letter{Blinded: a, Notification: t.Notification})
	}
	for _, u := range t.To {
		address, err := h.accounts.writesTo(ctx, u)
		if err != nil {
			return nil, err
		}
		if address != "" {
			all = append(all, letter{User: u, Notification: t.Notification})
		}
	}
	changes := make([]transport.Change, len(all))
	for i, l := range all {
		l.Seq, l.Notification.Updates = t.Seq, nil
		l.Notification.ID = letterID(l, t.Availability)
		data, err := h.coalesce(ctx, l)
		if err != nil {
			return nil, err
		}
		changes[i] = transport.Change{Key: l.key(), Value: data}
	}
	return changes, nil
}

// letterID names a letter by what it tells and to whom; who has no user yet is
// named by the blinded address.
func letterID(l letter, availability collection.Digest) notify.ID {
	to := l.User
	if to.IsZero() {
		to = collection.UserID(l.Blinded[:])
	}
	return notify.MakeID(l.Notification.Edition, availability, to)
}

// coalesce returns the record of a letter that takes the place of what waits. A
// newer letter is tried at once, and again for as long as any.
func (h *Hub) coalesce(ctx context.Context, l letter) ([]byte, error) {
	now := h.cfg.Now().Unix()
	l.Since, l.Next = now, now
	switch data, err := h.cfg.Store.Get(ctx, l.key()); {
	case errors.Is(err, transport.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		waiting, err := transport.Decode[letter](data)
		if err != nil {
			return nil, err
		}
		l.Notification = notify.Coalesce(waiting.Notification, l.Notification)
	}
	return transport.Encode(l)
}

// eachLetter calls use for the letters in the outbox, each with its record. One that is
// damaged does not keep the others back.
func (h *Hub) eachLetter(ctx context.Context, use func(l letter, record []byte)) error {
	for r, err := range h.cfg.Store.Scan(ctx, "letter/") {
		if err != nil {
			return err
		}
		l, err := transport.Decode[letter](r.Value)
		if err != nil {
			h.cfg.Log.Error("letter damaged", "record", r.Key, "error", err)
			continue
		}
		use(l, r.Value)
	}
	return nil
}

// addressOf returns where a letter goes, and the random part of a blinded
// address; no address if its recipient has become a member.
func (h *Hub) addressOf(ctx context.Context, l letter) (string, [16]byte, error) {
	if l.Blinded == (collection.Address{}) {
		address, err := h.accounts.writesTo(ctx, l.User)
		return address, [16]byte{}, err
	}
	m, _, err := h.mailing(ctx, l.name())
	i := slices.IndexFunc(m.Entries, func(e entry) bool { return e.Blinded == l.Blinded })
	if err != nil || i < 0 {
		return "", [16]byte{}, err
	}
	return m.Entries[i].Address, m.Entries[i].R, nil
}

// Parked is a letter that could not be delivered for so long that it was set
// aside. The next news on its collection is tried again.
type Parked struct {
	Collection collection.Name
	Address    string // in clear
	Since      time.Time
	Tries      int
}

// Parked lists the letters that were set aside.
func (h *Hub) Parked(ctx context.Context) ([]Parked, error) {
	return inside(h, func() ([]Parked, error) { return h.parked(ctx) })
}

func (h *Hub) parked(ctx context.Context) ([]Parked, error) {
	var parked []letter
	err := h.eachLetter(ctx, func(l letter, _ []byte) {
		if l.Parked {
			parked = append(parked, l)
		}
	})
	var out []Parked
	for _, l := range parked {
		address, _, err := h.addressOf(ctx, l)
		if err != nil {
			return out, err
		}
		if address != "" {
			out = append(out, Parked{l.name(), address, time.Unix(l.Since, 0), l.Tries})
		}
	}
	return out, err
}

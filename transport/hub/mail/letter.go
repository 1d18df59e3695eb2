package mail

import (
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Recipient is somebody who is no member: who is behind a blinded address, or has
// a temporary account.
type Recipient struct {
	Blinded collection.Address `cbor:"1,keyasint"` // or zero, and
	User    collection.UserID  `cbor:"2,keyasint"` // the account's
}

// String returns the blinded address, or the user.
func (r Recipient) String() string {
	if r.Blinded.IsZero() {
		return r.User.String()
	}
	return r.Blinded.String()
}

// A letter waits in the outbox: one per collection and recipient. It holds neither
// address nor token.
type letter struct {
	Notification notify.Notification `cbor:"1,keyasint"`
	To           Recipient           `cbor:"2,keyasint"`
	Since        int64               `cbor:"3,keyasint"` // seconds since 1970
	Next         int64               `cbor:"4,keyasint"` // not before, likewise
	Tries        int                 `cbor:"5,keyasint,omitempty"`
	Parked       bool                `cbor:"6,keyasint,omitempty"`

	record []byte // as it was read
}

func (l letter) name() collection.Name { return l.Notification.Name() }

func (l letter) key() string { return records.Letter.Key(l.name(), l.To) }

// Letters returns the changes that put letters into the outbox: a notification, of
// a state of availability, to recipients. What waits there is replaced.
func (m *Mailer) Letters(ctx context.Context, n notify.Notification, availability collection.Digest, to []Recipient) ([]transport.Change, error) {
	n.Updates = nil
	changes := make([]transport.Change, len(to))
	for i, r := range to {
		named := r.User
		if named.IsZero() {
			named = collection.UserID(r.Blinded[:])
		}
		n.ID = notify.MakeID(n.Edition, availability, named)
		l := letter{Notification: n, To: r}
		data, err := m.coalesce(ctx, l)
		if err != nil {
			return nil, err
		}
		changes[i] = transport.Change{Key: l.key(), Value: data}
	}
	return changes, nil
}

// coalesce returns the record of a letter that takes the place of what waits. A
// newer letter is tried at once, and again for as long as any.
func (m *Mailer) coalesce(ctx context.Context, l letter) ([]byte, error) {
	now := m.hub.Now().Unix()
	l.Since, l.Next = now, now
	waiting, data, err := record.Load[letter](ctx, m.hub.Store, l.key())
	if err != nil {
		return nil, err
	}
	if data != nil {
		l.Notification = notify.Coalesce(waiting.Notification, l.Notification)
	}
	return transport.Encode(l)
}

// outbox lists the letters. One that is damaged does not keep the others back.
func (m *Mailer) outbox(ctx context.Context) ([]letter, error) {
	var all []letter
	for r, err := range m.hub.Store.Scan(ctx, records.Letter.Under()) {
		if err != nil {
			return all, err
		}
		l, err := transport.Decode[letter](r.Value)
		if err != nil {
			m.hub.Log.Error("letter damaged", "record", r.Key, "error", err)
			continue
		}
		l.record = r.Value
		all = append(all, l)
	}
	return all, nil
}

// replace puts a record, or nothing, in the place of a letter's, unless a newer one
// is there.
func (m *Mailer) replace(ctx context.Context, l letter, with []byte) error {
	err := m.hub.Store.Apply(ctx, transport.Change{Key: l.key(), Value: with, Old: l.record})
	if errors.Is(err, transport.ErrConflict) {
		return nil
	}
	return err
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
func (m *Mailer) Parked(ctx context.Context) ([]Parked, error) {
	return station.Inside(&m.drain, func() ([]Parked, error) {
		letters, err := m.outbox(ctx)
		var parked []Parked
		for _, l := range letters {
			if !l.Parked {
				continue
			}
			address, _, err := m.hub.Address(ctx, l.name(), l.To)
			if err != nil {
				return parked, err
			}
			if address != "" {
				parked = append(parked, Parked{l.name(), address, time.Unix(l.Since, 0), l.Tries})
			}
		}
		return parked, err
	})
}

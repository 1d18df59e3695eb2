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

// Parked is a letter that could not be delivered for so long that it was set
// aside, or whose address is refused for good. The next news on its collection is tried again.
type Parked struct {
	Collection collection.Name
	Address    string // in clear
	Since      time.Time
	Tries      int
	Refused    bool // nobody is reached at the address: it is wrong, or gone
}

// Parked lists the letters that were set aside: those on what an author shares, for the author,
// who has named the addresses, without those of members, who have named theirs to the hub; or, for
// its operator, of the zero author, all.
func (m *Mailer) Parked(ctx context.Context, author collection.UserID) ([]Parked, error) {
	return station.Inside(&m.drain, func() (parked []Parked, err error) {
		under := records.Letter.Under()
		if !author.IsZero() {
			under = records.Letter.Under(author)
		}
		for l, err := range m.outbox(ctx, under) {
			if err != nil {
				return parked, err
			}
			if !l.Parked || !author.IsZero() && l.To.Channel != "" {
				continue
			}
			address, _, _, err := m.reach(ctx, l.name(), l.To)
			if err != nil {
				return parked, err
			}
			if address != "" {
				parked = append(parked, Parked{l.name(), address, time.Unix(l.Since, 0), l.Tries, l.Refused})
			}
		}
		return parked, nil
	})
}

// Bounced sets a letter's recipient aside to whom it was handed on, and who could not be reached
// in the end. handle is the beginning of the SHA-256 of the letter's token, in hexadecimal, of
// 32 digits at least. The error wraps transport.ErrNotFound if that is no token's.
func (m *Mailer) Bounced(ctx context.Context, handle string) error {
	return m.drain.Do(func() error {
		who, err := m.handled(ctx, handle)
		if err != nil {
			return err
		}
		now := m.hub.Now().Unix()
		return m.refuse(ctx, letter{
			Notification: notify.Notification{Author: who.Name.Author, Collection: who.Name.ID}, To: who.To, Since: now,
		})
	})
}

// refuse sets a letter aside whose address is refused, or the one that waits in its place.
func (m *Mailer) refuse(ctx context.Context, l letter) error {
	_, err := record.Update(ctx, m.hub.Store, func(tx *record.Tx) error {
		waiting, stored, err := record.Load[letter](ctx, tx, l.key())
		if err != nil && !record.Damaged(err, l.key()) {
			return err
		}
		put := l
		if err == nil && stored.Version > 0 {
			put = waiting
		}
		put.Parked, put.Refused, put.Told = true, true, true
		return tx.Encode(l.key(), put)
	})
	return err
}

// handled returns who has the token whose hash begins so.
func (m *Mailer) handled(ctx context.Context, handle string) (guest, error) {
	if len(handle) < 32 {
		return guest{}, transport.ErrNotFound
	}
	for r, err := range record.Walk(ctx, m.hub.Store, records.Guest.Key(records.Name(handle)), "", 1) {
		if err != nil {
			return guest{}, err
		}
		return record.Value[guest](r)
	}
	return guest{}, errors.Join(ctx.Err(), transport.ErrNotFound)
}

package mail

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Recipient is somebody who is no member: who is behind a blinded address, or has
// a temporary account; or a member, over a channel that the member has chosen.
type Recipient struct {
	Blinded collection.Address `cbor:"1,keyasint"`           // or zero, and
	User    collection.UserID  `cbor:"2,keyasint"`           // the account's
	Channel string             `cbor:"3,keyasint,omitempty"` // a member's: its name in Config.Channels
}

// String returns the blinded address, or the user, and the channel.
func (r Recipient) String() string {
	switch {
	case !r.Blinded.IsZero():
		return r.Blinded.String()
	case r.Channel != "":
		return r.User.String() + "-" + r.Channel
	}
	return r.User.String()
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
	Told         bool                `cbor:"7,keyasint,omitempty"` // a letter has gone out, or may have
	Counted      int64               `cbor:"8,keyasint,omitempty"` // when it was counted for its address, likewise
	Refused      bool                `cbor:"9,keyasint,omitempty"` // it is parked since nobody is reached at the address

	record transport.Record // as it was read
}

func (l letter) name() collection.Name { return l.Notification.Name() }

// latest is when a first letter does not wait for the cover any more.
func (l letter) latest() time.Time { return time.Unix(l.Since, 0).Add(coverWait) }

func (l letter) key() string { return records.Letter.Key(l.name(), l.To) }

// Letters puts letters into the outbox, in a transaction: a notification, of a state of
// availability, to recipients, that go out at a time, or when they are due after that. What
// waits there is replaced: it returns how many more wait.
func (m *Mailer) Letters(ctx context.Context, tx *record.Tx, n notify.Notification, availability collection.Digest, to []Recipient, notBefore time.Time) (more int, err error) {
	n.Updates = nil
	for _, r := range to {
		named := r.User
		if named.IsZero() {
			named = collection.UserID(r.Blinded[:])
		}
		n.ID = notify.MakeID(n.Edition, availability, named)
		waits, err := m.coalesce(ctx, tx, letter{Notification: n, To: r, Since: notBefore.Unix()})
		if err != nil {
			return more, err
		}
		if !waits {
			more++
		}
	}
	return more, nil
}

// coalesce has a letter take the place of what waits. A newer letter is tried as soon as
// any, and for as long. It reports whether one waited.
func (m *Mailer) coalesce(ctx context.Context, tx *record.Tx, l letter) (waits bool, err error) {
	l.Next = l.Since
	waiting, before, err := record.Load[letter](ctx, tx, l.key())
	if err != nil && !record.Damaged(err, l.key()) {
		return false, err
	}
	if waits = err == nil && before.Version > 0; waits {
		l.Notification = notify.Coalesce(waiting.Notification, l.Notification)
		l.Told, l.Counted = waiting.Told, waiting.Counted
	}
	return waits, tx.Encode(l.key(), l)
}

// outbox lists the letters whose keys begin so, of which it holds few at once. One that is damaged does not
// keep the others back. It ends after an error.
func (m *Mailer) outbox(ctx context.Context, under string) iter.Seq2[letter, error] {
	return func(yield func(letter, error) bool) {
		for r, err := range record.Walk(ctx, m.hub.Store, under, "", 0) {
			var l letter
			if err == nil {
				l, err = record.Value[letter](r)
			}
			if record.Damaged(err, r.Key) {
				m.hub.Log.Error("letter damaged", "error", err)
				continue
			}
			if l.record = r; !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// lease is for how long a letter is its mailer's, where others have the same store: much
// longer than a channel takes. If the process ends meanwhile, another one delivers it then.
const lease = 5 * time.Minute

// take takes a letter that is due, and notes that it may have gone out. If another mailer
// has it, or a newer one is there, the error wraps transport.ErrConflict.
func (m *Mailer) take(ctx context.Context, l *letter) error {
	if m.hub.Shared {
		l.Next = m.hub.Now().Add(lease).Unix()
	}
	l.Told = true
	data, err := transport.Encode(*l)
	if err == nil {
		l.record.Version, err = m.hub.Store.Apply(ctx, transport.Batch{
			Conditions: []transport.Condition{{Key: l.record.Key, Version: l.record.Version}},
			Changes:    []transport.Change{{Key: l.record.Key, Value: data}},
		})
	}
	return err
}

// replace puts a record, or nothing, in the place of a letter's, unless a newer one
// is there.
func (m *Mailer) replace(ctx context.Context, l letter, with []byte) error {
	err := record.Replace(ctx, m.hub.Store, l.record, with)
	if errors.Is(err, transport.ErrConflict) {
		return nil
	}
	return err
}

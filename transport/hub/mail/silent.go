package mail

import (
	"context"
	"crypto/sha256"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Unsubscribe ends the letters on all that an author shares, also later, to the address that got
// the letter with a handle: the SHA-256 of its token, in hexadecimal, as it stands in the letter's
// address for that, so that nothing is opened by what mail servers and proxies see. Over a channel
// that a member has chosen, it ends those over that. The token opens what it has opened. The
// error wraps transport.ErrNotFound if the handle is no token's.
func (m *Mailer) Unsubscribe(ctx context.Context, handle string) error {
	return m.setSilent(ctx, handle, []byte{})
}

// Resubscribe takes back what Unsubscribe has done: the next news is told again. Errors are
// those of Unsubscribe.
func (m *Mailer) Resubscribe(ctx context.Context, handle string) error {
	return m.setSilent(ctx, handle, nil)
}

// setSilent sets the record that ends letters; nil removes it.
func (m *Mailer) setSilent(ctx context.Context, handle string, value []byte) error {
	return m.drain.Do(func() error {
		if len(handle) != 2*sha256.Size {
			return transport.ErrNotFound
		}
		who, err := m.handled(ctx, handle)
		if err != nil {
			return err
		}
		address, _, _, err := m.reach(ctx, who.Name, who.To)
		if err != nil || address == "" { // it is a member's now, who gets none
			return err
		}
		key, err := m.silence(ctx, who.Name.Author, who.To, address)
		if err != nil {
			return err
		}
		_, err = record.Update(ctx, m.hub.Store, func(tx *record.Tx) error {
			tx.Set(key, value)
			return nil
		})
		return err
	})
}

// silence is the key of the record that an address wants no letters on what an author shares.
func (m *Mailer) silence(ctx context.Context, author collection.UserID, to Recipient, address string) (string, error) {
	place, err := m.hub.Place(ctx, to, address)
	return records.Silent.Key(author, place), err
}

func (m *Mailer) silent(ctx context.Context, author collection.UserID, to Recipient, address string) (bool, error) {
	key, err := m.silence(ctx, author, to, address)
	if err != nil {
		return false, err
	}
	r, err := record.Get(ctx, m.hub.Store, key)
	if record.Damaged(err, key) { // that it is there is what it says
		return true, nil
	}
	return r.Version > 0, err
}

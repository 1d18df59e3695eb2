package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// addresses knows whom the hub has made of the mail addresses that collections
// came with, and makes users of them when they join.
type addresses struct {
	cfg    Config
	core   *station.Core
	users  *users
	quotas *quotas
}

// mailing is what the hub remembers of the recipients that a collection was
// given by mail address: whom it made of each, so that it makes the same again.
type mailing struct {
	Created int64   `cbor:"1,keyasint"` // when the hub first saw it, milliseconds since 1970
	Entries []entry `cbor:"2,keyasint,omitempty"`
}

// entry is one such recipient: a user, or a blinded address.
type entry struct {
	Hash    records.Hash       `cbor:"1,keyasint"`           // of the address
	Address string             `cbor:"2,keyasint,omitempty"` // in clear as long as it is blinded and no user's
	R       [16]byte           `cbor:"3,keyasint"`
	Blinded collection.Address `cbor:"4,keyasint"` // zero = a user from the start
	User    collection.UserID  `cbor:"5,keyasint"` // zero = not known
}

// pending reports whether nobody has become the user of the entry's address.
func (e entry) pending() bool { return e.User.IsZero() }

func (m mailing) find(normal string) (entry, bool) {
	hash := records.HashOf(normal)
	i := slices.IndexFunc(m.Entries, func(e entry) bool { return e.Hash == hash })
	if i < 0 {
		return entry{}, false
	}
	return m.Entries[i], true
}

// loadMailing loads what is remembered of a collection; nothing is no error.
func loadMailing(ctx context.Context, from record.Getter, name collection.Name) (mailing, error) {
	m, _, err := record.Load[mailing](ctx, from, records.Mailing.Key(name))
	return m, err
}

// remember returns the mailing of a collection with an entry for every address,
// in the addresses' order first: those that it knew, and new ones, which it
// stores.
func (a *addresses) remember(ctx context.Context, name collection.Name, to []string) (m mailing, entries []entry, err error) {
	normal := make([]string, len(to))
	for i, address := range to {
		if normal[i], err = collection.NormalAddress(address); err != nil {
			return m, nil, transport.At(fmt.Errorf("%w: %w", transport.ErrMalformed, err), fmt.Sprintf("recipient %d", i))
		}
	}
	if err := a.mayMake(ctx, name, normal); err != nil {
		return m, nil, err
	}
	_, err = record.Update(ctx, a.cfg.Store, func(tx *record.Tx) error {
		m, entries, err = a.rememberIn(ctx, tx, name, normal)
		return err
	})
	return m, entries, err
}

// rememberIn is remember in a transaction, of addresses in their normal form.
func (a *addresses) rememberIn(ctx context.Context, tx *record.Tx, name collection.Name, to []string) (m mailing, entries []entry, err error) {
	if m, err = loadMailing(ctx, tx, name); err != nil {
		return m, nil, err
	}
	before := len(m.Entries)
	if m.Created == 0 {
		m.Created = a.cfg.Now().UnixMilli()
	}
	if err := a.mayName(ctx, tx, name.Author, m, to); err != nil {
		return m, nil, err
	}
	for _, normal := range to {
		e, known := m.find(normal)
		if !known {
			if e, err = a.newEntry(ctx, tx, name, normal); err != nil {
				return m, nil, err
			}
			m.Entries = append(m.Entries, e)
		}
		entries = append(entries, e)
	}
	for _, e := range m.Entries[before:] {
		if e.pending() {
			tx.Set(records.Pending.Key(e.Hash, name), []byte{1})
		}
	}
	if len(m.Entries) == before {
		return m, entries, nil
	}
	return m, entries, tx.Encode(records.Mailing.Key(name), m)
}

// newEntry decides who an address is to be in a collection. That it is nobody's is a
// condition, as far as the hub's own accounts say so.
func (a *addresses) newEntry(ctx context.Context, tx *record.Tx, name collection.Name, normal string) (entry, error) {
	e := entry{Hash: records.HashOf(normal)}
	var err error
	e.User, err = a.users.byAddress(ctx, tx, normal)
	switch {
	case err == nil:
		return e, nil
	case !errors.Is(err, transport.ErrNotFound):
		return e, err
	case a.cfg.Unknown == Temporary:
		e.User, err = a.users.accounts.Temporary(ctx, normal)
		return e, err
	}
	if _, err := io.ReadFull(a.cfg.Random, e.R[:]); err != nil {
		return e, err
	}
	e.Address = normal
	e.Blinded, err = collection.Blind(name.ID, e.R, normal)
	return e, err
}

// writesTo returns where a recipient is written to, as mail.Hub.Address says.
func (a *addresses) writesTo(ctx context.Context, name collection.Name, to mail.Recipient) (string, [16]byte, error) {
	if to.Blinded.IsZero() {
		address, err := writesTo(ctx, a.cfg.Store, to.User)
		return address, [16]byte{}, err
	}
	m, err := loadMailing(ctx, a.cfg.Store, name)
	i := slices.IndexFunc(m.Entries, func(e entry) bool { return e.Blinded == to.Blinded })
	if err != nil || i < 0 {
		return "", [16]byte{}, err
	}
	return m.Entries[i].Address, m.Entries[i].R, nil
}

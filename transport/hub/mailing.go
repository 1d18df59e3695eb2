package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Unknown says what becomes of a mail address that is no user's.
type Unknown uint8

// The policies for unknown addresses.
const (
	// Blind puts a blinded address into the collection.
	Blind Unknown = iota
	// Temporary makes a temporary account for the address, and its user a
	// recipient. A server with a Directory of its own gives the person that user
	// when they join: see [Hub.Joined].
	Temporary
)

// mailing is what the hub remembers of the recipients that a collection was
// given by mail address: whom it made of each, so that it makes the same again.
type mailing struct {
	Created int64   `cbor:"1,keyasint"` // when the hub first saw it, milliseconds since 1970
	Entries []entry `cbor:"2,keyasint,omitempty"`
}

// entry is one such recipient: a user, or a blinded address.
type entry struct {
	Hash    string             `cbor:"1,keyasint"`           // of the address
	Address string             `cbor:"2,keyasint,omitempty"` // in clear as long as it is blinded and no user's
	R       [16]byte           `cbor:"3,keyasint"`
	Blinded collection.Address `cbor:"4,keyasint"` // zero = a user from the start
	User    collection.UserID  `cbor:"5,keyasint"` // zero = not known
}

// pending reports whether nobody has become the user of the entry's address.
func (e entry) pending() bool { return e.User.IsZero() }

func mailingKey(name collection.Name) string { return "mailing/" + name.String() }

// pendingKey leads from an address to the collections that it waits for.
func pendingKey(hash string, name collection.Name) string {
	return "pending/" + hash + "/" + name.String()
}

// mailing loads what is remembered of a collection, and its record; nothing is
// no error.
func (h *Hub) mailing(ctx context.Context, name collection.Name) (mailing, []byte, error) {
	data, err := h.cfg.Store.Get(ctx, mailingKey(name))
	if errors.Is(err, transport.ErrNotFound) {
		return mailing{}, nil, nil
	}
	if err != nil {
		return mailing{}, nil, err
	}
	m, err := transport.Decode[mailing](data)
	return m, data, err
}

// remember returns the mailing of a collection with an entry for every address,
// in the addresses' order first: those that it knew, and new ones, which it
// stores.
func (h *Hub) remember(ctx context.Context, name collection.Name, to []string) (m mailing, entries []entry, err error) {
	h.mailings.Lock()
	defer h.mailings.Unlock()
	m, before, err := h.mailing(ctx, name)
	if err != nil {
		return m, nil, err
	}
	var changes []transport.Change
	if before == nil {
		m.Created = h.cfg.Now().UnixMilli()
	}
	for i, address := range to {
		normal, err := collection.NormalAddress(address)
		if err != nil {
			return m, nil, transport.At(fmt.Errorf("%w: %w", transport.ErrMalformed, err), fmt.Sprintf("recipient %d", i))
		}
		e, known := m.find(normal)
		if !known {
			if e, err = h.newEntry(ctx, name, normal); err != nil {
				return m, nil, err
			}
			m.Entries = append(m.Entries, e)
			if e.pending() {
				changes = append(changes, transport.Change{Key: pendingKey(e.Hash, name), Value: []byte{1}})
			}
		}
		entries = append(entries, e)
	}
	data, err := transport.Encode(m)
	if err != nil || string(data) == string(before) {
		return m, entries, err
	}
	return m, entries, h.cfg.Store.Apply(ctx, append(changes, transport.Change{Key: mailingKey(name), Value: data, Old: before})...)
}

func (m mailing) find(normal string) (entry, bool) {
	hash := hashed(normal)
	i := slices.IndexFunc(m.Entries, func(e entry) bool { return e.Hash == hash })
	if i < 0 {
		return entry{}, false
	}
	return m.Entries[i], true
}

// newEntry decides who an address is to be in a collection.
func (h *Hub) newEntry(ctx context.Context, name collection.Name, normal string) (entry, error) {
	e := entry{Hash: hashed(normal)}
	var err error
	e.User, err = h.userOf(ctx, normal)
	switch {
	case err == nil:
		return e, nil
	case !errors.Is(err, transport.ErrNotFound):
		return e, err
	case h.cfg.Unknown == Temporary:
		e.User, err = h.accounts.Temporary(ctx, normal)
		return e, err
	}
	if _, err := io.ReadFull(h.cfg.Random, e.R[:]); err != nil {
		return e, err
	}
	e.Address = normal
	e.Blinded, err = collection.Blind(name.ID, e.R, normal)
	return e, err
}

// userOf returns the user of an address: a member's, or that of a temporary
// account, which is the hub's own wherever the members are.
func (h *Hub) userOf(ctx context.Context, normal string) (collection.UserID, error) {
	user, err := h.cfg.Directory.ByAddress(ctx, normal)
	if errors.Is(err, transport.ErrNotFound) {
		return h.accounts.ByAddress(ctx, normal)
	}
	return user, err
}

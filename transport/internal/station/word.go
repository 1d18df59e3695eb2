package station

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// Word is what stations tell one another of keys: an authority's statement on one, or a
// user's roster.
type Word struct {
	Statement signature.KeyStatement
	Roster    *signature.Roster // nil = the statement
}

// ReadWord reads one in its binary form. The error is that of the statement.
func ReadWord(data []byte) (Word, error) {
	var r signature.Roster
	if r.UnmarshalBinary(data) == nil {
		return Word{Roster: &r}, nil
	}
	var s signature.KeyStatement
	err := s.UnmarshalBinary(data)
	return Word{Statement: s}, err
}

// User is whom it is on; zero = an authority, or whose the key is that is revoked is not
// said.
func (w Word) User() collection.UserID {
	if w.Roster != nil {
		return w.Roster.User
	}
	return w.Statement.User
}

// Key returns a key that it is on, and whether it says that the key is revoked.
func (w Word) Key(id collection.KeyID) (key signature.PublicKey, revoked bool) {
	if w.Roster == nil {
		return w.Statement.Key, w.Statement.Role == signature.RoleRevoked
	}
	if s, listed := w.Roster.Station(id); listed {
		return s.Key, s.Role == signature.StationRemoved
	}
	return w.Roster.By, collection.KeyID(w.Roster.By.ID()) != id
}

// Keys returns the keys that it names.
func (w Word) Keys() []collection.KeyID {
	if w.Roster == nil {
		return []collection.KeyID{w.Statement.Key.ID()}
	}
	keys := []collection.KeyID{w.Roster.By.ID()}
	for _, s := range w.Roster.Stations {
		keys = append(keys, s.Key.ID())
	}
	return keys
}

// AddTo adds it to a keyring.
func (w Word) AddTo(ctx context.Context, keys *signature.Keyring) error {
	if w.Roster != nil {
		return keys.AddRoster(ctx, *w.Roster)
	}
	return keys.Add(ctx, w.Statement)
}

// WordError puts the error of a keyring that does not take a word into the family of
// package transport: ErrConflict if it contradicts what is held, else ErrSeal.
func WordError(err error) error {
	switch {
	case errors.Is(err, signature.ErrChanged):
		return fmt.Errorf("%w: %w", transport.ErrConflict, err)
	case errors.Is(err, signature.ErrKey):
		return fmt.Errorf("%w: %w", transport.ErrSeal, err)
	}
	return transport.Wrap(err)
}

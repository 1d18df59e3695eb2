package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// KeyStatements implements transport.Directory.
func (a *Accounts) KeyStatements(ctx context.Context, user collection.UserID) ([][]byte, error) {
	var all [][]byte
	for r, err := range a.store.Scan(ctx, records.Statement.Under(user), "", 0) {
		if err != nil {
			return nil, err
		}
		all = append(all, r.Value)
	}
	found, err := a.store.Get(ctx, records.Root.Key(user), records.Person.Key(user))
	if err != nil {
		return nil, err
	}
	if word, err := station.ReadWord(found[0].Value); err == nil && word.Roster != nil {
		all = append(all, found[0].Value)
	}
	if len(all) == 0 && found[1].Version == 0 {
		return nil, transport.At(transport.ErrNotFound, found[1].Key)
	}
	return all, nil
}

// revoke puts revocations in the place of what was said of keys of a user.
func (a *Accounts) revoke(ctx context.Context, tx *record.Tx, user collection.UserID, keys []collection.KeyID) error {
	for _, key := range keys {
		said, err := record.Need(ctx, tx, records.Key.Key(key))
		if err != nil {
			return err
		}
		word, err := station.ReadWord(said.Value)
		if err != nil {
			return transport.At(transport.ErrStorage, said.Key)
		}
		public, _ := word.Key(key)
		if _, err := a.seal(ctx, tx, signature.KeyStatement{User: user, Key: public, Role: signature.RoleRevoked}); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return noteStopped(ctx, tx, user, a.now())
}

// seal makes a key statement now, stores it in a transaction, and returns it.
func (a *Accounts) seal(ctx context.Context, tx *record.Tx, s signature.KeyStatement) ([]byte, error) {
	s.Issued = a.now()
	s, err := s.Sign(ctx, a.signer)
	if err != nil {
		return nil, err
	}
	if err := a.keys.check(ctx, station.Word{Statement: s}); err != nil {
		return nil, err
	}
	data, err := s.MarshalBinary()
	key := collection.KeyID(s.Key.ID())
	tx.Set(records.Key.Key(key), data)
	tx.Set(records.Statement.Key(collection.UserID(s.User), key), data)
	return data, err
}

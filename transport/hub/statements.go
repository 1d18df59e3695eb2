package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
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
	if len(all) > 0 {
		return all, nil
	}
	_, err := record.Need(ctx, a.store, records.Person.Key(user)) // a user without keys, or none
	return nil, err
}

// revoke puts revocations in the place of what was said of keys of a user.
func (a *Accounts) revoke(ctx context.Context, tx *record.Tx, user collection.UserID, keys []collection.KeyID) error {
	for _, key := range keys {
		said, err := record.Need(ctx, tx, records.Statement.Key(user, key))
		if err != nil {
			return err
		}
		var s signature.KeyStatement
		if err := s.UnmarshalBinary(said.Value); err != nil {
			return transport.At(transport.ErrStorage, said.Key)
		}
		if _, err := a.seal(ctx, tx, signature.KeyStatement{User: user, Key: s.Key, Role: signature.RoleRevoked}); err != nil {
			return err
		}
	}
	if len(keys) > 0 {
		tx.Set(records.Revoked.Key(user), []byte{})
		tx.Set(records.Revoked.Key(), []byte{})
	}
	return nil
}

// seal makes a key statement now, stores it in a transaction, and returns it.
func (a *Accounts) seal(ctx context.Context, tx *record.Tx, s signature.KeyStatement) ([]byte, error) {
	s.Issued = a.now()
	s, err := s.Sign(ctx, a.signer)
	if err != nil {
		return nil, err
	}
	if err := a.keys.check(ctx, s); err != nil {
		return nil, err
	}
	data, err := s.MarshalBinary()
	key := collection.KeyID(s.Key.ID())
	tx.Set(records.Key.Key(key), data)
	tx.Set(records.Statement.Key(collection.UserID(s.User), key), data)
	return data, err
}

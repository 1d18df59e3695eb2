package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
)

// load fills the keyring.
func (a *Accounts) load(ctx context.Context) error {
	for r, err := range a.store.Scan(ctx, records.Statement.Under()) {
		if err != nil {
			return err
		}
		var s signature.KeyStatement
		if err := s.UnmarshalBinary(r.Value); err != nil {
			return transport.At(err, r.Key)
		}
		if err := a.keys.Add(ctx, s); err != nil {
			return transport.At(err, r.Key)
		}
	}
	return nil
}

// KeyStatements implements transport.Directory.
func (a *Accounts) KeyStatements(ctx context.Context, user collection.UserID) ([][]byte, error) {
	var all [][]byte
	for r, err := range a.store.Scan(ctx, records.Statement.Under(user)) {
		if err != nil {
			return nil, err
		}
		all = append(all, r.Value)
	}
	if len(all) > 0 {
		return all, nil
	}
	_, err := a.store.Get(ctx, records.Person.Key(user)) // a user without keys, or none
	return nil, err
}

// revocations returns the revocations of keys of the users that are meant.
func (a *Accounts) revocations(ctx context.Context, meant func(collection.UserID) bool) ([][]byte, error) {
	var all [][]byte
	for r, err := range a.store.Scan(ctx, records.Revocation.Under()) {
		if err != nil {
			return nil, err
		}
		var s signature.KeyStatement
		if err := s.UnmarshalBinary(r.Value); err != nil {
			return nil, transport.At(transport.ErrStorage, r.Key)
		}
		if meant(s.User) {
			all = append(all, r.Value)
		}
	}
	return all, nil
}

// revocation returns the change that puts a revocation in the place of what was said
// of a key.
func (a *Accounts) revocation(ctx context.Context, user collection.UserID, key collection.KeyID) (transport.Change, error) {
	s, err := a.statement(ctx, records.Statement.Key(user, key))
	if err != nil {
		return transport.Change{}, err
	}
	_, change, err := a.seal(ctx, signature.KeyStatement{User: user, Key: s.Key, Role: signature.RoleRevoked})
	return change, err
}

// seal makes a key statement now, and returns the change that stores it.
func (a *Accounts) seal(ctx context.Context, s signature.KeyStatement) (signature.KeyStatement, transport.Change, error) {
	s.Issued = a.now()
	s, err := s.Sign(ctx, a.signer)
	if err != nil {
		return s, transport.Change{}, err
	}
	data, err := s.MarshalBinary()
	return s, transport.Change{Key: records.Statement.Key(collection.UserID(s.User), collection.KeyID(s.Key.ID())), Value: data}, err
}

// statement loads what is said of a key.
func (a *Accounts) statement(ctx context.Context, key string) (s signature.KeyStatement, err error) {
	data, err := a.store.Get(ctx, key)
	if err == nil {
		err = s.UnmarshalBinary(data)
	}
	return s, err
}

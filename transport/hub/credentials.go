package hub

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Credential is what a device or a program of a user's proves itself with: a
// token at the hub, a key elsewhere and in seals. Each of them has one.
type Credential struct {
	Name string             `cbor:"1,keyasint"` // what the user calls it, such as "camera"
	Keys []collection.KeyID `cbor:"2,keyasint,omitempty"`
}

// issued is a credential as it is stored.
type issued struct {
	Credential
	Token  string `cbor:"3,keyasint,omitempty"` // the key of the latest token's record; none was issued if empty
	Former string `cbor:"4,keyasint,omitempty"` // of the one before, which ends when the latest is used first
}

// Credentials lists the credentials of a user, in no order, without those that
// were revoked. A user who is none has none.
func (a *Accounts) Credentials(ctx context.Context, user collection.UserID) ([]Credential, error) {
	var all []Credential
	for r, err := range a.store.Scan(ctx, records.Credential.Under(user), "", 0) {
		if err != nil {
			return nil, err
		}
		c, err := record.Value[issued](r)
		if err != nil {
			return nil, err
		}
		all = append(all, c.Credential)
	}
	return all, nil
}

// AddKey adds a key to a credential of a user, which it makes if there is none of
// that name, and returns what the station with that key shows to others: the first key
// of a user, or the one of which the user's id is derived, gets a key statement, the
// authority's word that it is the user's; another one must stand in the user's roster
// (see SetRoster), which is returned. From then on the hub accepts the key's seals.
//
// proof is by the key, that it is the user's: signature.ProvePossession, with the hub's
// authority. The error wraps ErrTaken if the key is another credential's,
// signature.ErrRevoked if it was revoked, signature.ErrChanged if it is another user's
// or the user has another key and no roster with this one, signature.ErrKey for a proof
// that is none, transport.ErrForbidden if the account is temporary.
func (a *Accounts) AddKey(ctx context.Context, user collection.UserID, credential string, key signature.PublicKey, proof []byte) ([]byte, error) {
	if err := key.CheckPossession(a.keys.authority.ID(), user, proof); err != nil {
		return nil, err
	}
	var shown []byte
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		c, err := loadCredential(ctx, tx, user, credential)
		if err != nil {
			return err
		}
		if err := a.free(ctx, tx, user, c, key.ID()); err != nil {
			return err
		}
		if shown, err = a.bind(ctx, tx, user, key); err != nil {
			return err
		}
		if id := collection.KeyID(key.ID()); !slices.Contains(c.Keys, id) {
			c.Keys = append(c.Keys, id)
			tx.Set(records.Holder.Key(id), []byte{})
		}
		return tx.Encode(records.Credential.Key(user, records.HashOf(credential)), c)
	})
	if err != nil {
		return nil, err
	}
	return shown, nil
}

// free refuses a key that was revoked, or is another's.
func (a *Accounts) free(ctx context.Context, tx *record.Tx, user collection.UserID, c issued, key collection.KeyID) error {
	found, err := tx.Get(ctx, records.Key.Key(key), records.Holder.Key(key))
	if err != nil {
		return err
	}
	if found[1].Version > 0 && !slices.Contains(c.Keys, key) {
		err = ErrTaken
	}
	counts, errHold := a.keys.hold(ctx, key, found[0])
	if errHold != nil || !counts {
		return errHold // there is none, or it is an earlier authority's
	}
	word, errRead := station.ReadWord(found[0].Value)
	_, revoked := word.Key(key)
	switch {
	case errRead != nil:
		return transport.At(transport.ErrStorage, found[0].Key)
	case word.User() != user:
		return &signature.ChangedError{User: user, Key: key, KnownUser: word.User(), KnownKey: key}
	case revoked:
		return signature.ErrRevoked
	}
	return err
}

// bind returns what shows that a key is a user's: a statement for the first, which binds
// the user to it, the user's roster for another.
func (a *Accounts) bind(ctx context.Context, tx *record.Tx, user collection.UserID, key signature.PublicKey) ([]byte, error) {
	id := collection.KeyID(key.ID())
	root, err := record.Get(ctx, tx, records.Root.Key(user))
	if err != nil {
		return nil, err
	}
	word, err := station.ReadWord(root.Value)
	if root.Version > 0 && err != nil {
		return nil, transport.At(transport.ErrStorage, root.Key)
	}
	if root.Version == 0 || a.keys.check(ctx, word) != nil { // it is an earlier authority's
		statement, err := a.seal(ctx, tx, signature.KeyStatement{User: user, Key: key})
		tx.Set(root.Key, statement)
		return statement, err
	}
	known, other := word.Key(id)
	switch {
	case word.Roster == nil && known.Equal(key):
		return root.Value, nil
	case word.Roster == nil || other:
		return nil, &signature.ChangedError{User: user, Key: id, KnownUser: user, KnownKey: known.ID()}
	}
	return root.Value, nil
}

// loadCredential loads a credential of a user who has an account; a new one if there
// is none of that name.
func loadCredential(ctx context.Context, tx *record.Tx, user collection.UserID, name string) (issued, error) {
	if err := member(ctx, tx, user); err != nil {
		return issued{}, err
	}
	c, _, err := record.Load[issued](ctx, tx, records.Credential.Key(user, records.HashOf(name)))
	c.Name = name
	return c, err
}

// Revoke ends a credential for good: its token is not accepted any more, and its
// keys are revoked, whatever time their seals claim. What they had sealed stands
// where the authority has sealed it, too. Stations learn of the revocations, which
// stay among the user's key statements, with what they ask the hub for next: all
// of those who may have sealed something, and who serves originals of those who
// may read them. A new credential may have the same name. The error wraps
// transport.ErrNotFound if there is none.
func (a *Accounts) Revoke(ctx context.Context, user collection.UserID, credential string) error {
	name := records.Credential.Key(user, records.HashOf(credential))
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		stored, err := record.Need(ctx, tx, name)
		if err != nil {
			return err
		}
		c, err := record.Value[issued](stored)
		if err != nil {
			return err
		}
		tx.Set(name, nil)
		c.endTokens(tx)
		return a.revoke(ctx, tx, user, c.Keys)
	})
	return err
}

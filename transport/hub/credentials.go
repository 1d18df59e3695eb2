package hub

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
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
	Token string `cbor:"3,keyasint,omitempty"` // the key of the token's record; none was issued if empty
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
// that name, and returns its key statement: the authority's word that the key is the
// user's. The user's stations show it to others. From then on the hub accepts the
// key's seals. The error wraps ErrTaken if the key is another credential's,
// signature.ErrRevoked if it was revoked, signature.ErrChanged if it is another
// user's, transport.ErrForbidden if the account is temporary.
func (a *Accounts) AddKey(ctx context.Context, user collection.UserID, credential string, key signature.PublicKey) ([]byte, error) {
	var statement []byte
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		c, err := loadCredential(ctx, tx, user, credential)
		if err != nil {
			return err
		}
		statement, err = a.statementOf(ctx, tx, user, c, key.ID())
		if err != nil || statement != nil {
			return err
		}
		if statement, err = a.seal(ctx, tx, signature.KeyStatement{User: user, Key: key}); err != nil {
			return err
		}
		if id := collection.KeyID(key.ID()); !slices.Contains(c.Keys, id) {
			c.Keys = append(c.Keys, id)
		}
		return tx.Encode(records.Credential.Key(user, records.HashOf(credential)), c)
	})
	if err != nil {
		return nil, err
	}
	return statement, nil
}

// statementOf returns the statement on a credential's key, or nothing if one is to be
// made, and refuses a key that was revoked, or is another's.
func (a *Accounts) statementOf(ctx context.Context, tx *record.Tx, user collection.UserID, c issued, key collection.KeyID) ([]byte, error) {
	found, err := tx.Get(ctx, records.Key.Key(key), records.Statement.Key(user, key))
	if err != nil {
		return nil, err
	}
	latest, own := found[0], found[1]
	if counts, err := a.keys.hold(ctx, key, latest); err != nil || !counts {
		return nil, err // there is none, or it is an earlier authority's
	}
	var s signature.KeyStatement
	if err := s.UnmarshalBinary(latest.Value); err != nil {
		return nil, transport.At(transport.ErrStorage, latest.Key)
	}
	switch {
	case s.User != user:
		return nil, &signature.ChangedError{User: user, Key: key, KnownUser: s.User, KnownKey: key}
	case s.Role == signature.RoleRevoked:
		return nil, signature.ErrRevoked
	case own.Version > 0 && !slices.Contains(c.Keys, key):
		return nil, ErrTaken
	}
	return own.Value, nil // nothing, if only another Directory knows the key
}

// Issue makes a token for a credential of a user, and the credential if there is none
// of that name. The token is stored nowhere. The error wraps ErrTaken if the
// credential has one already, transport.ErrForbidden if the account is temporary.
func (a *Accounts) Issue(ctx context.Context, user collection.UserID, credential string) (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(a.random, secret[:]); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		c, err := loadCredential(ctx, tx, user, credential)
		if err == nil && c.Token != "" {
			err = ErrTaken
		}
		if err != nil {
			return err
		}
		c.Token = records.Token.Key(records.HashOf(token))
		tx.Set(c.Token, user[:])
		return tx.Encode(records.Credential.Key(user, records.HashOf(credential)), c)
	})
	if err != nil {
		return "", err
	}
	return token, nil
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

// UserOf returns whose a token is. The error wraps transport.ErrUnauthenticated if
// it is nobody's.
func (a *Accounts) UserOf(ctx context.Context, token string) (collection.UserID, error) {
	user, err := userAt(ctx, a.store, records.Token.Key(records.HashOf(token)))
	if errors.Is(err, transport.ErrNotFound) {
		return user, transport.ErrUnauthenticated
	}
	return user, err
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
		if c.Token != "" {
			tx.Set(c.Token, nil)
		}
		return a.revoke(ctx, tx, user, c.Keys)
	})
	return err
}

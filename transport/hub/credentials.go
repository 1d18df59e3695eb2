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
	for r, err := range a.store.Scan(ctx, records.Credential.Under(user)) {
		if err != nil {
			return nil, err
		}
		c, err := transport.Decode[issued](r.Value)
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
	a.mu.Lock()
	defer a.mu.Unlock()
	c, err := a.credential(ctx, user, credential)
	if err != nil {
		return nil, err
	}
	if err := a.mayHave(ctx, user, c, key.ID()); err != nil {
		return nil, err
	}
	s, statement, err := a.seal(ctx, signature.KeyStatement{User: user, Key: key})
	if err != nil {
		return nil, err
	}
	if err := a.keys.Add(ctx, s); err != nil {
		return nil, err
	}
	if id := collection.KeyID(key.ID()); !slices.Contains(c.Keys, id) {
		c.Keys = append(c.Keys, id)
	}
	return statement.Value, record.Set(ctx, a.store, records.Credential.Key(user, records.HashOf(credential)), c, statement)
}

// mayHave refuses a key that is another credential's, or was revoked.
func (a *Accounts) mayHave(ctx context.Context, user collection.UserID, c issued, key collection.KeyID) error {
	s, err := a.statement(ctx, records.Statement.Key(user, key))
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return nil
	case err != nil:
		return err
	case s.Role == signature.RoleRevoked:
		return signature.ErrRevoked
	case !slices.Contains(c.Keys, key):
		return ErrTaken
	}
	return nil
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
	a.mu.Lock()
	defer a.mu.Unlock()
	c, err := a.credential(ctx, user, credential)
	if err == nil && c.Token != "" {
		err = ErrTaken
	}
	if err != nil {
		return "", err
	}
	c.Token = records.Token.Key(records.HashOf(token))
	found := transport.Change{Key: c.Token, Value: user[:]}
	return token, record.Set(ctx, a.store, records.Credential.Key(user, records.HashOf(credential)), c, found)
}

// credential loads a credential of a user who has an account; a new one if there
// is none of that name.
func (a *Accounts) credential(ctx context.Context, user collection.UserID, name string) (issued, error) {
	if err := a.member(ctx, user); err != nil {
		return issued{}, err
	}
	c, _, err := record.Load[issued](ctx, a.store, records.Credential.Key(user, records.HashOf(name)))
	c.Name = name
	return c, err
}

// UserOf returns whose a token is. The error wraps transport.ErrUnauthenticated if
// it is nobody's.
func (a *Accounts) UserOf(ctx context.Context, token string) (collection.UserID, error) {
	user, err := a.userAt(ctx, records.Token.Key(records.HashOf(token)))
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
	a.mu.Lock()
	defer a.mu.Unlock()
	name := records.Credential.Key(user, records.HashOf(credential))
	data, err := a.store.Get(ctx, name)
	if err != nil {
		return err
	}
	c, err := transport.Decode[issued](data)
	if err != nil {
		return err
	}
	changes := []transport.Change{{Key: name}}
	if c.Token != "" {
		changes = append(changes, transport.Change{Key: c.Token})
	}
	for _, key := range c.Keys {
		revocation, err := a.revocation(ctx, user, key)
		if err != nil {
			return err
		}
		changes = append(changes, revocation, transport.Change{Key: records.Revocation.Key(user, key), Value: revocation.Value})
	}
	if err := a.store.Apply(ctx, changes...); err != nil {
		return err
	}
	for _, key := range c.Keys {
		a.keys.Revoke(key)
	}
	return nil
}

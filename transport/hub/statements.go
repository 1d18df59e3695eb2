package hub

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// load fills the keyring.
func (a *Accounts) load(ctx context.Context) error {
	for r, err := range a.store.Scan(ctx, "y/") {
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
	for r, err := range a.store.Scan(ctx, "y/"+user.String()+"/") {
		if err != nil {
			return nil, err
		}
		all = append(all, r.Value)
	}
	if len(all) > 0 {
		return all, nil
	}
	_, err := a.store.Get(ctx, "u/"+user.String()) // a user without keys, or none
	return nil, err
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
	name := credentialKey(user, credential)
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
		changes = append(changes, revocation, transport.Change{Key: revokedKey(user, key), Value: revocation.Value})
	}
	if err := a.store.Apply(ctx, changes...); err != nil {
		return err
	}
	for _, key := range c.Keys {
		a.keys.Revoke(key)
	}
	return nil
}

// revocations returns the revocations of keys of the users that are meant.
func (a *Accounts) revocations(ctx context.Context, meant func(collection.UserID) bool) ([][]byte, error) {
	var all [][]byte
	for r, err := range a.store.Scan(ctx, "x/") {
		if err != nil {
			return nil, err
		}
		var user collection.UserID
		text, _, _ := strings.Cut(strings.TrimPrefix(r.Key, "x/"), "/")
		if err := user.UnmarshalText([]byte(text)); err != nil {
			return nil, transport.At(transport.ErrStorage, r.Key)
		}
		if meant(user) {
			all = append(all, r.Value)
		}
	}
	return all, nil
}

func revokedKey(user collection.UserID, key collection.KeyID) string {
	return "x/" + user.String() + "/" + hex.EncodeToString(key[:])
}

// revocation returns the change that puts a revocation in the place of what was said
// of a key.
func (a *Accounts) revocation(ctx context.Context, user collection.UserID, key collection.KeyID) (transport.Change, error) {
	s, err := a.statement(ctx, statementKey(user, key))
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
	return s, transport.Change{Key: statementKey(s.User, s.Key.ID()), Value: data}, err
}

// statement loads what is said of a key.
func (a *Accounts) statement(ctx context.Context, key string) (s signature.KeyStatement, err error) {
	data, err := a.store.Get(ctx, key)
	if err == nil {
		err = s.UnmarshalBinary(data)
	}
	return s, err
}

func statementKey(user collection.UserID, key collection.KeyID) string {
	return "y/" + user.String() + "/" + hex.EncodeToString(key[:])
}

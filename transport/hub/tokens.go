package hub

import (
	"context"
	"encoding/base64"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// The record of a token has the user, and until the token is used first behind that the name
// of its credential, as a Hash: then the token before it ends.

// Issue makes a token for a credential of a user, and the credential if there is none
// of that name. The token is stored nowhere.
//
// Where the credential has a token already, the new one takes its place: the former is
// accepted until the new one is used first, so that a token can be changed while its station
// works; and of tokens that nobody has used the latest alone is, so that one that got lost on
// the way opens nothing once another is issued. Keys are not concerned. The error wraps
// transport.ErrNotFound if there is no such user, transport.ErrForbidden if the account is
// temporary.
func (a *Accounts) Issue(ctx context.Context, user collection.UserID, credential string) (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(a.random, secret[:]); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		c, err := loadCredential(ctx, tx, user, credential)
		if err == nil {
			err = c.follow(ctx, tx)
		}
		if err != nil {
			return err
		}
		name := records.HashOf(credential)
		c.Token = records.Token.Key(records.HashOf(token))
		tx.Set(c.Token, append(user[:], name...))
		return tx.Encode(records.Credential.Key(user, name), c)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// follow makes room for the next token of a credential.
func (c *issued) follow(ctx context.Context, tx *record.Tx) error {
	if c.Token == "" {
		return nil
	}
	latest, err := record.Get(ctx, tx, c.Token)
	switch {
	case err != nil && !record.Damaged(err, c.Token):
		return err
	case err == nil && len(latest.Value) == len(collection.UserID{}): // it was used
		c.Former = c.Token
	default:
		tx.Set(c.Token, nil)
	}
	return nil
}

// endTokens ends the tokens of a credential.
func (c issued) endTokens(tx *record.Tx) {
	for _, key := range []string{c.Token, c.Former} {
		if key != "" {
			tx.Set(key, nil)
		}
	}
}

// UserOf returns whose a token is. The error wraps transport.ErrUnauthenticated if
// it is nobody's.
func (a *Accounts) UserOf(ctx context.Context, token string) (user collection.UserID, err error) {
	key := records.Token.Key(records.HashOf(token))
	r, err := record.Need(ctx, a.store, key)
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return user, transport.ErrUnauthenticated
	case err != nil:
		return user, err
	case len(r.Value) < len(user):
		return user, transport.At(transport.ErrStorage, key)
	}
	user = collection.UserID(r.Value[:len(user)])
	if name := records.Hash(r.Value[len(user):]); name != "" {
		err = a.used(ctx, user, name, key)
	}
	return user, err
}

// used notes that a token was used, and ends the one before it; where the store takes
// nothing, with the next use.
func (a *Accounts) used(ctx context.Context, user collection.UserID, name records.Hash, token string) error {
	credential, stands := records.Credential.Key(user, name), false
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		stands = false
		c, there, err := record.Load[issued](ctx, tx, credential)
		if err != nil {
			return err
		}
		if there.Version == 0 || c.Token != token { // it has ended meanwhile
			return transport.ErrUnauthenticated
		}
		stands = true
		tx.Set(token, user[:])
		if c.Former == "" {
			return nil
		}
		tx.Set(c.Former, nil)
		c.Former = ""
		return tx.Encode(credential, c)
	})
	if stands && errors.Is(err, transport.ErrStorage) {
		return nil
	}
	return err
}

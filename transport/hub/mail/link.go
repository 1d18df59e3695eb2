package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A link is what is remembered of the tokens in a recipient's letters on a
// collection.
type link struct {
	Revoked uint64   `cbor:"1,keyasint"` // how often the tokens were revoked
	Tokens  []string `cbor:"2,keyasint"` // the keys of those that open something
}

// guest is what a token opens, and whose it is.
type guest struct {
	Name collection.Name `cbor:"1,keyasint"`
	To   Recipient       `cbor:"2,keyasint"`
}

// token returns the token for a letter's reader. Only its hash is stored.
func (m *Mailer) token(ctx context.Context, name collection.Name, to Recipient) (token string, err error) {
	key := records.Link.Key(name, to)
	_, err = record.Update(ctx, m.hub.Store, func(tx *record.Tx) error {
		known, _, err := record.Load[link](ctx, tx, key)
		if err != nil {
			return err
		}
		mac := hmac.New(sha256.New, m.cfg.LinkKey)
		mac.Write([]byte("glimpse link " + key + " " + strconv.FormatUint(known.Revoked, 10)))
		token = base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
		hash := records.Guest.Key(records.HashOf(token))
		if slices.Contains(known.Tokens, hash) {
			return nil
		}
		known.Tokens = append(known.Tokens, hash)
		return errors.Join(tx.Encode(hash, guest{name, to}), tx.Encode(key, known))
	})
	return token, err
}

// RevokeLinks ends all tokens that letters on a collection have carried: what
// they open is not found any more. Later letters carry new ones.
func (m *Mailer) RevokeLinks(ctx context.Context, name collection.Name) error {
	return m.drain.Do(func() error { return m.revoke(ctx, records.Link.Under(name)) })
}

// RevokeLink ends the tokens of one recipient, by one of them. The error wraps
// transport.ErrNotFound if it opens nothing.
func (m *Mailer) RevokeLink(ctx context.Context, token string) error {
	return m.drain.Do(func() error {
		who, err := m.guest(ctx, token)
		if err != nil {
			return err
		}
		return m.revoke(ctx, records.Link.Key(who.Name, who.To))
	})
}

// revoke ends the tokens of the links whose keys begin with prefix. One that fails does not
// keep the others.
func (m *Mailer) revoke(ctx context.Context, prefix string) error {
	var failed []error
	for r, err := range record.Walk(ctx, m.hub.Store, prefix, "", 0) {
		if err == nil {
			err = m.revokeOne(ctx, r.Key)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

func (m *Mailer) revokeOne(ctx context.Context, key string) error {
	_, err := record.Update(ctx, m.hub.Store, func(tx *record.Tx) error {
		l, _, err := record.Load[link](ctx, tx, key)
		if err != nil {
			return err
		}
		for _, token := range l.Tokens {
			tx.Set(token, nil)
		}
		return tx.Encode(key, link{Revoked: l.Revoked + 1})
	})
	return err
}

// guest returns who has a token.
func (m *Mailer) guest(ctx context.Context, token string) (guest, error) {
	stored, err := record.Need(ctx, m.hub.Store, records.Guest.Key(records.HashOf(token)))
	if errors.Is(err, transport.ErrNotFound) {
		return guest{}, transport.ErrNotFound
	}
	if err != nil {
		return guest{}, err
	}
	return record.Value[guest](stored)
}

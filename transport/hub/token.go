package hub

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// A link is what is remembered of the tokens of one recipient of a collection
// who is no member. Records: link/NAME/TO link, token/HASH guest.
type link struct {
	Revoked uint64   `cbor:"1,keyasint"` // how often the tokens were revoked
	Tokens  []string `cbor:"2,keyasint"` // the keys of those that open something
}

// guest is who has a token.
type guest struct {
	Author collection.UserID `cbor:"1,keyasint"`
	ID     collection.ID     `cbor:"2,keyasint"`
	To     string            `cbor:"3,keyasint"`
}

func (g guest) name() collection.Name { return collection.Name{Author: g.Author, ID: g.ID} }

func linkKey(name collection.Name, to string) string { return "link/" + name.String() + "/" + to }

func linkTokenKey(token string) string { return "token/" + hashed(token) }

// makeLinkKey makes the key of tokens if the configuration has none.
func (h *Hub) makeLinkKey() error {
	if h.cfg.LinkKey != nil {
		return nil
	}
	h.cfg.LinkKey = make([]byte, sha256.Size)
	_, err := io.ReadFull(h.cfg.Random, h.cfg.LinkKey)
	return err
}

// link loads what is remembered, and its record; nothing is no error.
func (h *Hub) link(ctx context.Context, key string) (link, []byte, error) {
	data, err := h.cfg.Store.Get(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return link{}, nil, nil
	}
	if err != nil {
		return link{}, nil, err
	}
	l, err := transport.Decode[link](data)
	return l, data, err
}

// token returns the token for a letter's reader. Only its hash is stored.
func (h *Hub) token(ctx context.Context, l letter) (string, error) {
	h.mailings.Lock()
	defer h.mailings.Unlock()
	key := linkKey(l.name(), l.to())
	known, before, err := h.link(ctx, key)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, h.cfg.LinkKey)
	mac.Write([]byte("glimpse link " + key + " " + strconv.FormatUint(known.Revoked, 10)))
	token := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	hash := linkTokenKey(token)
	for _, t := range known.Tokens {
		if t == hash {
			return token, nil
		}
	}
	known.Tokens = append(known.Tokens, hash)
	who, err := transport.Encode(guest{l.name().Author, l.name().ID, l.to()})
	if err != nil {
		return "", err
	}
	data, err := transport.Encode(known)
	if err != nil {
		return "", err
	}
	return token, h.cfg.Store.Apply(ctx, transport.Change{Key: hash, Value: who}, transport.Change{Key: key, Value: data, Old: before})
}

// RevokeLinks ends all tokens that letters on a collection have carried: what
// they open is not found any more. Later letters carry new ones.
func (h *Hub) RevokeLinks(ctx context.Context, name collection.Name) error {
	if err := h.drain.Enter(); err != nil {
		return err
	}
	defer h.drain.Leave()
	return h.revoke(ctx, "link/"+name.String()+"/")
}

// RevokeLink ends the tokens of one recipient, by one of them. The error wraps
// transport.ErrNotFound if it opens nothing.
func (h *Hub) RevokeLink(ctx context.Context, token string) error {
	if err := h.drain.Enter(); err != nil {
		return err
	}
	defer h.drain.Leave()
	who, err := h.guest(ctx, token)
	if err != nil {
		return err
	}
	return h.revoke(ctx, linkKey(who.name(), who.To))
}

// revoke ends the tokens of the links whose keys begin with prefix.
func (h *Hub) revoke(ctx context.Context, prefix string) error {
	h.mailings.Lock()
	defer h.mailings.Unlock()
	var changes []transport.Change
	for r, err := range h.cfg.Store.Scan(ctx, prefix) {
		if err != nil {
			return err
		}
		l, err := transport.Decode[link](r.Value)
		if err != nil {
			return err
		}
		for _, token := range l.Tokens {
			changes = append(changes, transport.Change{Key: token})
		}
		data, err := transport.Encode(link{Revoked: l.Revoked + 1})
		if err != nil {
			return err
		}
		changes = append(changes, transport.Change{Key: r.Key, Value: data, Old: r.Value})
	}
	return h.cfg.Store.Apply(ctx, changes...)
}

// guest returns who has a token.
func (h *Hub) guest(ctx context.Context, token string) (guest, error) {
	data, err := h.cfg.Store.Get(ctx, linkTokenKey(token))
	if errors.Is(err, transport.ErrNotFound) {
		return guest{}, transport.ErrNotFound
	}
	if err != nil {
		return guest{}, err
	}
	return transport.Decode[guest](data)
}

// replace makes a change that must not undo another: if something newer is
// there, it stays.
func (h *Hub) replace(ctx context.Context, change transport.Change) error {
	err := h.cfg.Store.Apply(ctx, change)
	if errors.Is(err, transport.ErrConflict) {
		return nil
	}
	return err
}

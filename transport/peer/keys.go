package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// keyring is the peer's keyring, and keeps what it learns.
type keyring struct {
	*signature.Keyring
	*Peer
}

// Learn implements httplink.Keys.
func (k keyring) Learn(ctx context.Context, statements [][]byte) error {
	return k.Peer.learn(ctx, statements)
}

// learn adds key statements to the keyring and stores those that are new.
// Statements that the keyring refuses are left out: what they would vouch for
// stays unknown.
func (p *Peer) learn(ctx context.Context, statements [][]byte) error {
	for _, data := range statements {
		var s signature.KeyStatement
		if err := s.UnmarshalBinary(data); err != nil {
			p.cfg.Log.Warn("key statement refused", "error", err)
			continue
		}
		if err := p.cfg.Keys.Add(ctx, s); err != nil {
			p.cfg.Log.Warn("key statement refused", "error", err)
			continue
		}
		if err := p.keepKey(ctx, s, data); err != nil {
			return err
		}
	}
	return nil
}

func (p *Peer) keepKey(ctx context.Context, s signature.KeyStatement, data []byte) error {
	key := "y/" + hexID(s.Key.ID())
	known, err := p.cfg.Store.Get(ctx, key)
	if err == nil && string(known) == string(data) {
		return nil
	}
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	return p.cfg.Store.Apply(ctx, transport.Change{Key: key, Value: data})
}

// loadKeys fills the keyring from the store.
func (p *Peer) loadKeys(ctx context.Context) error {
	var stored [][]byte
	for r, err := range p.cfg.Store.Scan(ctx, "y/") {
		if err != nil {
			return err
		}
		stored = append(stored, r.Value)
	}
	return p.learn(ctx, stored)
}

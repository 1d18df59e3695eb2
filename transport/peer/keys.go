package peer

import (
	"bytes"
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

// keepKey stores a statement, unless another one is stored that counts rather
// than it.
func (p *Peer) keepKey(ctx context.Context, s signature.KeyStatement, data []byte) error {
	p.keeping.Lock()
	defer p.keeping.Unlock()
	key := "y/" + hexID(s.Key.ID())
	known, err := p.cfg.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	if err == nil {
		stands, err := p.stands(ctx, known, s, data)
		if err != nil || stands {
			return transport.At(err, key)
		}
	}
	return p.cfg.Store.Apply(ctx, transport.Change{Key: key, Value: data})
}

// stands reports whether what is stored of a key counts rather than another
// statement on it, as in the keyring: a revocation is final, and of two others
// the later one counts as long as it is vouched for.
func (p *Peer) stands(ctx context.Context, known []byte, s signature.KeyStatement, data []byte) (bool, error) {
	var old signature.KeyStatement
	if err := old.UnmarshalBinary(known); err != nil {
		return false, errors.Join(transport.ErrStorage, err)
	}
	switch {
	case old.Role == signature.RoleRevoked:
		return true, nil
	case s.Role == signature.RoleRevoked, p.cfg.Keys.Add(ctx, old) != nil:
		return false, nil
	case !s.Issued.Equal(old.Issued):
		return s.Issued.Before(old.Issued), nil
	}
	return bytes.Compare(known, data) >= 0, nil
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

package peer

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// learn adds key statements to the keyring and stores those that are new.
// Statements that the keyring refuses are left out: what they would vouch for
// stays unknown.
func (p *base) learn(ctx context.Context, statements [][]byte) error {
	for _, data := range statements {
		revision := p.cfg.Keys.Revision()
		if p.learned.has(data, revision) {
			continue
		}
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
		p.learned.add(data, revision)
	}
	return nil
}

// maxLearned is how many statements a peer knows again without a look at them.
const maxLearned = 1 << 12

// learned remembers the statements that were learned, as long as the keyring is the
// same: every answer brings those of its parties, and one that did not count may count
// when another authority is revoked. The zero learned is empty; it is safe for
// concurrent use.
type learned struct {
	mu       sync.Mutex
	revision uint64 // of the keyring
	all      map[[sha256.Size]byte]bool
}

func (l *learned) has(statement []byte, revision uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.revision == revision && l.all[sha256.Sum256(statement)]
}

func (l *learned) add(statement []byte, revision uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil || l.revision != revision || len(l.all) >= maxLearned {
		l.all, l.revision = map[[sha256.Size]byte]bool{}, revision
	}
	l.all[sha256.Sum256(statement)] = true
}

// keepKey stores a statement, unless another one is stored that counts rather
// than it.
func (p *base) keepKey(ctx context.Context, s signature.KeyStatement, data []byte) error {
	p.keeping.Lock()
	defer p.keeping.Unlock()
	key := keyRecord.Key(collection.KeyID(s.Key.ID()))
	known, err := p.cfg.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	if err == nil {
		stands, err := p.stands(ctx, known, s)
		if err != nil || stands {
			return transport.At(err, key)
		}
	}
	return p.cfg.Store.Apply(ctx, transport.Change{Key: key, Value: data})
}

// stands reports whether what is stored of a key counts rather than another
// statement on it: unless it is superseded, or is not vouched for any more.
func (p *base) stands(ctx context.Context, known []byte, s signature.KeyStatement) (bool, error) {
	var old signature.KeyStatement
	if err := old.UnmarshalBinary(known); err != nil {
		return false, errors.Join(transport.ErrStorage, err)
	}
	return !s.Supersedes(old) && (old.Role == signature.RoleRevoked || p.cfg.Keys.Add(ctx, old) == nil), nil
}

// loadKeys fills the keyring from the store.
func (p *base) loadKeys(ctx context.Context) error {
	var stored [][]byte
	for r, err := range p.cfg.Store.Scan(ctx, keyRecord.Under()) {
		if err != nil {
			return err
		}
		stored = append(stored, r.Value)
	}
	return p.learn(ctx, stored)
}

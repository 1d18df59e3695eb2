package peer

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/record"
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
			audit.Log(p.cfg.Log, audit.KeyRefused, "error", err)
			continue
		}
		key := keyRecord.Key(collection.KeyID(s.Key.ID()))
		_, err := record.Get(ctx, p.cfg.Store, key)
		if err != nil && !record.Damaged(err, key) {
			return err
		}
		if err == nil { // else a revocation may be what cannot be read
			err = p.cfg.Keys.Add(ctx, s)
		}
		if err != nil {
			audit.Log(p.cfg.Log, audit.KeyRefused, "error", err)
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
	known, err := record.Need(ctx, p.cfg.Store, key)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	if err == nil {
		stands, err := p.stands(ctx, known.Value, s)
		if err != nil || stands {
			return transport.At(err, key)
		}
	}
	err = record.Put(ctx, p.cfg.Store, transport.Change{Key: key, Value: data})
	if err == nil {
		p.keyed.add(s.User, key)
	}
	return err
}

// keyed is which stored statements are, or were, on whose keys. The zero keyed has none; it
// is safe for concurrent use.
type keyed struct {
	mu   sync.Mutex
	keys map[collection.UserID][]string // of records
}

func (k *keyed) add(user collection.UserID, key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[collection.UserID][]string{}
	}
	if !slices.Contains(k.keys[user], key) {
		k.keys[user] = append(k.keys[user], key)
	}
}

// of returns those of the parties to a collection, ascending.
func (k *keyed) of(c collection.Collection) (keys []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys = append(keys, k.keys[c.Author()]...)
	for u := range c.Completers() {
		keys = append(keys, k.keys[u]...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
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

// loadKeys fills the keyring from the store. What it refuses now, others may take; a key
// whose statement is damaged stays unknown.
func (p *base) loadKeys(ctx context.Context) error {
	var stored [][]byte
	for r, err := range record.Walk(ctx, p.cfg.Store, keyRecord.Under(), "", 0) {
		if err != nil {
			if err = p.aside(err, r.Key); err != nil {
				return err
			}
			continue
		}
		stored = append(stored, r.Value)
		var s signature.KeyStatement
		if s.UnmarshalBinary(r.Value) == nil {
			p.keyed.add(s.User, r.Key)
		}
	}
	return p.learn(ctx, stored)
}

package peer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// learn adds key statements and rosters to the keyring and stores those that are new.
// Those that the keyring refuses are left out: what they would vouch for
// stays unknown. About some users the authority is asked first.
func (p *base) learn(ctx context.Context, statements [][]byte) error {
	if err := p.askAbout(ctx, statements); err != nil {
		return err
	}
	return p.believe(ctx, statements, p.addLate)
}

// believe is learn of what is the latest: the authority's answers, and what is stored. It is
// added to the keyring by add.
func (p *base) believe(ctx context.Context, statements [][]byte, add func(context.Context, station.Word) error) error {
	for _, data := range statements {
		revision := p.cfg.Keys.Revision()
		if p.learned.has(data, revision) {
			continue
		}
		word, err := station.ReadWord(data)
		if err != nil {
			audit.Log(p.cfg.Log, audit.KeyRefused, "error", err)
			continue
		}
		key := nameOf(word)
		known, err := record.Get(ctx, p.cfg.Store, key)
		if err != nil && !record.Damaged(err, key) {
			return err
		}
		before := p.unknown(word)
		if err == nil { // else a revocation may be what cannot be read
			err = add(ctx, word)
		}
		if err != nil {
			audit.Log(p.cfg.Log, audit.KeyRefused, "error", err)
			continue
		}
		if err := p.keep(ctx, word, data); err != nil {
			return err
		}
		p.learned.add(data, revision)
		if !bytes.Equal(known.Value, data) {
			p.tellKeys(word, before)
		}
	}
	return nil
}

// unknown are the keys in a word that the keyring does not have.
func (p *base) unknown(w station.Word) []collection.KeyID {
	return slices.DeleteFunc(w.Keys(), func(key collection.KeyID) bool { return p.cfg.Keys.Has(key) })
}

// tellKeys tells which of some keys have become known.
func (p *base) tellKeys(w station.Word, before []collection.KeyID) {
	for _, key := range before {
		if p.cfg.Keys.Has(key) {
			p.tell(event.Event{Kind: event.KeySeen, User: w.User(), Key: key})
		}
	}
}

// maxStrangers is how many users a peer knows before it takes no more rosters of others
// whom no authority has introduced: anybody can make as many as they like.
const maxStrangers = 10_000

// add adds a word on keys to the keyring.
func (p *base) add(ctx context.Context, w station.Word) error {
	if w.Roster != nil && !w.User().IsZero() && p.keyed.full(w.User()) {
		statement, err := w.Roster.Statement()
		if err == nil {
			_, _, err = p.cfg.Keys.Verify(ctx, signature.RosterType, statement, w.Roster.CoSeal, time.Time{})
		}
		if err != nil {
			return err
		}
	}
	return w.AddTo(ctx, p.cfg.Keys)
}

// nameOf returns the key of the record in which a word on keys is kept.
func nameOf(w station.Word) string {
	switch {
	case w.Roster != nil && w.User().IsZero():
		return rosterRecord.Key(collection.KeyID(w.Roster.By.ID()))
	case w.Roster != nil:
		return rosterRecord.Key(w.User())
	}
	return keyRecord.Key(collection.KeyID(w.Statement.Key.ID()))
}

// keep stores a word on keys that the keyring has taken.
func (p *base) keep(ctx context.Context, w station.Word, data []byte) error {
	if w.Roster == nil {
		return p.keepKey(ctx, w.Statement, data)
	}
	p.keeping.Lock()
	defer p.keeping.Unlock()
	latest, known := p.cfg.Keys.Roster(w.Roster.User, w.Roster.By.ID())
	if !known {
		return nil // a key that proves itself has put an end to it
	}
	data, err := latest.MarshalBinary()
	if err != nil {
		return err
	}
	old, err := record.Need(ctx, p.cfg.Store, nameOf(w))
	if err == nil && bytes.Equal(old.Value, data) {
		return nil
	}
	if err == nil || errors.Is(err, transport.ErrNotFound) {
		err = record.Put(ctx, p.cfg.Store, transport.Change{Key: nameOf(w), Value: data})
		p.keyed.add(w.User(), nameOf(w))
	}
	return err
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

// has reports whether there are any on a user.
func (k *keyed) has(user collection.UserID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.keys[user]) > 0
}

// full reports whether so many users are known that there is no room for another.
func (k *keyed) full(user collection.UserID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.keys[user]) == 0 && len(k.keys) >= maxStrangers
}

// of returns those of the parties to a collection, and of authorities, ascending.
func (k *keyed) of(c collection.Collection) (keys []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys = append(keys, k.keys[c.Author()]...)
	keys = append(keys, k.keys[collection.UserID{}]...)
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
// whose statement is damaged does not count.
func (p *base) loadKeys(ctx context.Context) error {
	var stored [][]byte
	for _, kind := range []record.Kind{keyRecord, rosterRecord} {
		for r, err := range record.Walk(ctx, p.cfg.Store, kind.Under(), "", 0) {
			if err != nil {
				if err = p.aside(err, r.Key); err != nil {
					return err
				}
				var key collection.KeyID
				if key.UnmarshalText([]byte(strings.TrimPrefix(r.Key, keyRecord.Under()))) == nil {
					p.cfg.Keys.Revoke(key) // a revocation may be what cannot be read, of a key that a roster lists
				}
				continue
			}
			stored = append(stored, r.Value)
			if word, err := station.ReadWord(r.Value); err == nil {
				p.keyed.add(word.User(), r.Key)
			}
		}
	}
	return p.believe(ctx, stored, p.add)
}

package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxKeys is how many keys a hub holds in memory, about 1 KB each.
const maxKeys = 10_000

// keys are the keys of all users. Each key has one record, with the latest statement on
// it, which is read when a seal names the key; its version is the key's revision. So a
// new key or a revocation counts at once in every process that shares the store, and
// makes void only what rests on that key.
//
// What is held in memory are statements whose seals were found good: it saves to
// verify them, and does not save to read the record. It is used only while the record has
// the version with which it came; what a seal is found to be is so for that version. So
// nothing that is cached can be out of date: not here, nor what the station
// remembers of seals and states, which names the versions. If a record has another
// version, or there are too many, all that is held is forgotten.
//
// Only the hub's own key vouches for keys; one that it introduces as another authority's
// does not.
type keys struct {
	authority signature.PublicKey

	mu   sync.RWMutex // while a seal is verified, that what is held stays
	ring *signature.Keyring
	held map[collection.KeyID]holding
}

// holding is what is held on a key.
type holding struct {
	version uint64 // of its record
	counts  bool   // the authority of now vouches for the statement, which is in the ring
}

var _ station.Keys = (*keys)(nil)

// newKeys makes the keys that an authority vouches for.
func newKeys(authority signature.PublicKey) (*keys, error) {
	k := &keys{authority: authority}
	return k, k.forget()
}

// forget begins anew, with the authority's key alone.
func (k *keys) forget() error {
	k.ring, k.held = new(signature.Keyring), map[collection.KeyID]holding{}
	return k.ring.AddAuthority(k.authority)
}

// isRoot reports whether a key is the authority's own, which is no record.
func (k *keys) isRoot(key collection.KeyID) bool { return key == k.authority.ID() }

// Verify implements station.Keys.
func (k *keys) Verify(ctx context.Context, in *record.Tx, typ string, statement, seal []byte, issued time.Time) (station.Sealer, error) {
	for {
		by, err := k.verifyHeld(ctx, typ, statement, seal, issued)
		if by.Key.IsZero() || k.isRoot(by.Key) || ctx.Err() != nil {
			return by, err
		}
		now, readErr := record.Get(ctx, in, records.Key.Key(by.Key))
		if readErr != nil {
			return by, readErr
		}
		if now.Version == by.Revision {
			return by, err
		}
		if _, err := k.hold(ctx, by.Key, now); err != nil {
			return by, err
		}
	}
}

// verifyHeld verifies a seal with what is held. The revision is that of what is held on
// the key; 0 = nothing.
func (k *keys) verifyHeld(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (station.Sealer, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	user, key, err := k.ring.Verify(ctx, typ, statement, seal, issued)
	named := station.NamedKey(key, err)
	return station.Sealer{User: user, Key: named, Revision: k.held[named].version}, err
}

// Records implements station.Keys.
func (k *keys) Records(of ...collection.KeyID) []string {
	names := make([]string, 0, len(of))
	for _, key := range of {
		if !k.isRoot(key) {
			names = append(names, records.Key.Key(key))
		}
	}
	return names
}

// Revisions implements station.Keys.
func (k *keys) Revisions(ctx context.Context, in *record.Tx, of []collection.KeyID, others ...string) ([]uint64, []transport.Record, error) {
	found, err := in.Get(ctx, slices.Concat(others, k.Records(of...))...)
	if err != nil {
		return nil, nil, err
	}
	revisions := make([]uint64, len(of))
	next := found[len(others):]
	for i, key := range of {
		if !k.isRoot(key) {
			revisions[i], next = next[0].Version, next[1:]
		}
	}
	return revisions, found[:len(others)], nil
}

// hold holds what a key's record says, unless it does, and reports whether that counts:
// whether the authority vouches for it. It may be a revocation.
func (k *keys) hold(ctx context.Context, key collection.KeyID, r transport.Record) (counts bool, err error) {
	ring, h, err := k.roomFor(key, r.Version)
	if err != nil || h.version == r.Version {
		return h.counts, err
	}
	var s signature.KeyStatement
	if err := s.UnmarshalBinary(r.Value); err != nil {
		return false, transport.At(transport.ErrStorage, r.Key)
	}
	err = k.vouched(ctx, ring, s) // without the lock: it takes as long as to verify a seal
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ring == ring {
		k.held[key] = holding{r.Version, err == nil}
	}
	return err == nil, nil
}

// roomFor returns the ring, with room for a key, and what it holds on the key; of no other
// version than that of its record.
func (k *keys) roomFor(key collection.KeyID, version uint64) (*signature.Keyring, holding, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, held := k.held[key]
	if held && h.version == version || !held && (version == 0 || len(k.held) < maxKeys) {
		return k.ring, h, nil
	}
	err := k.forget()
	return k.ring, holding{}, err
}

// check returns why a statement does not count by itself, if it does not.
func (k *keys) check(ctx context.Context, s signature.KeyStatement) error {
	alone, err := newKeys(k.authority)
	if err != nil {
		return err
	}
	return k.vouched(ctx, alone.ring, s)
}

// vouched adds a statement on a user's key to a ring.
func (k *keys) vouched(ctx context.Context, ring *signature.Keyring, s signature.KeyStatement) error {
	if s.Role == signature.RoleAuthority {
		return signature.ErrKey
	}
	return ring.Add(ctx, s)
}

package hub

import (
	"context"
	"fmt"
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
	authority signature.PublicKey // its root key
	roster    signature.Roster    // of its operating keys, if there are others

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

// newHubKeys makes the keys that a hub vouches for that has the key signer.
func newHubKeys(ctx context.Context, signer signature.PublicKey, roster signature.Roster) (*keys, error) {
	if roster.Number == 0 {
		return newKeys(ctx, signer, roster)
	}
	s, listed := roster.Station(signer.ID())
	if !listed && !signer.Equal(roster.By) || s.Role == signature.StationRemoved {
		return nil, fmt.Errorf("%w: the authority's roster does not list the hub's", signature.ErrKey)
	}
	return newKeys(ctx, roster.By, roster)
}

// newKeys makes the keys that an authority vouches for.
func newKeys(ctx context.Context, authority signature.PublicKey, roster signature.Roster) (*keys, error) {
	k := &keys{authority: authority, roster: roster}
	return k, k.forget(ctx)
}

// alone makes keys of the same authority, with nothing held.
func (k *keys) alone(ctx context.Context) (*keys, error) { return newKeys(ctx, k.authority, k.roster) }

// forget begins anew, with the authority's keys alone.
func (k *keys) forget(ctx context.Context) error {
	k.ring, k.held = new(signature.Keyring), map[collection.KeyID]holding{}
	err := k.ring.AddAuthority(k.authority)
	if err == nil && k.roster.Number > 0 {
		err = k.ring.AddRoster(context.WithoutCancel(ctx), k.roster)
	}
	return err
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
	ring, h, err := k.roomFor(ctx, key, r.Version)
	if err != nil || h.version == r.Version {
		return h.counts, err
	}
	word, err := station.ReadWord(r.Value)
	if err != nil {
		return false, transport.At(transport.ErrStorage, r.Key)
	}
	err = k.vouched(ctx, ring, word) // without the lock: it takes as long as to verify a seal
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
func (k *keys) roomFor(ctx context.Context, key collection.KeyID, version uint64) (*signature.Keyring, holding, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, held := k.held[key]
	if held && h.version == version || !held && (version == 0 || len(k.held) < maxKeys) {
		return k.ring, h, nil
	}
	err := k.forget(ctx)
	return k.ring, holding{}, err
}

// check returns why a word on keys does not count by itself, if it does not.
func (k *keys) check(ctx context.Context, w station.Word) error {
	alone, err := k.alone(ctx)
	if err != nil {
		return err
	}
	return w.AddTo(ctx, alone.ring)
}

// vouched adds a word on a user's keys to a ring. Here the authority revokes whatever key
// it likes, elsewhere those of the users whom it has introduced.
func (k *keys) vouched(ctx context.Context, ring *signature.Keyring, w station.Word) error {
	if w.Roster == nil && w.Statement.Role == signature.RoleRevoked {
		err := k.check(ctx, w)
		if err == nil {
			ring.Revoke(w.Statement.Key.ID())
		}
		return err
	}
	return w.AddTo(ctx, ring)
}

package station

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Keys knows whose keys are whose, and which seals count. Methods may be called
// concurrently.
type Keys interface {
	// Verify is as collection.Verifier says, with the keys as they are in a
	// transaction. What the sealer has of a key, and its revision, is also set where a
	// seal is refused.
	Verify(ctx context.Context, in *record.Tx, typ string, statement, seal []byte, issued time.Time) (Sealer, error)
	// Records returns the keys of the records whose versions are the revisions of some
	// keys; none of those whose revisions are in memory.
	Records(keys ...collection.KeyID) []string
	// Revisions returns the revisions of keys as they are in a transaction and, of the
	// same look at the store, other records.
	Revisions(ctx context.Context, in *record.Tx, keys []collection.KeyID, others ...string) ([]uint64, []transport.Record, error)
}

// Sealer is who made a seal. What was found of the seal, that it is good or why
// not, holds as long as the key has the revision; but that a key is unknown may change
// at any time.
type Sealer struct {
	User     collection.UserID // zero = an authority
	Key      collection.KeyID  // zero = the seal names none
	Revision uint64
}

// Keyring is Keys that are all in memory: they have one revision together.
type Keyring struct{ *signature.Keyring }

// Verify implements Keys.
func (k Keyring) Verify(ctx context.Context, _ *record.Tx, typ string, statement, seal []byte, issued time.Time) (Sealer, error) {
	revision := k.Revision() // before, so that no change falls between
	user, key, err := k.Keyring.Verify(ctx, typ, statement, seal, issued)
	return Sealer{user, NamedKey(key, err), revision}, err
}

// Records implements Keys.
func (Keyring) Records(...collection.KeyID) []string { return nil }

// Revisions implements Keys.
func (k Keyring) Revisions(ctx context.Context, in *record.Tx, keys []collection.KeyID, others ...string) ([]uint64, []transport.Record, error) {
	records, err := in.Get(ctx, others...)
	return slices.Repeat([]uint64{k.Revision()}, len(keys)), records, err
}

// NamedKey returns the key that a seal names, by what a keyring has said of the seal.
func NamedKey(key [32]byte, err error) collection.KeyID {
	var refused *signature.SealError
	if errors.As(err, &refused) {
		return refused.Key
	}
	return key
}

// rests are the keys that something rests on, such as that seals are good, with the
// revisions that they had.
type rests map[collection.KeyID]uint64

// stands reports whether the keys have the same revisions in a transaction, and
// returns other records, of the same look at the store.
func (k *Core) stands(ctx context.Context, in *record.Tx, on rests, others ...string) (bool, []transport.Record, error) {
	keys := slices.Collect(maps.Keys(on))
	now, records, err := k.Keys.Revisions(ctx, in, keys, others...)
	if err != nil {
		return false, nil, err
	}
	for i, key := range keys {
		if now[i] != on[key] {
			return false, records, nil
		}
	}
	return true, records, nil
}

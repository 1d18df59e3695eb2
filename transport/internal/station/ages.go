package station

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// A cache has one more record per partial version: when it came, in seconds
// since 1970. It is written before the bytes are and removed after them, so that
// a crash leaves no bytes that never expire.

// stamp notes that partial versions of c come now, if this is a cache.
func (k *Core) stamp(ctx context.Context, c collection.Collection, versions []transport.Bits) error {
	if !k.Cache {
		return nil
	}
	now := binary.BigEndian.AppendUint64(nil, uint64(k.Now().Unix()))
	seen := map[collection.Digest]bool{}
	var changes []transport.Change
	for v, items := range versions[:min(len(versions), len(c.Ladder())-1)] {
		for i := range items.Places() {
			d, err := Digest(c, i, v)
			if err == nil && !seen[d] {
				seen[d] = true
				changes = append(changes, transport.Change{Key: ageRecord.Key(c.Author(), d), Value: now})
			}
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return k.Store.Apply(ctx, changes...)
}

func parseAge(key string) (author collection.UserID, d collection.Digest, err error) {
	user, sum, _ := strings.Cut(strings.TrimPrefix(key, ageRecord.Under()), "/")
	if errors.Join(author.UnmarshalText([]byte(user)), d.UnmarshalText([]byte(sum))) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return author, d, err
}

func isOld(value []byte, before time.Time) bool {
	return len(value) != 8 || int64(binary.BigEndian.Uint64(value)) < before.Unix()
}

// forgetAges removes age records, but those of versions that come again
// meanwhile: with another age, by which they expire.
func (k *Core) forgetAges(ctx context.Context, gone []transport.Change) error {
	if len(gone) == 0 {
		return nil
	}
	err := k.Store.Apply(ctx, gone...)
	if !errors.Is(err, transport.ErrConflict) {
		return err
	}
	if len(gone) == 1 {
		return nil
	}
	half := len(gone) / 2
	return errors.Join(k.forgetAges(ctx, gone[:half]), k.forgetAges(ctx, gone[half:]))
}

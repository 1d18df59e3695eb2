package station

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A cache has one more record per partial version: when it came, in seconds
// since 1970. It is written with the bytes or before them, and removed after them, so
// that a crash leaves no bytes that never expire.

// age returns the change which notes that a version comes now.
func (k *Core) age(author collection.UserID, d collection.Digest) transport.Change {
	return transport.Change{Key: ageRecord.Key(author, d), Value: binary.BigEndian.AppendUint64(nil, uint64(k.Now().Unix()))}
}

// ages is age of partial versions of c, if this is a cache.
func (k *Core) ages(c collection.Collection, versions []transport.Bits) []transport.Change {
	if !k.Cache {
		return nil
	}
	var changes []transport.Change
	for v, items := range versions[:min(len(versions), len(c.Ladder())-1)] {
		for i := range items.Places() {
			if d, err := Digest(c, i, v); err == nil {
				changes = append(changes, k.age(c.Author(), d))
			}
		}
	}
	return changes
}

func parseAge(key string) (author collection.UserID, d collection.Digest, err error) {
	return parseOf(ageRecord, key)
}

// parseOf reads the key of a record that is of an author and a digest.
func parseOf(kind record.Kind, key string) (author collection.UserID, d collection.Digest, err error) {
	user, sum, _ := strings.Cut(strings.TrimPrefix(key, kind.Under()), "/")
	if errors.Join(author.UnmarshalText([]byte(user)), d.UnmarshalText([]byte(sum))) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return author, d, err
}

func isOld(value []byte, before time.Time) bool {
	return len(value) != 8 || int64(binary.BigEndian.Uint64(value)) < before.Unix()
}

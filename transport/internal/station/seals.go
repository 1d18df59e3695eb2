package station

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// maxSeals is how many good seals a station remembers.
const maxSeals = 1 << 14

// seals remembers good seals: a collection comes again with every update, and its
// seals with it. What is remembered of a seal counts while its key has the same
// revision. The zero seals remembers nothing yet.
type seals struct {
	mu   sync.Mutex
	good map[[sha256.Size]byte]Sealer
}

func (s *seals) get(id [sha256.Size]byte) (Sealer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.good[id]
	return known, ok
}

// put remembers a good seal, and forgets all others where they are too many.
func (s *seals) put(id [sha256.Size]byte, by Sealer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.good == nil || len(s.good) >= maxSeals {
		s.good = map[[sha256.Size]byte]Sealer{}
	}
	s.good[id] = by
}

// sealVerifier verifies seals in a transaction, with what is remembered of them, and
// notes the keys that what it says rests on.
type sealVerifier struct {
	core *Core
	in   *record.Tx
	on   rests
}

// Verify implements collection.Verifier.
func (v sealVerifier) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	id := sealID(typ, statement, seal, issued)
	if known, ok := v.core.seals.get(id); ok {
		stands, _, err := v.core.stands(ctx, v.in, rests{known.Key: known.Revision})
		if err != nil {
			return user, key, err
		}
		if stands {
			v.on[known.Key] = known.Revision
			return known.User, known.Key, nil
		}
	}
	by, err := v.core.Keys.Verify(ctx, v.in, typ, statement, seal, issued)
	v.on[by.Key] = by.Revision
	if err == nil {
		v.core.seals.put(id, by)
	}
	return by.User, by.Key, err
}

// sealID names what is asked of a seal.
func sealID(typ string, statement, seal []byte, issued time.Time) (id [sha256.Size]byte) {
	h := sha256.New()
	writePart(h, []byte(typ))
	writePart(h, statement)
	writePart(h, seal)
	at, _ := issued.MarshalBinary() // of no zone that cannot be written: it comes from seconds
	writePart(h, at)
	return [sha256.Size]byte(h.Sum(nil))
}

func writePart(h hash.Hash, part []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
	h.Write(part)
}

package station

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/signature"
)

// maxSeals is how many good seals a station remembers.
const maxSeals = 1 << 14

// seals is a keyring that remembers the seals it has found good, as long as it is
// the same: a collection comes again with every update, and its seals with it. The
// zero seals remembers nothing yet.
type seals struct {
	mu       sync.Mutex
	revision uint64 // of the keyring
	good     map[[sha256.Size]byte]sealer
}

type sealer struct {
	user [16]byte
	key  [32]byte
}

// verifier is the keyring with this memory.
func (s *seals) verifier(keys *signature.Keyring) sealVerifier { return sealVerifier{keys, s} }

type sealVerifier struct {
	keys *signature.Keyring
	*seals
}

// Verify implements collection.Verifier.
func (v sealVerifier) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	revision, id := v.keys.Revision(), sealID(typ, statement, seal, issued)
	v.mu.Lock()
	known, ok := v.good[id]
	ok = ok && v.revision == revision
	v.mu.Unlock()
	if ok {
		return known.user, known.key, nil
	}
	if user, key, err = v.keys.Verify(ctx, typ, statement, seal, issued); err != nil {
		return user, key, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.good == nil || v.revision != revision || len(v.good) >= maxSeals {
		v.good, v.revision = map[[sha256.Size]byte]sealer{}, revision
	}
	v.good[id] = sealer{user, key}
	return user, key, nil
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

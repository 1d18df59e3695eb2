package lab

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/glimpse-go/glimpse/signature"
)

// randoms are streams of numbers, by name.
type randoms struct {
	seed  uint64
	mu    sync.Mutex
	named map[string]*stream
}

// Random is a stream of numbers that is the same for a seed and a name in every
// world, and goes on where it was when it is asked for again. It is safe for
// concurrent use.
func (r *randoms) Random(name string) io.Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.named == nil {
		r.named = map[string]*stream{}
	}
	if r.named[name] == nil {
		r.named[name] = &stream{numbers: numbers(r.seed, name)}
	}
	return r.named[name]
}

type stream struct {
	mu      sync.Mutex
	numbers *rand.ChaCha8
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.numbers.Read(p)
}

func numbers(seed uint64, name string) *rand.ChaCha8 {
	key := sha256.Sum256([]byte(name))
	binary.BigEndian.PutUint64(key[:], binary.BigEndian.Uint64(key[:])^seed)
	return rand.NewChaCha8(key)
}

// signers are the same in every world: making them takes time.
var signers struct {
	sync.Mutex
	named map[string]*signature.Signer
}

// Signer is the key of a name, always the same one.
func Signer(name string) *signature.Signer {
	signers.Lock()
	defer signers.Unlock()
	if s := signers.named[name]; s != nil {
		return s
	}
	random := &stream{numbers: numbers(0, "key of "+name)}
	key, err := signature.GenerateKey(random)
	if err != nil {
		panic(err) // the numbers never end
	}
	s, err := signature.NewSigner(key, random)
	if err != nil {
		panic(err) // it is a key
	}
	if signers.named == nil {
		signers.named = map[string]*signature.Signer{}
	}
	signers.named[name] = s
	return s
}

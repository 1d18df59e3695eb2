package httplink

import (
	"bytes"
	"errors"
	"hash"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxTaken is how many requests are remembered at least, where that many came
// within the time that their seals are good; twice as many at most. One takes some
// hundred bytes.
const maxTaken = 1 << 15

// seen names a request that was taken.
type seen struct {
	key   collection.KeyID
	nonce uint64
}

// memory remembers requests for as long as their seals can be good, the latest if
// they are too many. The zero memory is empty. It is safe for concurrent use.
type memory struct {
	mu       sync.Mutex
	new, old map[seen]struct{}
	since    time.Time // of new
}

// add reports whether a request is not in the memory, where it is from then on.
func (m *memory) add(s seen, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	// A seal may be ahead of the clock by maxSkew, and behind by as much.
	if m.new == nil || len(m.new) >= maxTaken || now.Sub(m.since).Abs() > 2*maxSkew {
		m.new, m.old, m.since = map[seen]struct{}{}, m.new, now
	}
	_, young := m.new[s]
	_, old := m.old[s]
	m.new[s] = struct{}{}
	return !young && !old
}

// sealedBody is a body of which the digest was sealed, or that of its first bytes.
// Where it is another, or was taken before, it ends with an error, in place of the
// last bytes if a stream follows.
type sealedBody struct {
	io.ReadCloser
	left   int64 // of what is sealed, if a stream follows; else math.MaxInt64
	hash   hash.Hash
	digest []byte
	take   func() error
	err    error // which it has ended with
}

// Read implements io.Reader.
func (b *sealedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left == 0 { // the stream
		return b.ReadCloser.Read(p)
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.hash.Write(p[:n])
	b.left -= int64(n)
	if errors.Is(err, io.EOF) || b.left == 0 {
		if refused := b.end(); refused != nil {
			n, err = 0, refused
		}
	}
	b.err = err
	return n, err
}

func (b *sealedBody) end() error {
	if !bytes.Equal(b.hash.Sum(nil), b.digest) {
		return transport.At(transport.ErrUnauthenticated, "another body than was sealed")
	}
	return b.take()
}

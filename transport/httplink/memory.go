package httplink

import (
	"bytes"
	"cmp"
	"errors"
	"hash"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxTaken is how many requests are remembered in all, and of how many callers. One takes
// some hundred bytes.
const maxTaken = 1 << 15

// What is refused that a caller is to seal anew.
var (
	errReplayed  = transport.At(transport.ErrUnauthenticated, "the request has come before")
	errForgotten = transport.At(transport.ErrUnauthenticated, "the request is older than what is remembered of its caller")
	errCallers   = transport.At(transport.ErrUnauthenticated, "too many callers")
)

// seen names a request that was taken.
type seen struct {
	key   collection.KeyID
	nonce uint64
}

// memory remembers the requests of each user for as long as their seals can be good. Where
// it is full, it forgets the older half of the user's who has most in it, and from then on
// takes no more of that user's that are as old: so nothing is taken twice, whoever sends how
// much, and who sends much makes only requests of its own be refused. A user of whom nothing
// is remembered is refused only while requests of maxTaken others are. The zero memory is
// empty. It is safe for concurrent use.
type memory struct {
	mu    sync.Mutex
	max   int // 0 = maxTaken
	users map[collection.UserID]*taken
	size  int       // requests of all
	swept time.Time // when those were last removed whose seals had become too old
}

// taken are the requests of a user, with the seconds at which they were sealed.
type taken struct {
	requests map[seen]int64
	from     int64 // what was sealed before is refused
}

// add takes a request of a user, once.
func (m *memory) add(user collection.UserID, s seen, sealed int64, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.swept).Abs() > maxSkew {
		m.sweep(now)
	}
	t := m.users[user]
	if t == nil {
		if len(m.users) >= m.most() {
			return errCallers
		}
		t = &taken{requests: map[seen]int64{}}
		m.users[user] = t
	}
	if _, here := t.requests[s]; here {
		return errReplayed
	}
	if sealed < t.from {
		return errForgotten
	}
	t.requests[s] = sealed
	if m.size++; m.size > m.most() {
		m.shrink()
	}
	return nil
}

func (m *memory) most() int { return cmp.Or(m.max, maxTaken) }

// sweep removes what no seal can be good for any more.
func (m *memory) sweep(now time.Time) {
	m.swept, m.size = now, 0
	oldest := now.Add(-maxSkew).Unix()
	for user, t := range m.users {
		maps.DeleteFunc(t.requests, func(_ seen, sealed int64) bool { return sealed < oldest })
		if m.size += len(t.requests); len(t.requests) == 0 && t.from <= oldest {
			delete(m.users, user)
		}
	}
	if m.users == nil {
		m.users = map[collection.UserID]*taken{}
	}
}

// shrink forgets the older half of the requests of the user who has most.
func (m *memory) shrink() {
	var most *taken
	for _, t := range m.users {
		if most == nil || len(t.requests) > len(most.requests) {
			most = t
		}
	}
	times := slices.Sorted(maps.Values(most.requests))
	most.from = times[len(times)/2] + 1
	m.size -= len(most.requests)
	maps.DeleteFunc(most.requests, func(_ seen, sealed int64) bool { return sealed < most.from })
	m.size += len(most.requests)
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

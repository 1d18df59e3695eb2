package s3store

import (
	"context"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// How much one request of a blob reads, in bytes: at its beginning, elsewhere, and at
// most, after doubling as long as it is read on where the last request ended.
const (
	firstWindow = 256 << 10
	leastWindow = 64 << 10
	mostWindow  = 1 << 20
)

// Open implements transport.Blobs. It reads the blob's beginning, so small ones take no
// other request.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrNotFound, "key")
	}
	b, err := s.openObject(ctx, s.blobName(key))
	if err != nil {
		return nil, transport.At(err, key)
	}
	return b, nil
}

func (s *Store) openObject(ctx context.Context, name string) (*blob, error) {
	o, data, err := s.get(ctx, object{name: name}, 0, firstWindow)
	if err != nil {
		return nil, err
	}
	return &blob{store: s, object: o, data: data, window: firstWindow}, nil
}

// blob is an open blob, with what was read of it last.
type blob struct {
	store *Store
	object

	mu     sync.Mutex
	data   []byte
	at     int64 // where data begins
	window int64
}

func (b *blob) Size() int64 { return b.size }

func (b *blob) Close() error { return nil }

func (b *blob) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, transport.At(transport.ErrStorage, "negative offset")
	}
	for n < len(p) && off+int64(n) < b.size {
		data, err := b.read(off+int64(n), int64(len(p)-n))
		if err != nil {
			return n, err
		}
		n += copy(p[n:], data)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// read returns some of the n bytes from off on, at least one, and maybe more than n.
func (b *blob) read(off, n int64) ([]byte, error) {
	data, n := b.look(off, n)
	if len(data) > 0 {
		return data, nil
	}
	o, data, err := b.store.get(context.Background(), b.known(), off, n)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.version, b.data, b.at = o.version, data, off
	return data, nil
}

// known returns the version that b is of, as far as it is known.
func (b *blob) known() object {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.object
}

// look returns what is known of the blob from off on, or how much to read there.
func (b *blob) look(off, n int64) (data []byte, length int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	end := b.at + int64(len(b.data))
	if b.at <= off && off < end {
		return b.data[off-b.at:], 0
	}
	b.window = min(2*b.window, mostWindow)
	if off != end {
		b.window = leastWindow
	}
	return nil, min(max(n, b.window), mostWindow)
}

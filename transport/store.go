package transport

import (
	"context"
	"io"
	"iter"
)

// Store is where a station keeps what must outlive it.
type Store interface {
	Blobs
	Records
}

// Blobs keeps bytes of any length by key. A key is one or more parts of
// [a-z0-9] and '-', parted by '/'. A blob is there whole or not at all; it
// never changes.
type Blobs interface {
	// Open opens a committed blob, or returns an error that wraps ErrNotFound.
	Open(ctx context.Context, key string) (Blob, error)
	// Create begins a blob, or goes on with one whose upload was closed without
	// Commit. One upload of a key at a time; a second one returns an error that
	// wraps ErrConflict.
	Create(ctx context.Context, key string) (BlobWriter, error)
	// Delete removes a blob or what is there of it. One that is not there is no
	// error. Readers that are open go on.
	Delete(ctx context.Context, key string) error
	// Part returns the size of an upload that was closed without Commit, 0 if
	// there is none.
	Part(ctx context.Context, key string) (int64, error)
}

// Blob is an open blob.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64 // bytes
}

// BlobWriter is an upload under way. Bytes that Write took may be lost in a
// crash until Close, which makes them durable; a part that remains is always a
// prefix of what was written. It is not safe for concurrent use.
type BlobWriter interface {
	io.Writer   // appends; an error wraps ErrStorage
	io.ReaderAt // reads what was written, in this upload or before it
	Size() int64
	// Commit makes the blob durable and visible, at once and whole. When it has
	// returned nil, no crash takes the blob away.
	Commit(ctx context.Context) error
	// Close ends the upload. What was not committed is kept as a part, for
	// another Create to go on with. After Commit it does nothing.
	Close() error
	// Discard ends the upload and removes what was not committed.
	Discard() error
}

// Records keeps small values by key. Keys are as those of Blobs.
type Records interface {
	// Get returns the value of key, or an error that wraps ErrNotFound. The
	// caller owns the value.
	Get(ctx context.Context, key string) ([]byte, error)
	// Scan lists the records whose keys begin with prefix, in ascending order of
	// keys. It sees the records as they were at one moment of the walk or
	// later. It ends after the first error.
	Scan(ctx context.Context, prefix string) iter.Seq2[Record, error]
	// Apply makes all the changes or none. When it has returned nil, no crash
	// takes them back. If an Old does not match, nothing is changed and the
	// error wraps ErrConflict.
	Apply(ctx context.Context, changes ...Change) error
}

// Record is a key with its value.
type Record struct {
	Key   string
	Value []byte
}

// Change sets a record, or removes it if Value is nil.
type Change struct {
	Key   string
	Value []byte
	// Old, if it is not nil, is the value that the record must have now. Of one
	// key, a batch may have only one change.
	Old []byte
}

// ValidKey reports whether key may name a blob or a record: parts of one to 64
// of the characters a-z, 0-9 and '-', parted by '/', at most 255 in all.
func ValidKey(key string) bool {
	part := 0
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
			part++
		case c == '/' && part > 0:
			part = 0
		default:
			return false
		}
		if part > 64 {
			return false
		}
	}
	return part > 0 && len(key) <= 255
}

package transport

import (
	"context"
	"io"
	"iter"
)

// Store is where a station keeps what must outlive it: on a camera's card, in a
// folder, or in what many processes share. Package transporttest checks a store
// against all that is said here. All methods may be called concurrently.
//
// A key is one or more parts of [a-z0-9] and '-', parted by '/': see [ValidKey]. Keys
// are in the order of their bytes, in which '-' is before '/', and '/' before digits
// and letters. What is written under a key that is none is an error that wraps
// ErrStorage; nothing is there under such a key, and looking for it is no error. Prefixes,
// and keys that a walk begins after, may be any bytes.
//
// A method whose context is over returns its error, and changes nothing if the context
// was over before. What a method returned outlives its context, except for a walk, which
// ends with the context's error. All other errors wrap ErrStorage, where nothing else is
// said: the disk is full, damage was found, a server does not answer. After such an
// error a change may have been made or not, whole in any case. Damage is told by what
// reads what is damaged; all else goes on.
//
// Several processes may use one store if its documentation says so. What one of them
// has been told is durable, all of them see.
type Store interface {
	Blobs
	Records
}

// Blobs keeps bytes of any length by key. A blob is there whole or not at all. It
// never changes, but another one may take its place.
type Blobs interface {
	// Open opens a committed blob, or returns an error that wraps ErrNotFound. It
	// stays readable until it is closed, whatever becomes of its key.
	Open(ctx context.Context, key string) (Blob, error)
	// Create begins a blob, or goes on with one whose upload was closed without
	// Commit, or ended with its process: then with a prefix of what was written. In
	// one process, one upload of a key at a time; a second one returns an error
	// that wraps ErrConflict. Those of several processes do not meet: whoever commits
	// last has the key, and whoever closes last the part.
	Create(ctx context.Context, key string) (BlobWriter, error)
	// Delete removes a blob, and what is there of one whose upload has ended. One that
	// is not there is no error. Readers that are open go on, and so do uploads. When it
	// has returned nil, no crash brings back what was there.
	Delete(ctx context.Context, key string) error
	// Part returns the size of what Create would go on with, 0 if there is nothing.
	Part(ctx context.Context, key string) (int64, error)
	// List lists the committed blobs whose keys begin with prefix and come after a key,
	// in ascending order, at most limit of them; 0 = all. It is as Scan is.
	List(ctx context.Context, prefix, after string, limit int) iter.Seq2[BlobInfo, error]
}

// BlobInfo is what List tells of a blob.
type BlobInfo struct {
	Key  string
	Size int64 // bytes
}

// Blob is an open blob. ReadAt may be called concurrently; it returns io.EOF as
// io.ReaderAt says. A store that keeps checksums of its own, and checks them at each
// ReadAt, returns blobs that are digest.Checked, too: what it serves of them is not checked
// again.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64 // bytes
}

// BlobWriter is an upload under way. Bytes that Write took may be lost in a
// crash until Close, which makes them durable; a part that remains is always a
// prefix of what was written. It is not safe for concurrent use. After Commit, Close
// or Discard, Write and Commit return an error that wraps ErrClosed, and Close and
// Discard do nothing, and return nil.
type BlobWriter interface {
	io.Writer   // appends; an error wraps ErrStorage
	io.ReaderAt // reads what was written, in this upload or before it
	Size() int64
	// Commit makes the blob durable and visible, at once and whole, in place of
	// one that is there. When it has returned nil, no crash takes the blob away. After
	// an error the upload is still open, unless it is not known whether the
	// blob is there.
	Commit(ctx context.Context) error
	// Close ends the upload. What was not committed is kept as a part, for
	// another Create to go on with.
	Close() error
	// Discard ends the upload and removes what was not committed. No crash brings it back.
	Discard() error
}

// What a batch may hold, and every store takes.
const (
	MaxValue   = 1 << 20  // bytes of one value
	MaxBatch   = 64 << 20 // bytes of all keys and values of a batch, conditions aside
	MaxChanges = 1 << 18  // changes, and conditions, of a batch
)

// Records keeps small values by key.
type Records interface {
	// Get returns the records of some keys, however many, in the order of the keys, all
	// as they were at one moment. One that is not there has version 0 and the value nil;
	// one that is there has a value that is not nil, also if it is empty. The caller
	// owns the values. If one of them is damaged, the error is a *PlaceError whose Place is
	// its key, as no other error is.
	Get(ctx context.Context, keys ...string) ([]Record, error)
	// Scan lists the records whose keys begin with prefix and come after a key, in
	// ascending order, at most limit of them; 0 = all. Each record is as it was at some
	// moment of the walk; one that was there, as it is, all the time is listed once,
	// and one that was not at any time is not listed. The caller owns the values, and
	// may call all methods of the store during the walk, and stop it. It ends after the
	// first error, which is as that of Get where a record is damaged: who walks can go on
	// behind it.
	Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[Record, error]
	// Apply makes all the changes of a batch or none, and returns the version that
	// what was set has from then on. When it has returned nil, no crash takes the
	// changes back, and whoever reads sees them. If one of the conditions does not
	// hold, and only then, nothing is changed and the error wraps ErrConflict;
	// conditions and changes are at one moment. A batch without changes only looks. The
	// store keeps none of the memory of a batch. A batch beyond the limits above is an
	// error that wraps ErrTooLarge.
	Apply(ctx context.Context, batch Batch) (version uint64, err error)
}

// Record is a key with its value. Its version is another one after every change of
// the record, also if it is removed and made again, or the value is the same; versions
// of different keys, or stores, say nothing of each other.
type Record struct {
	Key     string
	Value   []byte // nil = the record is not there
	Version uint64 // 0 = the record is not there
}

// Batch is a set of changes that are made together, if what they rest on is still so.
type Batch struct {
	Conditions []Condition // at most one of a key
	Changes    []Change    // at most one of a key
}

// Condition says that a record still has a version: 0, that it is not there.
type Condition struct {
	Key     string
	Version uint64
}

// Change sets a record, or removes it if Value is nil.
type Change struct {
	Key   string
	Value []byte
}

// Check returns an error that wraps ErrStorage if a change has a key that is none, or two
// have the same, and ErrTooLarge beyond the limits. Stores call it before all else.
func (b Batch) Check() error {
	if len(b.Changes) > MaxChanges || len(b.Conditions) > MaxChanges {
		return At(ErrTooLarge, "batch")
	}
	size := 0
	seen := make(map[string]bool, len(b.Changes))
	for _, c := range b.Changes {
		if !ValidKey(c.Key) || seen[c.Key] {
			return At(ErrStorage, "key "+c.Key)
		}
		seen[c.Key] = true
		if size += len(c.Key) + len(c.Value); len(c.Value) > MaxValue || size > MaxBatch {
			return At(ErrTooLarge, "batch")
		}
	}
	return nil
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

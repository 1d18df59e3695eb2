package station

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// A version that is stored here has a record. A small one is in it, so that many of them
// are stored at once, and with the state that says so; of others the record has the
// size, and is written when their blob is there. Complete versions are blobs, however
// small.

// maxSmall is of how many bytes a small version is, at most.
const maxSmall = 64 << 10

// The first byte of a version's record.
const (
	inRecord = iota // the bytes follow
	inBlob          // the size follows, big endian
)

// stored is what a version's record says.
type stored struct {
	size  int64
	small bool
	bytes []byte // of a small one
}

// readVersion reads a version's record. An error wraps transport.ErrStorage.
func readVersion(r transport.Record) (stored, error) {
	switch {
	case len(r.Value) > 0 && r.Value[0] == inRecord:
		return stored{int64(len(r.Value) - 1), true, r.Value[1:]}, nil
	case len(r.Value) == 9 && r.Value[0] == inBlob:
		return stored{size: int64(binary.BigEndian.Uint64(r.Value[1:]))}, nil
	}
	return stored{}, transport.At(transport.ErrStorage, r.Key)
}

// smallRecord is the value of a small version's record.
func smallRecord(data []byte) []byte { return append([]byte{inRecord}, data...) }

// blobRecord is the value of another one's.
func blobRecord(size int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{inBlob}, uint64(size))
}

// small reads a version from its beginning, if it is a small one: it returns its bytes
// if they are those of the digest, or a reader of all of r if it may be none.
func (k *Versions) small(c collection.Collection, version int, offset int64, d collection.Digest, r io.Reader) (data []byte, rest io.Reader, err error) {
	if offset > 0 || version == len(c.Ladder())-1 {
		return nil, r, nil
	}
	limit := int64(maxSmall)
	if k.MaxBytes > 0 {
		limit = min(limit, k.MaxBytes)
	}
	coming, end := k.uploads.begin(versionRecord.Key(c.Author(), d), io.LimitReader(r, limit+1))
	defer end()
	data, err = io.ReadAll(coming)
	switch {
	case err != nil:
		return nil, io.MultiReader(bytes.NewReader(data), failing{err}), nil
	case int64(len(data)) > limit:
		return nil, io.MultiReader(bytes.NewReader(data), r), nil
	case digest.Sum(data) != d:
		return nil, nil, transport.ErrDigest
	}
	return data, nil, nil
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

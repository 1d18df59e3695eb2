package digest

import (
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

// BlockSize is the length of every block but the last, in bytes.
const BlockSize = 16 << 10

// Digest is the root of a version's Merkle tree, or another node of it. The zero
// Digest stands for "not known"; it is not the digest of the empty version.
type Digest [32]byte

// Sum returns the digest of data.
func Sum(data []byte) Digest {
	var h Hasher
	h.Write(data)
	return h.Sum()
}

// Of reads r to its end and returns the digest of what it read, and its size in
// bytes. An error of r is returned as it is, with the size read so far and the
// zero Digest. Memory use does not depend on the size, and calls one after the other
// use the same.
func Of(r io.Reader) (Digest, int64, error) {
	h := readers.Get().(*reading)
	defer readers.Put(h)
	h.Reset()
	if _, err := io.CopyBuffer(&h.Hasher, r, h.buf[:]); err != nil {
		return Digest{}, h.Size(), err
	}
	return h.Sum(), h.Size(), nil
}

// readers are kept from one Of to the next: who has many small versions would
// allocate more for each than it reads.
var readers = sync.Pool{New: func() any { return new(reading) }}

type reading struct {
	Hasher
	buf [16 << 10]byte
}

// Parse reads the 64 lower-case hexadecimal digits that String writes; anything
// else is ErrSyntax.
func Parse(s string) (Digest, error) {
	var d Digest
	err := d.UnmarshalText([]byte(s))
	return d, err
}

// String returns the digest as 64 lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero reports whether d is the zero Digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText implements encoding.TextMarshaler: the same as String.
func (d Digest) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, d[:]), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. Like Parse it accepts one
// spelling only; after an error, which wraps ErrSyntax, d is unchanged.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) {
		return fmt.Errorf("%w: %d bytes", ErrSyntax, len(text))
	}
	for i, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("%w: byte %d", ErrSyntax, i)
		}
	}
	_, err := hex.Decode(d[:], text)
	return err
}

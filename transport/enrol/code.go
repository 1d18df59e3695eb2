package enrol

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// nonceSize is of the nonces of requests and offers, in bytes.
const nonceSize = 32

// Commitment is what a joining station says first: a hash of its opening.
type Commitment [sha256.Size]byte

// digest is SHA-256 of [domain, parts...] in deterministic CBOR.
func digest(domain string, parts ...[]byte) [sha256.Size]byte {
	b := wire.AppendText(wire.AppendArray(nil, 1+len(parts)), domain)
	for _, part := range parts {
		b = wire.AppendBytes(b, part)
	}
	return sha256.Sum256(b)
}

// codeOf is what people compare: six digits of a hash over all that was said.
func codeOf(c Commitment, offer, opening []byte) string {
	sum := digest("glimpse enrol code", c[:], offer, opening)
	n := binary.BigEndian.Uint64(sum[:]) % 1_000_000
	return fmt.Sprintf("%03d %03d", n/1000, n%1000)
}

func newNonce(rand io.Reader) ([]byte, error) {
	nonce := make([]byte, nonceSize)
	_, err := io.ReadFull(rand, nonce)
	return nonce, err
}

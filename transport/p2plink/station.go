package p2plink

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// typeBinding is the content type of a seal over a peer id.
const typeBinding = "application/glimpse.libp2p"

const (
	nonceSize   = 16
	maxQuestion = 128
	maxAnswer   = 32 << 10 // an endpoint has 16 KiB at most
)

// topic stands for a collection where others read it.
type topic [sha256.Size]byte

func topicOf(identity collection.Digest) topic {
	return sha256.Sum256(append([]byte("glimpse collection\x00"), identity[:]...))
}

// question is what a station is asked: who it is, and whether it serves a collection.
type question struct {
	topic *topic // nil = no collection
	nonce [nonceSize]byte
	proof []byte // that who asks knows what the topic stands for; empty = it does not say so
}

func (q question) encode() []byte {
	var of []byte
	if q.topic != nil {
		of = q.topic[:]
	}
	b := wire.AppendBytes(wire.AppendArray(nil, 3), of)
	return wire.AppendBytes(wire.AppendBytes(b, q.nonce[:]), q.proof)
}

// decodeQuestion reads a question. Errors wrap transport.ErrMalformed.
func decodeQuestion(data []byte) (q question, err error) {
	r := wire.NewReader(data, 0)
	r.Exactly(3)
	if of := fixedOrEmpty(r, len(topic{})); of != nil {
		q.topic = (*topic)(of)
	}
	copy(q.nonce[:], r.Fixed(nonceSize))
	q.proof = fixedOrEmpty(r, sha256.Size)
	return q, malformed(r.End())
}

// answer is what a station says of itself.
type answer struct {
	key      signature.PublicKey
	seal     []byte // over the peer id
	endpoint []byte
	proof    []byte // empty = it does not serve the collection
}

func (a answer) encode() ([]byte, error) {
	key, err := a.key.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b := wire.AppendBytes(wire.AppendArray(nil, 4), key)
	for _, s := range [][]byte{a.seal, a.endpoint, a.proof} {
		b = wire.AppendBytes(b, s)
	}
	return b, nil
}

// decodeAnswer reads an answer, which shares memory with data. Errors wrap
// transport.ErrMalformed, or signature.ErrKey.
func decodeAnswer(data []byte) (a answer, err error) {
	r := wire.NewReader(data, 0)
	r.Exactly(4)
	key := r.Bytes(maxAnswer)
	a.seal, a.endpoint, a.proof = r.Bytes(maxAnswer), r.Bytes(maxAnswer), fixedOrEmpty(r, sha256.Size)
	if err := r.End(); err != nil {
		return answer{}, malformed(err)
	}
	return a, a.key.UnmarshalBinary(key)
}

// fixedOrEmpty reads a byte string of n bytes or none, for which it returns nil.
func fixedOrEmpty(r *wire.Reader, n int) []byte {
	at := r.Offset()
	b := r.Bytes(n)
	if len(b) == 0 {
		return nil
	}
	if len(b) != n {
		r.Fail(at, wire.ErrMalformed)
		return nil
	}
	return b
}

func malformed(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: %w", transport.At(transport.ErrMalformed, stationProtocol), err)
	}
	return err
}

// binding is what a station seals of its peer id.
func binding(id peer.ID) []byte { return wire.AppendBytes(wire.AppendArray(nil, 1), []byte(id)) }

// check refuses an answer that came from another peer id than the one it is sealed for. The
// error wraps transport.ErrPeerKey.
func (a answer) check(from peer.ID) error {
	if err := a.key.Verify(typeBinding, binding(from), a.seal); err != nil {
		return fmt.Errorf("%w: %w", transport.At(transport.ErrPeerKey, URL(from)), err)
	}
	return nil
}

// What a proof says of the one who makes it.
const (
	seeker = "glimpse seeker\x00" // who asks
	holder = "glimpse holder\x00" // who answers
)

// asks reports whether who asked knows the secret of what it asks for: the identity of a
// collection, or the id of a user.
func (q question) asks(secret []byte, caller, called peer.ID) bool {
	return hmac.Equal(q.proof, proofOf(seeker, secret, caller, called, q.nonce))
}

// holds reports the same of who answered.
func (a answer) holds(secret []byte, caller, called peer.ID, q question) bool {
	return hmac.Equal(a.proof, proofOf(holder, secret, caller, called, q.nonce))
}

// proofOf proves that one of two knows a secret, to the other one, in answer to the nonce that the
// caller has chosen. Their peer ids are those of the connection, and prove their own length.
func proofOf(of string, secret []byte, caller, called peer.ID, nonce [nonceSize]byte) []byte {
	mac := hmac.New(sha256.New, secret)
	for _, part := range [][]byte{[]byte(of), []byte(caller), []byte(called), nonce[:]} {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

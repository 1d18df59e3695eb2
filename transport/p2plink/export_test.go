package p2plink

import (
	"context"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

// Answer encodes what a station at a peer id says of itself, and a proof that may be none, for
// the tests of those who lie.
func Answer(ctx context.Context, signer *signature.Signer, at peer.ID, endpoint, proof []byte) ([]byte, error) {
	seal, err := signer.Sign(ctx, typeBinding, binding(at))
	if err != nil {
		return nil, err
	}
	return answer{signer.Public(), seal, endpoint, proof}.encode()
}

// Punches reports whether the host knows from others at which address its router is seen.
func (h *Host) Punches() bool { return h.punches() }

// AskHome returns what the station at a peer id answers to who asks whether it is one of a user.
func (h *Host) AskHome(ctx context.Context, at peer.ID, user collection.UserID) ([]byte, error) {
	of := homeOf(user)
	q := newQuestion(&of)
	q.proof = proofOf(seeker, user[:], h.host.ID(), at, q.nonce)
	return h.exchange(network.WithAllowLimitedConn(ctx, "glimpse"), at, q.encode())
}

// Streams is how many streams a host has with another one.
func Streams(h *Host, with peer.ID) (n int) {
	for _, c := range h.host.Network().ConnsToPeer(with) {
		n += len(c.GetStreams())
	}
	return n
}

package hub

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

var (
	_ transport.RemoteVerifier = session{}
	_ transport.IDAllocator    = session{}
)

// VerifySeal implements transport.RemoteVerifier with the keys that the hub knows.
func (s session) VerifySeal(ctx context.Context, request transport.VerifyRequest) (transport.VerifyResponse, error) {
	return inside(s.Hub, func() (transport.VerifyResponse, error) { return s.verifySeal(ctx, request) })
}

func (s session) verifySeal(ctx context.Context, request transport.VerifyRequest) (transport.VerifyResponse, error) {
	user, key, err := s.keys.Verify(ctx, request.Type, request.Statement, request.Seal, request.IssuedAt())
	if err == nil {
		return transport.VerifyResponse{User: user, Key: key}, nil
	}
	for outcome := transport.Unsigned; outcome <= transport.Expired; outcome++ {
		v := transport.VerifyResponse{Outcome: outcome}
		if errors.Is(err, v.Err()) {
			return v, nil
		}
	}
	if errors.Is(err, collection.ErrSeal) {
		return transport.VerifyResponse{Outcome: transport.BadSeal}, nil
	}
	return transport.VerifyResponse{}, err
}

// NewIdentifiers implements transport.IDAllocator.
func (s session) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	return inside(s.Hub, func() (transport.Identifiers, error) { return s.identifiers(ctx, n) })
}

func (s session) identifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	switch {
	case ctx.Err() != nil:
		return transport.Identifiers{}, ctx.Err()
	case n < 0:
		return transport.Identifiers{}, transport.At(transport.ErrMalformed, "items")
	case n > transport.MaxIdentifiers:
		return transport.Identifiers{}, transport.At(transport.ErrTooLarge, "items")
	}
	ids := transport.Identifiers{Items: make([]collection.ItemID, n)}
	if _, err := io.ReadFull(s.cfg.Random, ids.Collection[:]); err != nil {
		return ids, err
	}
	for i := range ids.Items {
		if _, err := io.ReadFull(s.cfg.Random, ids.Items[i][:]); err != nil {
			return ids, err
		}
	}
	return ids, nil
}

package hub

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

var (
	_ transport.Judge = session{}
	_ transport.Namer = session{}
)

// Judge implements transport.Judge with the keys that the hub knows.
func (s session) Judge(ctx context.Context, sealing transport.Sealing) (transport.Verdict, error) {
	return inside(s.Hub, func() (transport.Verdict, error) { return s.judge(ctx, sealing) })
}

func (s session) judge(ctx context.Context, sealing transport.Sealing) (transport.Verdict, error) {
	user, key, err := s.keys.Verify(ctx, sealing.Type, sealing.Statement, sealing.Seal, sealing.IssuedAt())
	if err == nil {
		return transport.Verdict{User: user, Key: key}, nil
	}
	for outcome := transport.Unsigned; outcome <= transport.Expired; outcome++ {
		v := transport.Verdict{Outcome: outcome}
		if errors.Is(err, v.Err()) {
			return v, nil
		}
	}
	if errors.Is(err, collection.ErrSeal) {
		return transport.Verdict{Outcome: transport.BadSeal}, nil
	}
	return transport.Verdict{}, err
}

// NewIdentifiers implements transport.Namer.
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

package p2plink_test

import (
	"context"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// serves is a peer that serves originals to everybody, and nothing else.
type serves struct {
	transport.PeerServer
	transport.Home
	originals transport.Originals
	key       collection.KeyID
}

func (s serves) As(transport.Identity) transport.Home { return s }

func (s serves) Running() context.Context { return context.Background() }

func (s serves) Key() collection.KeyID { return s.key }

func (s serves) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	return s.originals.Original(ctx, ref, offset, n)
}

// anybody lets everybody in.
type anybody struct{}

func (anybody) Authenticate(*http.Request) (transport.Identity, error) {
	return transport.Identity{}, nil
}

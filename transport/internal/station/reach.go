package station

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Reach reaches a station that Check lets pass. The other errors wrap
// transport.ErrUnreachable: there is no way.
func (p *Peers) Reach(ctx context.Context, to transport.Source) (transport.Home, error) {
	if err := p.Check(ctx, to); err != nil {
		return nil, err
	}
	return p.core.Dial.Reach(to)
}

// Check refuses a source unless the station itself has sealed that it serves at its URL,
// with a key of the source's user that is valid now: whoever else names an address, names
// it in vain. The error wraps transport.ErrPeerKey, or is one of the store.
func (p *Peers) Check(ctx context.Context, source transport.Source) error {
	err := p.core.checkEndpoint(ctx, source)
	if errors.Is(err, collection.ErrSeal) || errors.Is(err, collection.ErrMalformed) || errors.Is(err, collection.ErrLimit) {
		return fmt.Errorf("%w: %w", transport.At(transport.ErrPeerKey, source.URL), err)
	}
	return err
}

// checkEndpoint verifies the endpoint of a source.
func (k *Core) checkEndpoint(ctx context.Context, of transport.Source) error {
	e, err := collection.DecodeEndpoint(of.Endpoint)
	if err != nil {
		return err
	}
	if serves, _ := e.Serves(of.URL); !serves || e.User != of.User {
		return fmt.Errorf("%w: the endpoint is another one", collection.ErrNotAuthorised)
	}
	// The end of this minute is now, so that a seal is remembered for that long, as long
	// as nothing more is known of its key.
	soon := k.Now().Truncate(time.Minute).Add(time.Minute)
	return e.Verify(ctx, sealVerifier{k, record.Reading(k.Store), rests{}}, soon)
}

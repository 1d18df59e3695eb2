package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// authorOnly gives a verified collection with the author's seal. Where the key
// that made it was revoked, what the authority has sealed stands, and a station
// of the author's seals it again with its own key; for all others the error wraps
// transport.ErrSeal.
func (p *Peer) authorOnly(ctx context.Context, c collection.Collection, sealed bool) (collection.Collection, error) {
	switch {
	case sealed:
		return c, nil
	case p.user != c.Author() || len(c.Header().AuthoritySeal) == 0:
		return c, transport.At(transport.ErrSeal, "the author's seal is missing")
	}
	return c.Sign(ctx, p.signer, p.cfg.Now())
}

// sealAgain seals a collection of the peer's own user whose seal was made with a
// key that was revoked since.
func (p *Peer) sealAgain(ctx context.Context, name collection.Name) error {
	if p.user != name.Author {
		return nil
	}
	_, err := p.keeper.Do(ctx, name, func(s engine.State) (engine.Event, error) {
		if s.Sealed || len(s.Collection.Header().AuthoritySeal) == 0 {
			return nil, nil
		}
		c, err := p.authorOnly(ctx, s.Collection, false)
		return engine.Sealed{Collection: c}, err
	})
	return err
}

// orGivingWay does something with a collection of the peer's own user and, where
// the hub has an edition of another station of the user's that contradicts the
// one here, or has one that stands while the one here does not any more, takes
// that and does it once more.
func (p *Peer) orGivingWay(ctx context.Context, name collection.Name, work func() error) error {
	before, beforeErr := p.keeper.Load(ctx, name)
	err := work()
	if p.user != name.Author || !errors.Is(err, transport.ErrSeal) && !errors.Is(err, collection.ErrDigestChanged) {
		return err
	}
	if p.refresh(ctx, name) != nil {
		return err
	}
	after, afterErr := p.keeper.Load(ctx, name)
	if afterErr != nil || beforeErr == nil && after.Collection.EditionDigest() == before.Collection.EditionDigest() {
		return err
	}
	return work()
}

package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// verify verifies a collection, which must be its author's word.
func (p *base) verify(ctx context.Context, c collection.Collection) (station.Verified, error) {
	v, err := p.core.Verify(ctx, c)
	if err != nil || v.Sealed {
		return v, err
	}
	if c, err = p.authors(ctx, v.Collection); err != nil {
		return v, err
	}
	return p.core.Verify(ctx, c)
}

// authors returns a verified collection that lacks its author's seal if it is the author's word. Where the key of
// the author's seal was revoked, the edition that is here stands if the authority
// has sealed it: a station of the author's seals it again with its own key, and
// others go on with it. Of any other edition an authority could say that it was
// the author's. Else the error wraps transport.ErrSeal.
func (p *base) authors(ctx context.Context, c collection.Collection) (collection.Collection, error) {
	known, err := p.core.Load(ctx, c.Name()) // it may stand no more, but it has stood
	own := p.user == c.Author()
	switch {
	case len(c.Header().AuthoritySeal) == 0, !wasSealed(known), known.Collection.EditionDigest() != c.EditionDigest():
	case own:
		return c.Sign(ctx, p.signer, p.cfg.Now())
	case err == nil:
		return c, nil
	}
	return c, transport.At(transport.ErrSeal, "the author's seal is missing")
}

// wasSealed reports whether what is known of a collection was its author's word
// when it was stored: nothing but drafts is stored otherwise.
func wasSealed(s engine.State) bool { return s.Known() && !s.Collection.IsDraft() }

// loadSealed loads a collection to share it, and asks first for what is new of
// somebody else's that has no seal of its author's here.
func (p *base) loadSealed(ctx context.Context, name collection.Name) (engine.State, error) {
	s, err := p.core.Load(ctx, name)
	if err != nil || s.Sealed || p.user == name.Author {
		return s, err
	}
	if err := p.refresh(ctx, name); err != nil {
		return s, err
	}
	s, err = p.core.Load(ctx, name)
	if err == nil && !s.Sealed {
		err = transport.At(transport.ErrSeal, "the author has not sealed it")
	}
	return s, err
}

// orSealedAgain does something with the hub and, where that refuses the author's
// seal, since it knows of a revocation that is not known here, takes what is new
// there and does it once more. A station of the author's seals again in between.
func (p *base) orSealedAgain(ctx context.Context, name collection.Name, work func() error) error {
	err := work()
	if p.cfg.Hub == nil || !errors.Is(err, transport.ErrSeal) {
		return err
	}
	if errors.Join(p.refresh(ctx, name), p.sealAgain(ctx, name)) != nil {
		return err
	}
	return work()
}

// sealAgain mends a collection of the peer's own user whose seal was made with a
// key that was revoked since: where the authority's seal stands, here or at the
// hub, this station seals it with its own key.
func (p *base) sealAgain(ctx context.Context, name collection.Name) error {
	if p.user != name.Author {
		return nil
	}
	if _, err := p.core.Load(ctx, name); errors.Is(err, transport.ErrSeal) {
		if p.refresh(ctx, name) != nil {
			return err
		}
	}
	_, err := p.core.Do(ctx, name, func(s engine.State) (engine.Event, error) {
		if s.Sealed || len(s.Collection.Header().AuthoritySeal) == 0 {
			return nil, nil
		}
		c, err := p.authors(ctx, s.Collection)
		return engine.Sealed{Collection: c}, err
	})
	return err
}

package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/internal/engine"
)

// word is the author's update for what is served here, sealed; nil for others than the
// author, and where it says nothing new. The peer does not take it before the hub has.
func (p *Author) word(ctx context.Context, s engine.State) ([]byte, error) {
	if p.user != s.Collection.Author() || s.Collection.Authority().IsZero() {
		return nil, nil
	}
	u, some, err := s.Word(p.complete(s))
	if err != nil || !some {
		return nil, err
	}
	if u, err = u.Sign(ctx, p.signer, p.cfg.Now()); err != nil {
		return nil, err
	}
	return u.MarshalBinary()
}

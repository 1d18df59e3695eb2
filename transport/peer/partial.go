package peer

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// seekDigest returns the latest view where this one has no digest of a version,
// since nobody is told when it is made.
func (p *Peer) seekDigest(ctx context.Context, v *View, ref transport.Ref, i int) (*View, int, error) {
	if _, err := station.Digest(v.Collection(), i, ref.Version); err == nil || p.recent.heard(ref.Collection, p.cfg.Now()) {
		return v, i, nil
	}
	if err := p.refresh(ctx, ref.Collection); err != nil && !elsewhere(err) {
		return nil, 0, err
	}
	return p.check(ctx, ref, label.Fetch)
}

func (p *Peer) fetchPartial(ctx context.Context, v *View, ref transport.Ref, i int) error {
	return p.ask(ctx, ref.Collection, func(at library) error { return p.fetchPartialFrom(ctx, v, ref, i, at) })
}

func (p *Peer) fetchPartialFrom(ctx context.Context, v *View, ref transport.Ref, i int, at library) error {
	from, err := p.core.Part(ctx, v.Collection(), i, ref.Version)
	if err != nil {
		return err
	}
	stream, err := at.Version(ctx, ref, from)
	if errors.Is(err, transport.ErrOffset) && from > 0 { // what is here is not its beginning
		from = 0
		if err = p.core.Restart(ctx, v.Collection(), i, ref.Version); err == nil {
			stream, err = at.Version(ctx, ref, 0)
		}
	}
	if err != nil {
		return err
	}
	defer stream.Close()
	if stream.Size > p.cfg.MaxPartial {
		return transport.At(transport.ErrTooLarge, fmt.Sprintf("a partial version of %d bytes", stream.Size))
	}
	_, err = p.core.Receive(ctx, v.Collection(), i, ref.Version, from, station.Limit(brokenOff{stream}, stream.Size-from))
	return err
}

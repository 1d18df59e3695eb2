package peer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// seekDigest returns the latest view where this one has no digest of a version,
// since nobody is told when it is made.
func (p *Reader) seekDigest(ctx context.Context, v *View, ref transport.Ref, i int) (*View, int, error) {
	if _, err := station.Digest(v.Collection(), i, ref.Version); err == nil {
		return v, i, nil
	}
	if err := p.latest(ctx, ref.Collection); err != nil {
		return nil, 0, err
	}
	return p.check(ctx, ref, label.Fetch)
}

// latest asks for what is new of a collection, unless the network has just told of it:
// then it may have after the caller has looked, who looks again in either case. That nobody
// answers is no error.
func (p *Reader) latest(ctx context.Context, name collection.Name) error {
	if p.recent.heard(name, p.cfg.Now()) {
		return nil
	}
	if err := p.refresh(ctx, name); err != nil && !elsewhere(err) {
		return err
	}
	return nil
}

// arriving is a version that comes without a proof.
type arriving struct{ io.Reader }

func (a arriving) Read(b []byte) (int, error) {
	n, err := a.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return n, err
}

func (p *Reader) fetchPartial(ctx context.Context, v *View, ref transport.Ref, i int) error {
	return p.ask(ctx, ref.Collection, func(at library) error { return p.fetchPartialFrom(ctx, v, ref, i, at) })
}

func (p *Reader) fetchPartialFrom(ctx context.Context, v *View, ref transport.Ref, i int, at library) error {
	from, err := p.core.Versions.Part(ctx, v.Collection(), i, ref.Version)
	if err != nil {
		return err
	}
	stream, err := at.Version(ctx, ref, from)
	if errors.Is(err, transport.ErrOffset) && from > 0 { // what is here is not its beginning
		from = 0
		if err = p.core.Versions.Restart(ctx, v.Collection(), i, ref.Version); err == nil {
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
	_, err = p.core.Versions.Receive(ctx, v.Collection(), i, ref.Version, from, station.Limit(arriving{stream}, stream.Size-from))
	return err
}

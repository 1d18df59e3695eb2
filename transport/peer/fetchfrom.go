package peer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// fetchFromAny fetches a version from the stations that serve it: from the fastest that is
// known, and from all of them at once if it is large.
func (p *Reader) fetchFromAny(ctx context.Context, v *View, ref transport.Ref, i int, sources []transport.Source) error {
	all := p.suppliers(sources)
	for left := all; len(left) > 0; left = remaining(left) {
		if _, _, err := p.check(ctx, ref, label.Fetch); err != nil {
			return err // a label came meanwhile
		}
		err := p.fetchFrom(ctx, v, ref, i, left...)
		if err == nil || errors.Is(err, transport.ErrStorage) || ctx.Err() != nil {
			return err
		}
		p.fails(left[0], ref, err)
	}
	if len(all) == 0 {
		return transport.ErrUnreachable
	}
	return failures(all)
}

// fetchFrom goes on with a version from the first of some stations, and from all if it is
// large. If what is here of it turns out not to be its beginning, it begins anew.
func (p *Reader) fetchFrom(ctx context.Context, v *View, ref transport.Ref, i int, from ...*supplier) error {
	begun, err := p.core.Versions.Part(ctx, v.Collection(), i, ref.Version)
	if err != nil {
		return err
	}
	if err := from[0].reach(ctx, p); err != nil {
		return err
	}
	f := fetching{p, v, ref, i, begun - begun%digest.BlockSize}
	err = f.rest(ctx, from)
	if begun > 0 && errors.Is(err, transport.ErrOffset) {
		f.from = 0
		err = f.rest(ctx, from)
	}
	return err
}

// fetching is a version of which all that follows an offset is fetched.
type fetching struct {
	*Reader
	v    *View
	ref  transport.Ref
	i    int
	from int64
}

// rest fetches it. Of one station it asks for all, of the first of several for a piece, whose
// answer says how much there is.
func (f fetching) rest(ctx context.Context, from []*supplier) error {
	n := int64(-1)
	if len(from) > 1 {
		n = firstPiece
	}
	stream, end, err := f.open(ctx, from[0], f.from, n)
	defer end()
	if err == nil {
		defer stream.Close()
		if rest := stream.Size - f.from; rest >= 0 && rest <= firstPiece {
			return f.receive(ctx, stream.Size, awake{stream, end})
		} else if rest > 0 {
			return f.spread(ctx, from, stream.Size, awake{stream, end})
		}
		err = transport.At(transport.ErrMalformed, "less than is here already")
	}
	if f.from > 0 && errors.Is(err, transport.ErrMalformed) {
		if removed, err := f.core.Versions.Unproven(ctx, f.v.Collection(), f.i, f.ref.Version); removed || err != nil {
			return errors.Join(transport.ErrOffset, err)
		}
	}
	return err
}

// open asks a station for a range, with its proof.
func (f fetching) open(ctx context.Context, from *supplier, offset, n int64) (*transport.Stream, context.CancelFunc, error) {
	stream, end, err := opened(ctx, func(ctx context.Context) (*transport.Stream, error) {
		return from.at.Original(ctx, f.ref, offset, n)
	})
	if errors.Is(err, transport.ErrClosed) || errors.Is(err, transport.ErrStale) {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return stream, end, err
}

// receive stores what one station sends.
func (f fetching) receive(ctx context.Context, size int64, stream io.Reader) error {
	r, err := proofOf(f.v, f.i, f.ref.Version, bufio.NewReaderSize(stream, 64<<10), size, f.from)
	if err == nil {
		_, err = f.core.Versions.Receive(ctx, f.v.Collection(), f.i, f.ref.Version, f.from, r)
	}
	return err
}

package hub

import (
	"context"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// timed gives every answer of a station a time, to its end: one that takes
// requests and does not answer them holds nobody up.
func timed(reach func(transport.Source) transport.Originals, limit time.Duration) func(transport.Source) transport.Originals {
	return func(s transport.Source) transport.Originals {
		o := reach(s)
		if l, ok := o.(transport.Library); ok {
			return timedLibrary{timedOriginals{o, limit}, l}
		}
		return timedOriginals{o, limit}
	}
}

type timedOriginals struct {
	transport.Originals
	limit time.Duration
}

// Original implements transport.Originals.
func (t timedOriginals) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	return t.open(ctx, func(ctx context.Context) (*transport.Stream, error) { return t.Originals.Original(ctx, ref, offset, n) })
}

type timedLibrary struct {
	timedOriginals
	transport.Library
}

// Version implements transport.Library.
func (t timedLibrary) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return t.open(ctx, func(ctx context.Context) (*transport.Stream, error) { return t.Library.Version(ctx, ref, offset) })
}

// open opens a stream that ends with its time.
func (t timedOriginals) open(ctx context.Context, open func(context.Context) (*transport.Stream, error)) (*transport.Stream, error) {
	within, end := context.WithTimeout(ctx, t.limit)
	s, err := open(within)
	if err == nil {
		s.ReadCloser = ending{s.ReadCloser, end}
		return s, nil
	}
	if ctx.Err() == nil && within.Err() != nil {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	end()
	return nil, err
}

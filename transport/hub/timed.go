package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// timed bounds the time of every stream of a peer, to its end: one that takes requests
// and does not answer them holds nobody up.
func timed(dial transport.Dialer, limit time.Duration) transport.Dialer {
	return func(s transport.Source) transport.Home {
		home, err := dial.Reach(s)
		if err != nil {
			return nil
		}
		return timedHome{home, limit}
	}
}

type timedHome struct {
	transport.Home
	limit time.Duration
}

// Original implements transport.Originals.
func (t timedHome) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	return t.open(ctx, func(ctx context.Context) (*transport.Stream, error) { return t.Home.Original(ctx, ref, offset, n) })
}

// Version implements transport.Library.
func (t timedHome) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return t.open(ctx, func(ctx context.Context) (*transport.Stream, error) { return t.Home.Version(ctx, ref, offset) })
}

// open opens a stream that ends with its time.
func (t timedHome) open(ctx context.Context, open func(context.Context) (*transport.Stream, error)) (*transport.Stream, error) {
	within, end := context.WithTimeout(ctx, t.limit)
	s, err := open(within)
	if err == nil {
		s.ReadCloser = station.OnClose(s.ReadCloser, end)
		return s, nil
	}
	end()
	if ctx.Err() != nil {
		return nil, err
	}
	return nil, ofSource(err)
}

// sourceError is what came of asking a source: an error of the hub's own store, say, is
// none, and tells nothing of the source. Whoever has named it learns the kind alone:
// the cause, for logs, tells what there is at its URL, and may be in words of its choice.
type sourceError struct{ kind, cause error }

// Error implements error.
func (e *sourceError) Error() string { return fmt.Sprintf("%v: %v", e.kind, e.cause) }

// Unwrap returns the kind.
func (e *sourceError) Unwrap() error { return e.kind }

func ofSource(err error) error { return &sourceError{kind: kindOf(err), cause: err} }

// isOfSource reports whether an error is one of a source.
func isOfSource(err error) bool {
	_, ok := errors.AsType[*sourceError](err)
	return ok
}

// kindOf returns the sentinel that a station has answered, or transport.ErrUnreachable
// where none has. What its store fails to read it does not have: of errors of stores all
// others are the hub's own.
func kindOf(err error) error {
	if errors.Is(err, transport.ErrStorage) {
		return transport.ErrNotFound
	}
	if kind := transport.NewFault(err).Unwrap(); kind != transport.Err {
		return kind
	}
	return transport.ErrUnreachable
}

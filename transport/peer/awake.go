package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// answering is how long a source may take to begin with its answer: one that does not know
// the hashes of a large original's blocks reads all of it before.
const answering = time.Minute

// opened opens a stream of a source. What takes too long is ended, and not reachable, nor is
// a source whose store fails: that is not the peer's own.
func opened[S any](ctx context.Context, open func(context.Context) (S, error)) (S, context.CancelFunc, error) {
	within, end := context.WithCancel(ctx)
	defer time.AfterFunc(answering, end).Stop()
	s, err := open(within)
	if err != nil && ctx.Err() == nil && within.Err() != nil {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	if errors.Is(err, transport.ErrStorage) {
		err = transport.At(transport.ErrUnreachable, err.Error())
	}
	return s, end, err
}

// awake is a stream that is ended if nothing comes for a while.
type awake struct {
	io.Reader
	end context.CancelFunc
}

// Read implements io.Reader.
func (a awake) Read(p []byte) (int, error) {
	defer time.AfterFunc(turns.Stall, a.end).Stop()
	return a.Reader.Read(p)
}

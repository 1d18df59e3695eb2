package station

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Reach reaches a peer, as Peers.Reach does.
type Reach func(ctx context.Context, to transport.Source) (transport.Home, error)

// ErrLater says that a station may not be asked now, and what is wanted of it stays so.
var ErrLater = errors.New("to be asked later")

// Gather fetches what is wanted of other stations, one station after the other,
// and stores what they return. A station that does not return all is not asked
// again. It ends early, without an error, when ctx does or with ErrLater: what is wanted is
// remembered. The result is r with what has changed.
func (k *Core) Gather(ctx context.Context, r Result, reach Reach) (Result, error) {
	return k.gather(ctx, r, allVersions(r.State.Collection), reach)
}

// gather is Gather of some versions.
func (k *Core) gather(ctx context.Context, r Result, versions []transport.Bits, reach Reach) (Result, error) {
	name := r.State.Collection.Name()
	k.gathering.add(name, 1)
	defer k.gathering.add(name, -1)
	if len(r.State.Wants) > 0 {
		k.begin() // the others take their time
	}
	for ctx.Err() == nil {
		want, ok := engine.FirstWant(r.State.Wants, versions)
		if !ok {
			break
		}
		got, failed := k.gatherFrom(ctx, r.State.Collection, want, reach)
		if ctx.Err() != nil {
			break
		}
		if errors.Is(failed, transport.ErrStorage) {
			return r, failed
		}
		var err error
		if r, err = k.also(ctx, r, k.stored(ctx, engine.Stored{Versions: got})); err != nil {
			return r, err
		}
		if errors.Is(failed, ErrLater) {
			break
		}
		r, err = k.also(ctx, r, func(*record.Tx, engine.State) (engine.Event, error) {
			return engine.Missed{User: want.User, URL: want.URL, Versions: want.Versions}, nil
		})
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// also does one more step and adds what it came to.
func (k *Core) also(ctx context.Context, r Result, event func(*record.Tx, engine.State) (engine.Event, error)) (Result, error) {
	more, err := k.do(ctx, r.State.Collection.Name(), doing{}, event)
	if err != nil {
		return r, err
	}
	r.State = more.State
	return r, nil
}

// gatherFrom fetches versions from a station until it fails, and says which
// came.
func (k *Core) gatherFrom(ctx context.Context, c collection.Collection, want engine.Want, reach Reach) ([]transport.Bits, error) {
	got := make([]transport.Bits, len(want.Versions))
	library, err := reach(ctx, transport.Source{User: want.User, URL: want.URL, Endpoint: want.Endpoint})
	switch {
	case errors.Is(err, transport.ErrStorage): // this station's own
		return got, err
	case err != nil:
		return got, nil
	}
	for v, items := range want.Versions {
		for i := range items.Places() {
			err := k.gatherOne(ctx, c, i, v, library)
			switch {
			case err == nil:
				got[v] = got[v].Add(i)
			case !errors.Is(err, transport.ErrNotFound):
				return got, err // it does not answer, or lies
			}
		}
	}
	return got, nil
}

// gatherOne fetches a version, unless another one with the same bytes is here.
func (k *Core) gatherOne(ctx context.Context, c collection.Collection, item, version int, from transport.Library) error {
	return k.Versions.Once(ctx, c, item, version, func() error {
		size, err := k.Versions.Part(ctx, c, item, version)
		if err != nil {
			return err
		}
		id, _ := c.At(item)
		stream, err := from.Version(ctx, transport.Ref{Collection: c.Name(), Item: id, Version: version}, size)
		if err != nil {
			return err
		}
		defer stream.Close()
		_, err = k.Versions.Receive(ctx, c, item, version, size, stream)
		return err
	})
}

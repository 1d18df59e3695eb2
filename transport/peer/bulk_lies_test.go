package peer_test

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// away is a station that serves nothing while it is away.
type away struct {
	transport.Home
	is *atomic.Bool
}

func (a away) Originals(ctx context.Context, name collection.Name, items transport.Bits) (io.ReadCloser, error) {
	if a.is.Load() {
		return nil, transport.ErrUnreachable
	}
	return a.Home.Originals(ctx, name, items)
}

func (a away) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	if a.is.Load() {
		return nil, transport.ErrUnreachable
	}
	return a.Home.Original(ctx, ref, offset, n)
}

// TestManyLiarsAreRemembered: whoever has lied when many originals came is not asked again while
// another one serves them.
func TestManyLiarsAreRemembered(t *testing.T) {
	f := newFamily(t, 8)
	var asked atomic.Int64
	var alone atomic.Bool
	lie := flip(2000)
	f.bob.Restart(func(cfg *peer.Config) {
		dial := cfg.Dial
		cfg.Dial = func(s transport.Source) transport.Home {
			if s.URL != f.home.URL() {
				return away{dial(s), &alone}
			}
			return spoilt{dial(s), func(_ context.Context, answer []byte) io.Reader { return bytes.NewReader(lie(answer)) }, &asked}
		}
	})
	alone.Store(true)
	if err := f.bob.Reader.Fetch(t.Context(), f.refs()[:4]...); err == nil {
		t.Error("who has lied was asked again")
	}
	alone.Store(false)
	before := asked.Load()
	labtest.Must(t, f.bob.Reader.Fetch(t.Context(), f.refs()...))
	f.bob.Shows(f.cam, f.name, 2)
	if n := asked.Load(); before == 0 || n != before {
		t.Errorf("asked %d times, and then %d", before, n-before)
	}
}

package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"runtime"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// misstating is a home that claims another size of each original, and sends more than that
// if it is told to.
type misstating struct {
	transport.Home
	size func(true int64) int64
	more io.Reader // nil = nothing
}

func (m misstating) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	s, err := m.Home.Original(ctx, ref, offset, n)
	if err != nil {
		return nil, err
	}
	s.Size = m.size(s.Size)
	if m.more != nil {
		s.ReadCloser = both{io.MultiReader(s.ReadCloser, m.more), s.ReadCloser}
	}
	return s, nil
}

func (m misstating) Originals(ctx context.Context, name collection.Name, items transport.Bits) (io.ReadCloser, error) {
	s, err := m.Home.Originals(ctx, name, items)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var out bytes.Buffer
	in := transport.NewOriginalsReader(s)
	for f, err := in.Next(); err == nil; f, err = in.Next() {
		data, err := io.ReadAll(f)
		if err != nil {
			return nil, err
		}
		out.Write(wire.AppendBytes(wire.AppendUint(wire.AppendUint(wire.AppendArray(nil, 3), uint64(f.Item)), uint64(m.size(f.Size))), data))
	}
	if m.more != nil {
		return io.NopCloser(io.MultiReader(&out, m.more)), nil
	}
	return io.NopCloser(&out), nil
}

type both struct {
	io.Reader
	io.Closer
}

// zeros are without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestHostileSizes: whatever size a source claims of an original, and whatever it sends after
// it, it costs little memory, nothing that is not true is kept, and the original comes from an
// honest one.
func TestHostileSizes(t *testing.T) {
	for what, c := range map[string]misstating{
		"none":                 {size: func(int64) int64 { return 0 }},
		"less than none":       {size: func(int64) int64 { return -1 }},
		"one byte":             {size: func(int64) int64 { return 1 }},
		"a byte less":          {size: func(n int64) int64 { return n - 1 }},
		"a byte more":          {size: func(n int64) int64 { return n + 1 }},
		"twice":                {size: func(n int64) int64 { return 2 * n }},
		"a terabyte":           {size: func(int64) int64 { return 1 << 40 }},
		"the greatest":         {size: func(int64) int64 { return math.MaxInt64 }},
		"the least":            {size: func(int64) int64 { return math.MinInt64 }},
		"the greatest, and on": {size: func(int64) int64 { return math.MaxInt64 }, more: zeros{}},
		"none, and on":         {size: func(int64) int64 { return 0 }, more: zeros{}},
	} {
		for photos := 1; photos <= 3; photos += 2 { // one is asked for alone, several together
			_, cam, _, bob, name := labtest.Published(t, hub.Config{RequiredFromPeer: 1}, photos)
			bob.Refreshes(name)
			bob.Restart(func(cfg *peer.Config) {
				dial := cfg.Dial
				cfg.Dial = func(s transport.Source) transport.Home {
					liar := c // several are dialled at once
					liar.Home = dial(s)
					return liar
				}
			})
			var refs []transport.Ref
			for i := range photos {
				refs = append(refs, cam.Ref(name, i, 2))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := bob.Reader.Fetch(t.Context(), refs...)
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, transport.Err) || n > 16<<20 {
				t.Errorf("%s, of %d: %v, %d MiB allocated", what, photos, err, n>>20)
			}
			bob.Restart(nil)
			bob.Fetches(refs...)
			bob.Shows(cam, name, 2)
		}
	}
}

// TestOriginalsByOneWay: no other way to read partial versions returns an original, to the
// authority or to a recipient, nor does the authority get more than its samples of one that is
// in several collections.
func TestOriginalsByOneWay(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	second := cam.Album("the same", bob.User)
	cam.Shares(second)
	cam.Syncs(home, second)
	home.Publishes(second)
	authority := transport.Identity{Key: w.Hub.Key()}
	for _, who := range []transport.Identity{authority, {User: bob.User}} {
		at := home.As(who)
		if err := reads(at.Version(t.Context(), cam.Ref(name, 0, 2), 0)); !errors.Is(err, transport.Err) {
			t.Errorf("%v reads an original as a version: %v", who, err)
		}
		all, err := at.Versions(t.Context(), name, 2, nil)
		if err == nil {
			var data []byte
			if data, err = io.ReadAll(all); err == nil && len(data) < 1000 {
				err = transport.ErrNotFound // there is nothing in it
			}
		}
		if !errors.Is(err, transport.Err) {
			t.Errorf("%v reads originals as versions: %v", who, err)
		}
	}
	if _, err := home.As(authority).Originals(t.Context(), name, transport.BitsOf(0)); !errors.Is(err, transport.Err) {
		t.Errorf("the authority reads all: %v", err)
	}
	shown := map[int64]bool{}
	for _, name := range []collection.Name{name, second} {
		for offset := int64(0); offset < 140_000; offset += 16 << 10 {
			if reads(home.As(authority).Original(t.Context(), cam.Ref(name, 0, 2), offset, 1)) == nil {
				shown[offset] = true
			}
		}
	}
	if len(shown) != 1 {
		t.Errorf("the blocks at %v are shown, want one", shown)
	}
}

package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// large is how many bytes an original has that comes in many pieces.
const large = 3<<20 + 12_345

// film is a collection of large originals, which some homes serve to bob.
type film struct {
	*labtest.World
	cam   *labtest.Camera
	bob   *labtest.Peer
	homes []*labtest.Peer
	name  collection.Name

	mu     sync.Mutex
	supply map[string]*supply // by address
}

// supply is what a home sends.
type supply struct {
	asked int   // how often
	sent  int64 // bytes, with proofs
	does  does
}

func newFilm(t *testing.T, homes, films int) *film {
	w := labtest.New(t, hub.Config{RequiredFromPeer: 1})
	ann, reader := w.User("ann"), w.User("bob")
	f := &film{World: w, cam: w.Camera(ann, films), supply: map[string]*supply{}}
	for i, item := range f.cam.Items {
		f.cam.Card[item.ID] = lab.NewPhoto(fmt.Sprint("film ", i), 4096, large)
	}
	f.bob = w.Peer(reader, "bob")
	f.name = f.cam.Album("title", reader)
	f.cam.Shares(f.name)
	for i := range homes {
		home := w.Peer(ann, fmt.Sprint("home-", i))
		f.homes = append(f.homes, home)
		f.supply[home.URL()] = &supply{does: paced(mbps)}
		if i == 0 {
			f.cam.Syncs(home, f.name)
		} else {
			home.Refreshes(f.name)
			home.Imports(f.cam, f.name)
		}
		home.Publishes(f.name)
	}
	f.bob.Hears(notify.Shared, 0)
	f.bob.Refreshes(f.name)
	f.restarts(nil)
	return f
}

// restarts has bob forget what he has heard of the homes.
func (f *film) restarts(change func(*peer.Config)) {
	f.bob.Restart(func(cfg *peer.Config) {
		dial := cfg.Dial
		cfg.Dial = func(s transport.Source) transport.Home { return supplying{dial(s), f, s.URL} }
		if change != nil {
			change(cfg)
		}
	})
}

func (f *film) of(home int) *supply { return f.supply[f.homes[home].URL()] }

// sent is how many bytes all homes have sent.
func (f *film) sent() (n int64) {
	for _, s := range f.supply {
		n += s.sent
	}
	return n
}

// supplying is a home whose answers are counted, and what a test does with them.
type supplying struct {
	transport.Home
	f   *film
	url string
}

func (s supplying) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	of := s.f.supply[s.url]
	s.f.mu.Lock()
	of.asked++
	s.f.mu.Unlock()
	stream, err := s.Home.Original(ctx, ref, offset, n)
	if err == nil {
		answer := *stream
		stream = &transport.Stream{ReadCloser: &counted{of.does(ctx, &answer, offset), stream, s.f, of}, Size: answer.Size}
	}
	return stream, err
}

type counted struct {
	io.Reader
	io.Closer
	f  *film
	of *supply
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.of.sent += int64(n)
	return n, err
}

// proofs is more than the proofs of a large original in pieces.
const proofs = 64 << 10

// lied is what comes beyond an original from those who send what is wrong: all that they sent.
const lied = -1

// comes checks that bob gets the first original, and how many bytes came at most beyond it from
// some homes.
func (f *film) comes(t *testing.T, beyond int64, wrong ...int) {
	t.Helper()
	before := f.sent()
	labtest.Must(t, f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, 0, 2)))
	f.shows(t, 0)
	if beyond == lied {
		beyond = 0
		for _, i := range wrong {
			beyond += f.of(i).sent
		}
	}
	if n := f.sent() - before; n < large || n > large+proofs+beyond {
		t.Errorf("%d bytes came for %d, and %d at most", n, large, beyond)
	}
}

func (f *film) shows(t *testing.T, i int) {
	t.Helper()
	blob, err := f.bob.Reader.Open(t.Context(), f.cam.Ref(f.name, i, 2))
	labtest.Must(t, err)
	defer blob.Close()
	got := make([]byte, blob.Size())
	if _, err := blob.ReadAt(got, 0); err != nil && !errors.Is(err, io.EOF) || digest.Sum(got) != digest.Sum(f.cam.Card[f.cam.Items[i].ID][2]) {
		t.Errorf("other bytes are here: %v", err)
	}
}

// does is what becomes of an answer.
type does func(ctx context.Context, s *transport.Stream, offset int64) io.Reader

const mbps = 1 << 20 // bytes a second

// paced has bytes come at a speed.
func paced(speed int) does {
	return func(_ context.Context, s *transport.Stream, _ int64) io.Reader { return pacer{s, speed} }
}

type pacer struct {
	io.Reader
	speed int
}

func (p pacer) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b[:min(len(b), 16<<10)])
	time.Sleep(time.Duration(n) * time.Second / time.Duration(p.speed))
	return n, err
}

// until has n bytes come in all answers together, at a speed, and then what another one reads.
func until(n int, speed int, then func(ctx context.Context) io.Reader) does {
	var left atomic.Int64
	left.Store(int64(n))
	return func(ctx context.Context, s *transport.Stream, _ int64) io.Reader {
		from, end := pacer{s, speed}, then(ctx)
		return readerFunc(func(b []byte) (int, error) {
			if left.Load() <= 0 {
				return end.Read(b)
			}
			n, err := from.Read(b)
			left.Add(int64(-n))
			return n, err
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func ends(context.Context) io.Reader {
	return readerFunc(func([]byte) (int, error) { return 0, io.EOF })
}

func breaks(context.Context) io.Reader {
	return readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF })
}

func stalls(ctx context.Context) io.Reader { return stalling{ctx} }

// lies changes a byte of every answer.
func lies(_ context.Context, s *transport.Stream, _ int64) io.Reader {
	at := 0
	return readerFunc(func(b []byte) (int, error) {
		n, err := s.Read(b)
		if to := 50_000 - at; to >= 0 && to < n {
			b[to] ^= 1
		}
		at += n
		return n, err
	})
}

// adds has an answer go on after its end.
func adds(_ context.Context, s *transport.Stream, _ int64) io.Reader {
	return io.MultiReader(s, readerFunc(func(b []byte) (int, error) { return copy(b, "and more"), io.EOF }))
}

// claims says that the original has more bytes.
func claims(more int64) does {
	return func(_ context.Context, s *transport.Stream, _ int64) io.Reader {
		s.Size += more
		return s
	}
}

// TestSpread: an original comes from all who serve it, no byte of it twice, and the faster bring
// more.
func TestSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFilm(t, 4, 1)
		for i, speed := range []int{mbps, mbps, mbps, 8 * mbps} {
			f.of(i).does = paced(speed)
		}
		f.comes(t, 0)
		for i := range f.homes {
			if f.of(i).sent < large/32 || i > 0 && i < 3 && f.of(i).sent > f.of(3).sent/2 {
				t.Errorf("home %d sent %d bytes", i, f.of(i).sent)
			}
		}
	})
}

// TestSpreadWrong: whatever some of those who serve an original do, wherever they begin to do so,
// it comes from the others, whole and true, and little of it twice.
func TestSpreadWrong(t *testing.T) {
	const blocks = 2 * digest.BlockSize // what was on the way on each lane
	several := []int{1, 3}
	if testing.Short() {
		several = several[1:]
	}
	for what, c := range map[string]struct {
		does   func() does
		beyond int64
	}{
		"gone at once":     {func() does { return until(0, mbps, breaks) }, blocks},
		"gone":             {func() does { return until(700_000, mbps, breaks) }, blocks},
		"ends as if whole": {func() does { return until(700_000, mbps, ends) }, blocks},
		"stalls":           {func() does { return until(300_000, mbps, stalls) }, blocks},
		"stalls at once":   {func() does { return until(0, mbps, stalls) }, blocks},
		"lies":             {func() does { return lies }, lied},
		"goes on":          {func() does { return adds }, 1 << 20},
		"another size":     {func() does { return claims(1) }, lied},
		"a large size":     {func() does { return claims(math.MaxInt64 / 2) }, lied},
		"a smaller size":   {func() does { return claims(-1 << 20) }, lied},
		"no size":          {func() does { return claims(-large) }, lied},
		"slow":             {func() does { return paced(3000) }, 4 * blocks},
	} {
		for _, wrong := range several {
			t.Run(fmt.Sprint(what, " ", wrong), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFilm(t, 4, 1)
					var spoilt []int
					for i := range wrong {
						f.of(i).does, spoilt = c.does(), append(spoilt, i)
					}
					if c.beyond != lied {
						c.beyond *= int64(wrong)
					}
					f.comes(t, c.beyond, spoilt...)
				})
			})
		}
	}
}

package peer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// family is a collection of which two homes serve all originals to bob.
type family struct {
	w                *labtest.World
	cam              *labtest.Camera
	home, other, bob *labtest.Peer
	name             collection.Name
}

func newFamily(t *testing.T, photos int) *family {
	f := new(family)
	f.w, f.cam, f.home, f.bob, f.name = labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, photos)
	f.cam.Shares(f.name)
	f.cam.Syncs(f.home, f.name)
	f.home.Publishes(f.name)
	f.other = f.w.Peer(f.home.User, "other")
	f.other.Refreshes(f.name)
	f.other.Imports(f.cam, f.name)
	f.other.Publishes(f.name)
	f.bob.Hears(notify.Shared, 0)
	f.begins(t)
	return f
}

// begins has bob know what there is, and nothing else: with a store that has nothing in it.
func (f *family) begins(t *testing.T) {
	t.Helper()
	f.bob.Store = new(memstore.Store)
	f.bob.Restart(nil)
	f.bob.Refreshes(f.name)
	if v, err := f.bob.Reader.View(t.Context(), f.name); err != nil || len(v.Sources()) != 2 {
		t.Fatalf("%d sources, %v", len(v.Sources()), err)
	}
}

// refs are all originals.
func (f *family) refs() (refs []transport.Ref) {
	for i := range f.cam.Items {
		refs = append(refs, f.cam.Ref(f.name, i, 2))
	}
	return refs
}

// comes checks that bob has all originals.
func (f *family) comes(t *testing.T) {
	t.Helper()
	labtest.Must(t, f.bob.Reader.Fetch(t.Context(), f.refs()...))
	f.bob.Shows(f.cam, f.name, 2)
}

// spoilt is a station whose answers, of many originals, a test has changed.
type spoilt struct {
	transport.Home
	spoil func(ctx context.Context, answer []byte) io.Reader
	asked *atomic.Int64
}

func (s spoilt) Originals(ctx context.Context, name collection.Name, items transport.Bits) (io.ReadCloser, error) {
	s.asked.Add(1)
	stream, err := s.Home.Originals(ctx, name, items)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(stream)
	return io.NopCloser(s.spoil(ctx, answer)), errors.Join(err, stream.Close())
}

// spoils has bob's requests for many originals spoilt at one of the stations, or at all, and
// counts them.
func (f *family) spoils(at *labtest.Peer, spoil func(ctx context.Context, answer []byte) io.Reader) *atomic.Int64 {
	asked := new(atomic.Int64)
	f.bob.Restart(func(cfg *peer.Config) {
		dial := cfg.Dial
		cfg.Dial = func(s transport.Source) transport.Home {
			if at != nil && s.URL != at.URL() {
				return dial(s)
			}
			return spoilt{dial(s), spoil, asked}
		}
	})
	return asked
}

func asIs(_ context.Context, answer []byte) io.Reader { return bytes.NewReader(answer) }

// TestManyOriginals come in a few requests, from all who serve them, and again in none.
func TestManyOriginals(t *testing.T) {
	f := newFamily(t, 9)
	asked := f.spoils(nil, asIs)
	f.comes(t)
	if n := asked.Load(); n < 2 || n > 9 {
		t.Errorf("%d requests", n)
	}
	before := f.bob.Downloads()
	f.comes(t)
	if f.bob.Downloads() != before {
		t.Error("came again")
	}
}

// TestSpoiltOriginals: whatever one of the sources does, all originals come, from the other
// where need be, and only the true ones are stored.
func TestSpoiltOriginals(t *testing.T) {
	f := newFamily(t, 6)
	for what, spoil := range map[string]func([]byte) []byte{
		"a byte of a block":  flip(2000),
		"the first byte":     flip(0),
		"the last byte":      flip(-1),
		"nothing":            func([]byte) []byte { return nil },
		"something else":     func(b []byte) []byte { return make([]byte, len(b)) },
		"cut off":            func(b []byte) []byte { return b[:len(b)/2] },
		"bytes after":        func(b []byte) []byte { return append(b, 0x83) },
		"all of it twice":    func(b []byte) []byte { return append(b, b...) },
		"less than was said": firstFrame,
	} {
		t.Run(what, func(t *testing.T) {
			f.begins(t)
			f.spoils(f.home, func(_ context.Context, answer []byte) io.Reader { return bytes.NewReader(spoil(answer)) })
			f.comes(t)
		})
	}
}

// firstFrame leaves out all originals but the first one.
func firstFrame(answer []byte) []byte {
	in := bytes.NewReader(answer)
	f, err := transport.NewOriginalsReader(in).Next()
	if err != nil {
		panic(err)
	}
	n, err := digest.RangeSize(f.Size, 0, f.Size)
	if err != nil {
		panic(err)
	}
	return answer[:n+9]
}

// TestOriginalsBreakOff: wherever the answers of all sources break off, the originals come.
func TestOriginalsBreakOff(t *testing.T) {
	step := 9_973
	if testing.Short() {
		step = 39_983
	}
	f := newFamily(t, 5)
	for cut := 0; cut < 150_000; cut += step {
		f.begins(t)
		f.spoils(nil, func(_ context.Context, answer []byte) io.Reader {
			return io.MultiReader(bytes.NewReader(answer[:min(cut, len(answer))]), failing{})
		})
		f.comes(t)
	}
}

// TestOriginalsStall: a source that takes requests, and sends nothing more after a while, is
// given up.
func TestOriginalsStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFamily(t, 4)
		f.spoils(f.home, func(ctx context.Context, answer []byte) io.Reader {
			return io.MultiReader(bytes.NewReader(answer[:1000]), stalling{ctx})
		})
		f.comes(t)
	})
}

// stalling returns nothing until its context ends.
type stalling struct{ ctx context.Context }

func (s stalling) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// silent takes requests for originals and does not answer.
type silent struct{ transport.Home }

func (silent) Originals(ctx context.Context, _ collection.Name, _ transport.Bits) (io.ReadCloser, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) Original(ctx context.Context, _ transport.Ref, _, _ int64) (*transport.Stream, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestSilentSources: one that never answers is given up, and if there are only such the
// originals are unreachable.
func TestSilentSources(t *testing.T) {
	for _, all := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := newFamily(t, 2)
			f.bob.Restart(func(cfg *peer.Config) {
				dial := cfg.Dial
				cfg.Dial = func(s transport.Source) transport.Home {
					if all || s.URL == f.home.URL() {
						return silent{dial(s)}
					}
					return dial(s)
				}
			})
			if all {
				f.bob.CannotFetch(label.ErrUnreachable, f.refs()[0])
				return
			}
			f.comes(t)
		})
	}
}

// broken answers that its store fails.
type broken struct{ transport.Home }

func (broken) Originals(context.Context, collection.Name, transport.Bits) (io.ReadCloser, error) {
	return nil, transport.ErrStorage
}

func (broken) Original(context.Context, transport.Ref, int64, int64) (*transport.Stream, error) {
	return nil, transport.ErrStorage
}

// TestSourcesWithABrokenStore: that is not the recipient's own store, and another one is asked.
func TestSourcesWithABrokenStore(t *testing.T) {
	for _, n := range []int{1, 3} { // one is asked for alone
		f := newFamily(t, n)
		for _, all := range []bool{false, true} {
			f.begins(t)
			f.bob.Restart(func(cfg *peer.Config) {
				dial := cfg.Dial
				cfg.Dial = func(s transport.Source) transport.Home {
					if all || s.URL == f.home.URL() {
						return broken{dial(s)}
					}
					return dial(s)
				}
			})
			if all {
				f.bob.CannotFetch(label.ErrUnreachable, f.refs()[0])
				continue
			}
			f.comes(t)
		}
	}
}

// TestOriginalStalls: so is one that stalls at a single original, and another one is asked.
func TestOriginalStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFamily(t, 1)
		f.bob.Restart(func(cfg *peer.Config) {
			dial := cfg.Dial
			cfg.Dial = func(s transport.Source) transport.Home {
				if s.URL != f.home.URL() {
					return dial(s)
				}
				return stallingHome{dial(s)}
			}
		})
		f.bob.Fetches(f.refs()...)
	})
}

// stallingHome stalls after some bytes of an original.
type stallingHome struct{ transport.Home }

func (h stallingHome) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	s, err := h.Home.Original(ctx, ref, offset, n)
	if err != nil {
		return nil, err
	}
	s.ReadCloser = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(s.ReadCloser, 1000), stalling{ctx}), s.ReadCloser}
	return s, nil
}

// TestManyOriginalsOfOneSource: where the only source breaks off after each original, the
// others come all the same.
func TestManyOriginalsOfOneSource(t *testing.T) {
	_, cam, _, b, name := labtest.Published(t, hub.Config{}, 8)
	f := &family{cam: cam, bob: b, name: name}
	f.spoils(nil, func(_ context.Context, answer []byte) io.Reader { return bytes.NewReader(firstFrame(answer)) })
	f.comes(t)
}

// TestManyTwins: of originals with equal bytes one comes.
func TestManyTwins(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromPeer: 1})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 6), w.Peer(ann, "home"), w.Peer(bob, "bob")
	cam.Copies(2, 3, 5)
	name := cam.Album("title", bob)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	f := &family{w: w, cam: cam, home: home, bob: b, name: name}
	f.comes(t)
}

// TestManyFetchedTwice: of two who fetch the same at once both have all.
func TestManyFetchedTwice(t *testing.T) {
	f := newFamily(t, 12)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if err := f.bob.Reader.Fetch(t.Context(), f.refs()...); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	f.bob.Shows(f.cam, f.name, 2)
}

// TestManyWithALabel: what is withdrawn is refused with its label, and the others come, also
// if the withdrawal comes meanwhile.
func TestManyWithALabel(t *testing.T) {
	for _, meanwhile := range []bool{false, true} {
		t.Run(fmt.Sprint("meanwhile ", meanwhile), func(t *testing.T) {
			f := newFamily(t, 5)
			withdraw := sync.OnceFunc(func() {
				f.home.Withdraws(f.name, f.cam.Items[4].ID)
				f.bob.Refreshes(f.name)
			})
			if !meanwhile {
				withdraw()
			}
			f.spoils(nil, func(_ context.Context, answer []byte) io.Reader {
				withdraw()
				return bytes.NewReader(answer)
			})
			if err := f.bob.Reader.Fetch(t.Context(), f.refs()...); !errors.Is(err, label.ErrWithdrawn) {
				t.Error(err)
			}
			f.cam.Items = f.cam.Items[:4]
			f.bob.Shows(f.cam, f.name, 2)
		})
	}
}

// TestFetchesOfNothing: none is no error, and what cannot be had is told of each.
func TestFetchesOfNothing(t *testing.T) {
	f := newFamily(t, 2)
	labtest.Must(t, f.bob.Reader.Fetch(t.Context()))
	unknown := f.refs()[0]
	unknown.Item = collection.ItemID{99}
	err := f.bob.Reader.Fetch(t.Context(), append(f.refs(), unknown)...)
	if of, ok := errors.AsType[*collection.ItemError](err); !ok || of.Item != unknown.Item {
		t.Error(err)
	}
	f.bob.Shows(f.cam, f.name, 2)
}

// TestPartBeyondTheEnd: what is here of an original, and is longer than it, or not its
// beginning, gives way to it.
func TestPartBeyondTheEnd(t *testing.T) {
	f := newFamily(t, 1)
	for _, size := range []int{100, digest.BlockSize - 1, digest.BlockSize, 69_999, 2*digest.BlockSize + 1, 500_000} {
		f.begins(t)
		key := f.cam.BlobKey(f.name, 0, 2)
		w, err := f.bob.Store.Create(t.Context(), key)
		labtest.Must(t, err)
		_, err = w.Write(make([]byte, size))
		labtest.Must(t, errors.Join(err, w.Close()))
		f.bob.Fetches(f.refs()...)
		f.bob.Shows(f.cam, f.name, 2)
	}
}

// TestCrashWhileOriginalsCome has the recipient's peer crash at each change of its store, in
// turn, while originals come that have broken off before: afterwards they all come.
func TestCrashWhileOriginalsCome(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		_, cam, _, b, name := labtest.Published(t, hub.Config{RequiredFromPeer: 1}, 2)
		f := &family{cam: cam, bob: b, name: name}
		asked := new(atomic.Int64)
		crash.Store = b.Store
		b.Restart(func(cfg *peer.Config) {
			cfg.Store = crash
			dial := cfg.Dial
			cfg.Dial = func(s transport.Source) transport.Home {
				return breakingHome{spoilt{dial(s), func(_ context.Context, answer []byte) io.Reader {
					return io.MultiReader(bytes.NewReader(answer[:min(68_000, len(answer))]), failing{})
				}, asked}}
			}
		})
		for range 2 {
			b.Reader.Fetch(t.Context(), f.refs()...)
		}
		b.Restart(nil)
		f.comes(t)
	})
}

// breakingHome breaks off single originals after some bytes, too.
type breakingHome struct{ spoilt }

func (h breakingHome) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	s, err := h.Home.Original(ctx, ref, offset, n)
	if err != nil {
		return nil, err
	}
	s.ReadCloser = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(s.ReadCloser, 1000), failing{}), s.ReadCloser}
	return s, nil
}

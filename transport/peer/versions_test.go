package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// thumbnails is a recipient, behind a hub that passes streams of versions on as a test says.
type thumbnails struct {
	*labtest.World
	cam  *labtest.Camera
	bob  *labtest.Peer
	name collection.Name
	via  passing
}

// passing is a hub that does something else than to pass on the n-th stream, from 0.
type passing struct {
	transport.Hub
	streams int
	asked   []transport.Bits
	instead func(n int, stream io.Reader) io.Reader // nil = nothing else
}

func (p *passing) Versions(ctx context.Context, name collection.Name, version int, held transport.Bits) (io.ReadCloser, error) {
	p.streams++
	p.asked = append(p.asked, held)
	stream, err := p.Hub.Versions(ctx, name, version, held)
	if err != nil || p.instead == nil {
		return stream, err
	}
	return struct {
		io.Reader
		io.Closer
	}{p.instead(p.streams-1, stream), stream}, nil
}

// newThumbnails has a camera share photos, and Bob hear of them.
func newThumbnails(t *testing.T, photos int) *thumbnails {
	v := new(thumbnails)
	v.World, v.cam, _, v.bob, v.name = labtest.NewAlbum(t, hub.Config{}, photos)
	v.cam.Shares(v.name)
	v.bob.Hears(notify.Shared, photos)
	v.bob.Restart(func(cfg *peer.Config) {
		v.via.Hub = cfg.Hub
		cfg.Hub, cfg.MaxPartial = &v.via, 1<<20
	})
	return v
}

// pulls reads thumbnails, and returns the places of those that were shown, in order, and how
// those were refused that were not; the error of it all is under -1.
func (v *thumbnails) pulls() (shown []int, refused map[int]error) {
	v.T.Helper()
	refused = map[int]error{}
	c := v.bob.Views(v.name)
	for ref, err := range v.bob.Reader.Versions(v.T.Context(), v.name, 0) {
		i, ok := c.Index(ref.Item)
		if !ok {
			i = -1
		}
		if err != nil {
			refused[i] = err
			continue
		}
		if data := v.bob.Reads(ref); !bytes.Equal(data, v.cam.Card[ref.Item][0]) {
			v.T.Errorf("%d other bytes of item %d", len(data), i)
		}
		shown = append(shown, i)
	}
	return shown, refused
}

// showsAll reads thumbnails, which are all there, each once.
func (v *thumbnails) showsAll() {
	v.T.Helper()
	shown, refused := v.pulls()
	slices.Sort(shown)
	for i := range max(len(shown), len(v.cam.Items)) {
		if len(shown) != len(v.cam.Items) || shown[i] != i || len(refused) > 0 {
			v.T.Fatalf("shown %v, refused %v", shown, refused)
		}
	}
}

// TestTwoRequests: a recipient spends one request to hear of a collection and on all its
// thumbnails, and one to hear that there is no more.
func TestTwoRequests(t *testing.T) {
	w, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 200)
	cam.Shares(name)
	before := b.Requests.Load()
	b.Hears(notify.Shared, 200)
	v := &thumbnails{World: w, cam: cam, bob: b, name: name}
	v.showsAll()
	b.HearsNothing()
	if n := b.Requests.Load() - before; n != 2 || len(w.Waiting(b.User)) > 0 {
		t.Errorf("%d requests: %v", n, b.Log())
	}
	v.showsAll() // from the store
	if n := b.Requests.Load() - before; n != 2 {
		t.Errorf("%d requests for what is here", n-2)
	}
}

// TestShownAsTheyCome: each thumbnail is shown before the next one has come to the hub.
func TestShownAsTheyCome(t *testing.T) {
	w, cam, _, b, name := labtest.NewAlbum(t, hub.Config{Wait: time.Hour}, 5)
	cam.Offers(name)
	at := w.Hub.Hub.As(cam.User)
	put := func(i int) {
		_, err := at.PutVersion(t.Context(), cam.Ref(name, i, 0), 0, bytes.NewReader(cam.Card[cam.Items[i].ID][0]))
		labtest.Must(t, err)
	}
	b.Restart(func(cfg *peer.Config) { cfg.Hub = w.Hub.Hub.As(b.User) })
	b.Refreshes(name)
	put(3)
	order := []int{3, 1, 0, 4, 2}
	n := 0
	for ref, err := range b.Reader.Versions(t.Context(), name, 0) {
		labtest.Must(t, err)
		if ref != cam.Ref(name, order[n], 0) {
			t.Fatalf("%v came, want item %d", ref, order[n])
		}
		if n++; n < len(order) {
			put(order[n])
		}
	}
	if n != len(order) {
		t.Errorf("%d came", n)
	}
}

// TestShownWhileTheRestIsSent: over connections, each thumbnail is on the recipient's screen before
// the camera has sent the next one, with one upload and no request beside the one for news.
func TestShownWhileTheRestIsSent(t *testing.T) {
	w := labtest.Listening(t, hub.Config{Wait: time.Hour})
	cam, b := w.Camera(w.User("ann"), 4), w.Peer(w.User("bob"), "bob")
	name := cam.Album("title", b.User)
	cam.Offers(name)
	b.Hears(notify.Shared, 4)
	stream, to := io.Pipe()
	uploaded := make(chan error, 1)
	go func() {
		_, err := cam.ToHub().Upload(context.WithoutCancel(t.Context()), name, stream)
		uploaded <- err
	}()
	up := transport.NewUploadWriter(to)
	send := func(i int) {
		data := cam.Card[cam.Items[i].ID][0]
		labtest.Must(t, up.Version(i, 0, 0, int64(len(data)), bytes.NewReader(data)))
	}
	before, n := b.Requests.Load(), 0
	for send(0); n < len(cam.Items); {
		for ref, err := range b.Reader.Versions(t.Context(), name, 0) {
			labtest.Must(t, err)
			if ref != cam.Ref(name, n, 0) {
				t.Fatalf("%v is shown in the place of item %d", ref, n)
			}
			if n++; n < len(cam.Items) {
				send(n)
			}
		}
	}
	labtest.Must(t, errors.Join(up.Close(transport.AuthorSeal{}), to.Close(), <-uploaded))
	if requests := b.Requests.Load() - before; requests != 0 {
		t.Errorf("%d requests", requests)
	}
}

// TestPullsTheRest: what is here is shown first, and not asked for; what was asked for is not
// asked for again.
func TestPullsTheRest(t *testing.T) {
	v := newThumbnails(t, 9)
	v.bob.Fetches(v.cam.Ref(v.name, 7, 0), v.cam.Ref(v.name, 2, 0))
	shown, refused := v.pulls()
	if want := []int{2, 7, 0, 1, 3, 4, 5, 6, 8}; !slices.Equal(shown, want) || len(refused) > 0 {
		t.Errorf("shown %v, refused %v", shown, refused)
	}
	if len(v.via.asked) != 1 || !slices.Equal(slices.Collect(v.via.asked[0].Places()), []int{2, 7}) {
		t.Errorf("asked but for %v", v.via.asked)
	}
}

// TestStopsHalfWay: what had come before the program stopped stays.
func TestStopsHalfWay(t *testing.T) {
	v := newThumbnails(t, 30)
	for range v.bob.Reader.Versions(t.Context(), v.name, 0) {
		break
	}
	v.showsAll()
	if v.via.streams != 2 || v.via.asked[1].IsEmpty() {
		t.Errorf("asked but for %v", v.via.asked)
	}
}

// TestStopsAtEach: the program may stop at any of them, refused or not.
func TestStopsAtEach(t *testing.T) {
	for n := 1; n <= 6; n++ {
		v := newThumbnails(t, 6)
		v.via.instead = func(_ int, stream io.Reader) io.Reader {
			return editsOf(4, func(_ *transport.Frame, data []byte) []byte { return flip(99)(data) })(stream)
		}
		seen := 0
		for range v.bob.Reader.Versions(t.Context(), v.name, 0) {
			if seen++; seen == n {
				break
			}
		}
		v.via.instead = nil
		v.showsAll()
	}
}

// edits changes frames of a stream; nil data leaves one out.
func edits(stream io.Reader, edit func(f *transport.Frame, data []byte) []byte) io.Reader {
	var out bytes.Buffer
	in := transport.NewUploadReader(stream)
	for f, err := in.Next(); err == nil; f, err = in.Next() {
		data, _ := io.ReadAll(f)
		if data = edit(&f, data); data == nil {
			continue
		}
		f.Size, f.Reader = max(f.Size, int64(len(data))), bytes.NewReader(data)
		io.Copy(&out, f.Encoded())
	}
	transport.NewUploadWriter(&out).Close(transport.AuthorSeal{})
	return &out
}

// editsOf edits the frames of one item, or of all if it is negative.
func editsOf(item int, edit func(f *transport.Frame, data []byte) []byte) func(io.Reader) io.Reader {
	return func(stream io.Reader) io.Reader {
		return edits(stream, func(f *transport.Frame, data []byte) []byte {
			if f.Item == item || item < 0 {
				return edit(f, data)
			}
			return data
		})
	}
}

// hostile are streams that a hub makes of one of six thumbnails, with the errors of the items
// that are refused, and of it all under -1. What is not refused is shown.
var hostile = map[string]struct {
	makes   func(io.Reader) io.Reader
	refused map[int]error
	lacks   []int // what it does not bring
}{
	"as it is":      {makes: func(r io.Reader) io.Reader { return r }},
	"byte by byte":  {makes: iotest.OneByteReader},
	"another order": {makes: reversed},
	"other bytes": {
		makes:   editsOf(2, func(_ *transport.Frame, data []byte) []byte { return flip(99)(data) }),
		refused: map[int]error{2: transport.ErrDigest},
	},
	"other bytes of all": {
		makes: editsOf(-1, func(_ *transport.Frame, data []byte) []byte { return flip(99)(data) }),
		refused: map[int]error{0: transport.ErrDigest, 1: transport.ErrDigest, 2: transport.ErrDigest,
			3: transport.ErrDigest, 4: transport.ErrDigest, 5: transport.ErrDigest},
	},
	"another's bytes": {
		makes:   editsOf(2, func(_ *transport.Frame, _ []byte) []byte { return lab.Noise("other", 100_000) }),
		refused: map[int]error{2: transport.ErrDigest},
	},
	"nothing in the place of one": {
		makes:   editsOf(2, func(f *transport.Frame, _ []byte) []byte { f.Size = 0; return []byte{} }),
		refused: map[int]error{2: transport.ErrDigest},
	},
	"one is missing": {
		makes: editsOf(2, func(*transport.Frame, []byte) []byte { return nil }), lacks: []int{2},
	},
	"a claim too large": {
		makes:   editsOf(2, func(f *transport.Frame, data []byte) []byte { f.Size = 1<<20 + 1; return data }),
		refused: map[int]error{2: transport.ErrTooLarge},
	},
	"a claim beyond all measure": {
		makes:   editsOf(2, func(f *transport.Frame, data []byte) []byte { f.Size = 1<<63 - 1; return data }),
		refused: map[int]error{2: transport.ErrTooLarge},
	},
	"more than there is": { // the rest of the stream is read as the version
		makes:   editsOf(2, func(f *transport.Frame, data []byte) []byte { f.Size = 1 << 19; return data }),
		refused: map[int]error{-1: transport.ErrUnreachable}, lacks: []int{2, 3, 4, 5},
	},
	"twice": {
		makes: func(r io.Reader) io.Reader {
			var one []byte
			return edits(r, func(f *transport.Frame, data []byte) []byte {
				if f.Item == 0 {
					one = data
				}
				f.Item = 0
				return one
			})
		},
		lacks: []int{1, 2, 3, 4, 5}, // asked again, it has nothing
	},
	"an item that is not there": {
		makes:   editsOf(2, func(f *transport.Frame, data []byte) []byte { f.Item = 6; return data }),
		refused: map[int]error{-1: transport.ErrMalformed}, lacks: []int{2, 3, 4, 5},
	},
	"another version": {
		makes:   editsOf(2, func(f *transport.Frame, data []byte) []byte { f.Version = 1; return data }),
		refused: map[int]error{-1: transport.ErrMalformed}, lacks: []int{2, 3, 4, 5},
	},
	"the rest of one": {
		makes:   editsOf(2, func(f *transport.Frame, data []byte) []byte { f.Offset = 1; return data[1:] }),
		refused: map[int]error{-1: transport.ErrMalformed}, lacks: []int{2, 3, 4, 5},
	},
	"a seal": {
		makes: func(io.Reader) io.Reader {
			var out bytes.Buffer
			transport.NewUploadWriter(&out).Close(transport.AuthorSeal{Seal: []byte("seal")})
			return &out
		},
		refused: map[int]error{-1: transport.ErrMalformed}, lacks: []int{0, 1, 2, 3, 4, 5},
	},
	"no stream":      {makes: func(io.Reader) io.Reader { return strings.NewReader("<html>") }, refused: map[int]error{-1: transport.ErrMalformed}, lacks: []int{0, 1, 2, 3, 4, 5}},
	"nothing at all": {makes: func(io.Reader) io.Reader { return strings.NewReader("") }, refused: map[int]error{-1: transport.ErrUnreachable}, lacks: []int{0, 1, 2, 3, 4, 5}},
	"bytes after": {
		makes: func(r io.Reader) io.Reader { return io.MultiReader(r, strings.NewReader("more")) },
	},
}

// reversed is a stream whose frames come in the opposite order.
func reversed(stream io.Reader) io.Reader {
	var frames [][]byte
	edits(stream, func(f *transport.Frame, data []byte) []byte {
		f.Reader = bytes.NewReader(data)
		one, _ := io.ReadAll(f.Encoded())
		frames = append(frames, one)
		return nil
	})
	slices.Reverse(frames)
	var out bytes.Buffer
	for _, one := range frames {
		out.Write(one)
	}
	transport.NewUploadWriter(&out).Close(transport.AuthorSeal{})
	return &out
}

// TestHostileVersions: whatever a hub sends, only the true thumbnails are stored and shown; what
// is wrong is refused, and what it keeps back comes from a hub that is honest.
func TestHostileVersions(t *testing.T) {
	for what, c := range hostile {
		t.Run(what, func(t *testing.T) {
			v := newThumbnails(t, 6)
			v.via.instead = func(_ int, stream io.Reader) io.Reader { return c.makes(stream) }
			shown, refused := v.pulls()
			for i := range v.cam.Items {
				_, bad := c.refused[i]
				if slices.Contains(shown, i) == (bad || slices.Contains(c.lacks, i)) {
					t.Errorf("item %d: shown %v, refused %v", i, shown, refused[i])
				}
			}
			for i := -1; i < len(v.cam.Items); i++ {
				if !errors.Is(refused[i], c.refused[i]) {
					t.Errorf("item %d: %v, want %v", i, refused[i], c.refused[i])
				}
			}
			if v.via.streams > 3 {
				t.Errorf("asked %d times", v.via.streams)
			}
			v.via.instead = nil
			v.showsAll()
		})
	}
}

// TestStreamBreaksAnywhere: a stream that breaks off after any of its bytes is gone on with, of
// small versions and of one that is not.
func TestStreamBreaksAnywhere(t *testing.T) {
	const size = 4096
	for _, cut := range []int{0, 1, 2, 5, 6, 7, 100, size, size + 3, size + 7, size + 8, size + 9, size + 20_000, size + 70_000, size + 70_012, size + 70_013, size + 80_000, 1 << 20} {
		v := new(thumbnails)
		v.World = labtest.New(t, hub.Config{})
		v.cam, v.bob = v.Camera(v.User("ann"), 4), v.Peer(v.User("bob"), "bob")
		photo := v.cam.Card[v.cam.Items[1].ID]
		photo[0] = lab.Noise("large", 70_000)
		v.cam.Card[v.cam.Items[1].ID] = photo
		v.name = v.cam.Album("title", v.bob.User)
		v.cam.Shares(v.name)
		v.bob.Hears(notify.Shared, 4)
		v.via.instead = func(n int, stream io.Reader) io.Reader {
			if n > 0 {
				return stream
			}
			return io.MultiReader(io.LimitReader(stream, int64(cut)), iotest.ErrReader(errors.New("broken")))
		}
		v.bob.Restart(func(cfg *peer.Config) {
			v.via.Hub = cfg.Hub
			cfg.Hub = &v.via
		})
		shown, refused := v.pulls()
		if whole := cut >= size+7; whole && (len(shown) != 4 || len(refused) > 0) || !whole && !errors.Is(refused[-1], transport.ErrUnreachable) {
			t.Errorf("broken off after %d bytes: shown %v, refused %v", cut, shown, refused)
		}
		v.showsAll()
	}
}

// TestSilentHub: a hub that admits who asks, and sends nothing and does not end, is given up.
func TestSilentHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newThumbnails(t, 2)
		v.bob.Restart(func(cfg *peer.Config) { cfg.Hub, cfg.Wait = silentHub{v.World.Hub.Hub.As(v.bob.User)}, 30*time.Second })
		began := time.Now()
		_, refused := v.pulls()
		if took := time.Since(began); !errors.Is(refused[-1], transport.ErrUnreachable) || took != 90*time.Second {
			t.Errorf("after %v: %v", took, refused)
		}
		v.bob.Restart(nil)
		v.showsAll()
	})
}

type silentHub struct{ transport.Hub }

func (silentHub) Versions(ctx context.Context, _ collection.Name, _ int, _ transport.Bits) (io.ReadCloser, error) {
	return silence{ctx}, nil
}

type silence struct{ context.Context }

func (s silence) Read([]byte) (int, error) {
	<-s.Done()
	return 0, s.Err()
}

func (silence) Close() error { return nil }

package peer_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// trailing is a hub that does something else than to pass on what follows the news.
type trailing struct {
	transport.Hub
	streams int
	closed  int
	instead func(io.Reader) io.Reader
}

func (h *trailing) Changes(ctx context.Context, read transport.ChangesRequest) (transport.Changes, error) {
	d, err := h.Hub.Changes(ctx, read)
	if d.Versions != nil {
		h.streams++
		d.Versions = &trail{h.instead(d.Versions), d.Versions, h}
	}
	return d, err
}

type trail struct {
	io.Reader
	io.Closer
	hub *trailing
}

func (s *trail) Close() error {
	s.hub.closed++
	return s.Closer.Close()
}

// newTrailing has a camera share photos, of which Bob hears through a hub that does as a test
// says.
func newTrailing(t *testing.T, photos int, instead func(io.Reader) io.Reader) (*thumbnails, *trailing) {
	v, h := new(thumbnails), &trailing{instead: instead}
	v.World, v.cam, _, v.bob, v.name = labtest.NewAlbum(t, hub.Config{}, photos)
	v.cam.Shares(v.name)
	v.bob.Restart(func(cfg *peer.Config) {
		v.via.Hub = cfg.Hub
		h.Hub = &v.via
		cfg.Hub, cfg.MaxPartial = h, 1<<20
	})
	return v, h
}

func same(r io.Reader) io.Reader { return r }

// TestHostileNews: whatever follows the news, only the true thumbnails are stored and shown, and
// what did not come of it comes when it is asked for.
func TestHostileNews(t *testing.T) {
	for what, c := range hostile {
		t.Run(what, func(t *testing.T) {
			v, h := newTrailing(t, 6, c.makes)
			v.bob.Hears(notify.Shared, 6)
			shown, refused := v.pulls()
			if len(shown)+len(refused) != 6 || refused[-1] != nil || h.streams != 1 || h.closed != 1 {
				t.Errorf("shown %v, refused %v, %d of %d streams closed", shown, refused, h.closed, h.streams)
			}
			for i := range refused {
				if !errors.Is(refused[i], c.refused[i]) {
					t.Errorf("item %d: %v, want %v", i, refused[i], c.refused[i])
				}
			}
			v.showsAll()
		})
	}
}

// TestNewsBreaksAnywhere: what follows the news and breaks off is gone on with by one request.
func TestNewsBreaksAnywhere(t *testing.T) {
	const size = 4096
	for _, cut := range []int64{0, 1, 6, 7, 100, size, size + 7, size + 8, 3*size + 21, 1 << 20} {
		v, _ := newTrailing(t, 3, func(r io.Reader) io.Reader {
			return io.MultiReader(io.LimitReader(r, cut), iotest.ErrReader(errors.New("broken")))
		})
		v.bob.Hears(notify.Shared, 3)
		v.showsAll()
		if whole := cut >= 3*(size+7); v.via.streams > 1 || whole && v.via.streams > 0 {
			t.Errorf("broken off after %d bytes: asked %d times", cut, v.via.streams)
		}
	}
}

// TestNewsOutlastsItsContext: what follows the news can still be read when the context of
// Receive has ended.
func TestNewsOutlastsItsContext(t *testing.T) {
	v, _ := newTrailing(t, 3, same)
	ctx, cancel := context.WithCancel(t.Context())
	if news, err := v.bob.Reader.Receive(ctx); len(news) != 1 || err != nil {
		t.Fatal(news, err)
	}
	cancel()
	v.showsAll()
	if v.via.streams != 0 {
		t.Errorf("asked %d times", v.via.streams)
	}
}

// TestNewsThatNobodyShows: what nobody reads is closed with the next news, and with the peer.
func TestNewsThatNobodyShows(t *testing.T) {
	v, h := newTrailing(t, 3, same)
	v.bob.Hears(notify.Shared, 3)
	v.cam.Shares(v.cam.Album("another", v.bob.User))
	v.bob.Hears(notify.Shared, 3)
	if h.streams != 2 || h.closed != 1 {
		t.Errorf("%d of %d streams closed", h.closed, h.streams)
	}
	labtest.Must(t, v.bob.Close(t.Context()))
	if h.closed != 2 {
		t.Errorf("%d of %d streams closed with the peer", h.closed, h.streams)
	}
}

// TestNewsBesideWhatIsHere: of thumbnails of which some are here, the rest is asked for.
func TestNewsBesideWhatIsHere(t *testing.T) {
	v, h := newTrailing(t, 3, same)
	v.bob.Hears(notify.Shared, 3)
	v.bob.Fetches(v.cam.Ref(v.name, 1, 0))
	v.showsAll()
	if v.via.streams != 1 || h.closed != 1 {
		t.Errorf("asked %d times", v.via.streams)
	}
}

// TestCloseAwaitsNoUnreadNews: a hub that closes does not wait for one who hears of photos and
// does not look at them, and ends what somebody reads.
func TestCloseAwaitsNoUnreadNews(t *testing.T) {
	w := labtest.New(t, hub.Config{Wait: time.Hour})
	cam, bob := w.Camera(w.User("ann"), 2), w.User("bob")
	cam.Offers(cam.Album("title", bob))
	ask := func() io.ReadCloser {
		d, err := w.Hub.Hub.As(bob).Changes(t.Context(), transport.ChangesRequest{Versions: true})
		if err != nil || d.Versions == nil {
			t.Fatal(d, err)
		}
		return d.Versions
	}
	unread, read := ask(), ask()
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(read)
		ended <- errors.Join(err, read.Close())
	}()
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	if err := <-ended; err != nil && !errors.Is(err, transport.ErrClosed) {
		t.Error(err)
	}
	if _, err := unread.Read(make([]byte, 1)); !errors.Is(err, transport.ErrClosed) {
		t.Error(err)
	}
	labtest.Must(t, unread.Close())
}

package peer_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestSearchObeysTheLatestLabel: a search that brings the news of a withdrawal
// with it is refused by that news.
func TestSearchObeysTheLatestLabel(t *testing.T) {
	_, cam, home, b, name := labtest.Published(t, hub.Config{}, 1)
	if found, err := b.Reader.Search(t.Context(), cam.Ref(name, 0, 2)); err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	home.Withdraws(name, cam.Items[0].ID)
	if found, err := b.Reader.Search(t.Context(), cam.Ref(name, 0, 2)); !errors.Is(err, label.ErrWithdrawn) || found != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// TestFetchHearsOfTheLabel: who asks before the news has come that availability was
// taken back is told of the label, not that trying again may help.
func TestFetchHearsOfTheLabel(t *testing.T) {
	w, cam, _, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 1})
	w.Probes()
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
}

// lavish is a hub that returns more of a partial version than there is.
type lavish struct {
	transport.Hub
	size int64 // that it claims
	ends int64 // where it breaks off
	sent int64
}

func (l *lavish) Version(context.Context, transport.Ref, int64) (*transport.Stream, error) {
	return &transport.Stream{ReadCloser: io.NopCloser(l), Size: l.size}, nil
}

func (l *lavish) Read(p []byte) (int, error) {
	if l.sent >= l.ends {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(int64(len(p)), l.ends-l.sent)
	l.sent += n
	return int(n), nil
}

// fetcher is a recipient that has heard of a collection of one photo.
func fetcher(t *testing.T) (b *labtest.Peer, cam *labtest.Camera, name collection.Name) {
	_, cam, _, b, name = labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	b.Hears(notify.Shared, 1)
	return b, cam, name
}

// TestEndlessPartial: of a partial version no more is taken than it claims to
// have, nor than may be taken, and nothing of it is kept.
func TestEndlessPartial(t *testing.T) {
	for what, l := range map[string]*lavish{
		"more than it claims": {size: 4096, ends: 200 << 20},
		"a claim too large":   {size: 1<<20 + 1, ends: 200 << 20},
		"a claim below zero":  {size: -1, ends: 200 << 20},
	} {
		t.Run(what, func(t *testing.T) {
			b, cam, name := fetcher(t)
			b.Restart(func(cfg *peer.Config) {
				l.Hub = cfg.Hub
				cfg.Hub, cfg.MaxPartial = l, 1<<20
			})
			if err := b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 0)); !errors.Is(err, transport.ErrTooLarge) || l.sent > 64<<10 {
				t.Errorf("%d bytes taken, %v", l.sent, err)
			}
			if n := part(t, b, cam, name); n != 0 {
				t.Errorf("%d bytes kept", n)
			}
			b.Restart(nil)
			b.Fetches(cam.Ref(name, 0, 0))
		})
	}
}

// part is how much of the thumbnail of the first photo is kept as a beginning.
func part(t *testing.T, s *labtest.Peer, cam *labtest.Camera, name collection.Name) int64 {
	n, err := s.Store.Part(t.Context(), cam.BlobKey(name, 0, 0))
	labtest.Must(t, err)
	return n
}

// TestPartialBeyondItsEnd: what broke off beyond the true end of a version does
// not keep others from supplying it.
func TestPartialBeyondItsEnd(t *testing.T) {
	b, cam, name := fetcher(t)
	b.Restart(func(cfg *peer.Config) { cfg.Hub = &lavish{Hub: cfg.Hub, size: 9000, ends: 8000} })
	if err := b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 0)); !errors.Is(err, transport.ErrUnreachable) || part(t, b, cam, name) != 8000 {
		t.Fatalf("a stream that breaks off: %v", err)
	}
	b.Restart(nil)
	b.Fetches(cam.Ref(name, 0, 0))
	b.Shows(cam, name, 0)
}

// TestScreenMadeLater: a version that was made after the recipients were told is
// found by who fetches it, although nobody is told.
func TestScreenMadeLater(t *testing.T) {
	w, cam, home, bob, name := atHome(t, 1, collection.Body{})
	home.Restart(func(cfg *peer.Config) { cfg.Render = nil })
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	screen := cam.Ref(name, 0, 1)
	bob.CannotFetch(transport.ErrNotFound, screen)
	home.Restart(nil)
	home.Publishes(name)
	w.Pass(time.Minute)
	bob.Fetches(screen)
}

// asked counts the requests of a station for what is new of a collection.
func asked(s *labtest.Peer) int { return s.Count("GET /v1/updates/") }

// TestOneSearchForManyItems: when the only source of many items is off, the hub
// is asked for others once, and again after a minute, or where somebody insists.
func TestOneSearchForManyItems(t *testing.T) {
	w, cam, _, b, name := labtest.Gone(t, hub.Config{})
	fetchAll := func() int {
		t.Helper()
		before := asked(b)
		for i := range cam.Items {
			b.CannotFetch(label.ErrUnreachable, cam.Ref(name, i, 2))
		}
		return asked(b) - before
	}
	if n := fetchAll(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	before := asked(b)
	_ = b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2))
	_ = b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2))
	if n := asked(b) - before; n != 2 {
		t.Errorf("asked %d times for one item", n)
	}
	w.Pass(time.Minute)
	if n := fetchAll(); n != 1 {
		t.Errorf("asked %d times a minute later", n)
	}
}

// TestSearchAfterNews: news end that minute.
func TestSearchAfterNews(t *testing.T) {
	w, cam, home, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 1})
	if err := b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2)); !errors.Is(err, label.ErrUnreachable) {
		t.Fatal(err)
	}
	w.Probes()
	b.Hears(notify.Lost, 3)
	other := w.Peer(home.User, "other")
	other.Refreshes(name)
	other.Imports(cam, name)
	other.Publishes(name)
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 1, 2))
}

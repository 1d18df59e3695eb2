package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// lavish is a hub that gives more of a partial version than there is.
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
func fetcher(t *testing.T) (b *station, cam *camera, name collection.Name) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	b, cam = w.peer(bob, "bob"), w.camera(ann, 1)
	name = cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	b.hears(t, notify.Shared, 1)
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
			b.reopen(func(cfg *peer.Config) {
				l.Hub = cfg.Hub
				cfg.Hub, cfg.MaxPartial = l, 1<<20
			})
			if err := b.Fetch(t.Context(), ref(name, cam, 0, 0)); !errors.Is(err, transport.ErrTooLarge) || l.sent > 64<<10 {
				t.Errorf("%d bytes taken, %v", l.sent, err)
			}
			if n := b.part(t, cam, name); n != 0 {
				t.Errorf("%d bytes kept", n)
			}
			b.reopen(nil)
			must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
		})
	}
}

// part is how much of the thumbnail of the first photo is kept as a beginning.
func (s *station) part(t *testing.T, cam *camera, name collection.Name) int64 {
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	d, _ := c.Digest(0, 0)
	n, err := s.store.Part(t.Context(), "v/"+name.Author.String()+"/"+d.String())
	must(t, err)
	return n
}

// TestPartialBeyondItsEnd: what broke off beyond the true end of a version does
// not keep others from giving it.
func TestPartialBeyondItsEnd(t *testing.T) {
	b, cam, name := fetcher(t)
	b.reopen(func(cfg *peer.Config) { cfg.Hub = &lavish{Hub: cfg.Hub, size: 9000, ends: 8000} })
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 0)); !errors.Is(err, transport.ErrUnreachable) || b.part(t, cam, name) != 8000 {
		t.Fatalf("a stream that breaks off: %v", err)
	}
	b.reopen(nil)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
	blob, err := b.Open(t.Context(), ref(name, cam, 0, 0))
	must(t, err)
	defer blob.Close()
	data, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
	if err != nil || !bytes.Equal(data, cam.versions[cam.items[0].ID][0]) {
		t.Errorf("other bytes, %v", err)
	}
}

// TestScreenMadeLater: a version that was made after the recipients were told is
// found by who fetches it, although nobody is told.
func TestScreenMadeLater(t *testing.T) {
	w, cam, home, bob, name := atHome(t, 1, collection.Body{})
	home.reopen(func(cfg *peer.Config) { cfg.Render = nil })
	must(t, home.Publish(t.Context(), name))
	bob.hears(t, notify.Shared, 0)
	screen := ref(name, cam, 0, 1)
	if err := bob.Fetch(t.Context(), screen); !errors.Is(err, transport.ErrNotFound) {
		t.Fatalf("a version that nobody has made: %v", err)
	}
	home.reopen(nil)
	must(t, home.Publish(t.Context(), name))
	w.clock = w.clock.Add(time.Minute)
	must(t, bob.Fetch(t.Context(), screen))
}

// asked counts the requests of a station for what is new of a collection.
func (s *station) asked() (n int) {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	for _, line := range s.wire.log {
		if strings.HasPrefix(line, "GET /v1/updates/") {
			n++
		}
	}
	return n
}

// TestOneSearchForManyItems: when the only source of many items is off, the hub
// is asked for others once, and again after a minute, or where somebody insists.
func TestOneSearchForManyItems(t *testing.T) {
	w, cam, _, b, name := gone(t, hub.Config{})
	fetchAll := func() int {
		t.Helper()
		before := b.asked()
		for i := range cam.items {
			if err := b.Fetch(t.Context(), ref(name, cam, i, 2)); !errors.Is(err, label.ErrUnreachable) {
				t.Errorf("item %d: %v", i, err)
			}
		}
		return b.asked() - before
	}
	if n := fetchAll(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	before := b.asked()
	_ = b.Fetch(t.Context(), ref(name, cam, 0, 2))
	_ = b.Fetch(t.Context(), ref(name, cam, 0, 2))
	if n := b.asked() - before; n != 2 {
		t.Errorf("asked %d times for one item", n)
	}
	w.clock = w.clock.Add(time.Minute)
	if n := fetchAll(); n != 1 {
		t.Errorf("asked %d times a minute later", n)
	}
}

// TestSearchAfterNews: news end that minute.
func TestSearchAfterNews(t *testing.T) {
	w, cam, home, b, name := gone(t, hub.Config{MaxFailedProbes: 1})
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrUnreachable) {
		t.Fatal(err)
	}
	must(t, w.hub.Probe(t.Context()))
	b.hears(t, notify.Lost, 3)
	other := w.peer(home.user, "other")
	must(t, other.Refresh(t.Context(), name))
	other.gets(t, name, cam)
	must(t, other.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 1, 2)))
}

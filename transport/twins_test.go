package transport_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// twin gives version v of item i the bytes of version u of item j.
func (c *camera) twin(i, v, j, u int) {
	photo := c.versions[c.items[i].ID]
	photo[v] = c.versions[c.items[j].ID][u]
	c.versions[c.items[i].ID] = photo
}

// copies makes items exact copies of the first one.
func (c *camera) copies(items ...int) {
	for _, i := range items {
		c.twin(i, 0, 0, 0)
		c.twin(i, 2, 0, 2)
	}
}

// kinds of collections of three photos with versions that are equal.
var kinds = map[string]struct {
	make       func(*camera)
	thumbnails int64 // that differ
	originals  int
}{
	"copies":             {func(c *camera) { c.copies(1, 2) }, 1, 1},
	"another rating":     {func(c *camera) { c.twin(1, 0, 0, 0); c.twin(2, 0, 0, 0) }, 1, 3},
	"another thumbnail":  {func(c *camera) { c.twin(1, 2, 0, 2) }, 3, 2},
	"small photos":       {func(c *camera) { c.twin(1, 2, 1, 0); c.twin(2, 2, 0, 0) }, 3, 3},
	"the other way":      {func(c *camera) { c.twin(1, 0, 0, 0); c.twin(0, 2, 0, 0); c.twin(1, 2, 0, 0); c.twin(2, 2, 0, 0) }, 2, 0},
	"nothing in it":      {func(c *camera) { c.blank(0); c.blank(2) }, 2, 3},
	"of another in time": {func(c *camera) { c.copies(2) }, 2, 2},
}

// blank makes a thumbnail of no bytes.
func (c *camera) blank(i int) {
	photo := c.versions[c.items[i].ID]
	photo[0] = []byte{}
	c.versions[c.items[i].ID] = photo
}

// reads counts the requests for versions.
func (w *wire) reads() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.log {
		if strings.HasPrefix(line, "GET /v1/versions/") || strings.HasPrefix(line, "GET /v1/originals/") {
			n++
		}
	}
	return n
}

// fetchAll fetches one version of all photos, at once or one after the other.
func (s *station) fetchAll(t *testing.T, name collection.Name, cam *camera, version int, atOnce bool) {
	t.Helper()
	var all sync.WaitGroup
	for i := range cam.items {
		all.Go(func() {
			if err := s.Fetch(t.Context(), ref(name, cam, i, version)); err != nil {
				t.Errorf("version %d of item %d: %v", version, i, err)
			}
		})
		if !atOnce {
			all.Wait()
		}
	}
	all.Wait()
}

// shows checks that all photos open, with their own bytes.
func (s *station) shows(t *testing.T, name collection.Name, cam *camera, version int) {
	t.Helper()
	v, err := s.View(t.Context(), name)
	must(t, err)
	for i, item := range cam.items {
		b, err := s.Open(t.Context(), ref(name, cam, i, version))
		must(t, err)
		data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
		must(t, errors.Join(err, b.Close()))
		at, _ := v.Collection().Index(item.ID)
		if !bytes.Equal(data, cam.versions[item.ID][version]) || !v.Held(at).Has(version) {
			t.Errorf("version %d of item %d: %d other bytes, held %v", version, i, len(data), v.Held(at))
		}
	}
}

// TestTwins: of versions with equal bytes one goes over each link, and all items
// have them, whether they are wanted at once or one after the other.
func TestTwins(t *testing.T) {
	for what, kind := range kinds {
		for _, atOnce := range []bool{true, false} {
			t.Run(what, func(t *testing.T) {
				w := newWorld(t, hub.Config{})
				ann, bob := w.user("ann"), w.user("bob")
				cam, home, b := w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob")
				home.reopen(func(cfg *peer.Config) { cfg.Render = nil })
				kind.make(cam)
				name := cam.make("title", bob)
				answer, err := cam.Share(t.Context(), cam.hub, name)
				must(t, err)
				if sent := cam.wire.sent.Load(); answer.Next != transport.Done || sent > kind.thumbnails*4096+2500 {
					t.Errorf("%v after %d bytes", answer.Next, sent)
				}
				b.hears(t, notify.Shared, 3)
				b.fetchAll(t, name, cam, 0, atOnce)
				b.shows(t, name, cam, 0)
				if n := b.wire.reads(); n != int(kind.thumbnails) {
					t.Errorf("%d thumbnails came", n)
				}

				_, err = cam.Share(t.Context(), cam.link(home), name)
				must(t, err)
				must(t, home.Publish(t.Context(), name))
				b.hears(t, notify.Available, 0)
				b.wire.log = nil
				b.fetchAll(t, name, cam, 2, atOnce)
				b.shows(t, name, cam, 2)
				if n := b.wire.reads(); n > kind.originals {
					t.Errorf("%d originals came", n)
				}
			})
		}
	}
}

// TestTwinsAtHome: exact copies go home once, their screens go to the hub once, and
// all are complete.
func TestTwinsAtHome(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob")
	home.reopen(func(cfg *peer.Config) { cfg.Workers = 3 })
	cam.copies(1, 2)
	name := cam.make("title", bob)
	var local wire
	caller := httplink.Caller{User: ann, Signer: cam.signer, Statement: cam.statement, Now: w.now}
	_, err := cam.Share(t.Context(), httplink.NewClient(home.url, httplink.Sealed(caller, ann), httplink.Options{HTTP: local.client()}), name)
	must(t, err)
	if n := local.sent.Load(); n < 70_000 || n > 70_000+2*4096+2500 {
		t.Errorf("%d bytes went home", n)
	}
	home.shows(t, name, cam, 2)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	b.fetchAll(t, name, cam, 1, true)
	if n := b.wire.reads(); n != 1 {
		t.Errorf("%d screens came", n)
	}
}

// TestTwinUploadsAtOnce: uploads of twins over several connections at the same time
// all succeed.
func TestTwinUploadsAtOnce(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 3), w.peer(bob, "bob")
	cam.copies(1, 2)
	names := []collection.Name{cam.make("one", bob), cam.make("two", bob)}
	var all sync.WaitGroup
	for _, name := range names {
		cam.offers(t, name)
		for i := range cam.items {
			all.Go(func() {
				data := bytes.NewReader(cam.versions[cam.items[i].ID][0])
				if _, err := cam.hub.PutVersion(t.Context(), ref(name, cam, i, 0), 0, data); err != nil {
					t.Errorf("item %d: %v", i, err)
				}
			})
		}
		all.Go(func() {
			if _, err := cam.Share(t.Context(), cam.hub, name); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	news, err := b.Receive(t.Context())
	if must(t, err); len(news) != 2 {
		t.Errorf("heard %+v", news)
	}
	for _, name := range names {
		b.fetchAll(t, name, cam, 0, true)
		b.shows(t, name, cam, 0)
	}
	if n := b.wire.reads(); n != 1 {
		t.Errorf("%d thumbnails came for two collections", n)
	}
}

package hub_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// disk is a store of which a test sees, delays or fails single steps.
type disk struct {
	transport.Store
	got   func(key string)                   // after each Get; nil = nobody looks
	apply func(all []transport.Change) error // before each Apply, likewise
}

func (d *disk) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	found, err := d.Store.Get(ctx, keys...)
	if d.got != nil {
		for _, key := range keys {
			d.got(key)
		}
	}
	return found, err
}

func (d *disk) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if d.apply != nil {
		if err := d.apply(b.Changes); err != nil {
			return 0, err
		}
	}
	return d.Store.Apply(ctx, b)
}

// sisters are collections of the same photos, each with a reader of its own. The
// home peer has the originals.
type sisters struct {
	w       *labtest.World
	disk    *disk // the hub's
	cam     *labtest.Camera
	home    *labtest.Peer
	names   []collection.Name
	readers []collection.UserID
}

func newSisters(t *testing.T, photos int, titles ...string) *sisters {
	s := &sisters{disk: &disk{Store: new(memstore.Store)}}
	s.w = labtest.New(t, hub.Config{Store: s.disk})
	ann := s.w.User("ann")
	s.cam, s.home = s.w.Camera(ann, photos), s.w.Peer(ann, "home")
	for _, title := range titles {
		reader := s.w.User("reader-of-" + title)
		s.names, s.readers = append(s.names, s.cam.Album(title, reader)), append(s.readers, reader)
	}
	return s
}

// share shares one of them with the hub, and with the home peer.
func (s *sisters) share(t *testing.T, i int) {
	t.Helper()
	s.cam.Shares(s.names[i])
	s.cam.Syncs(s.home, s.names[i])
}

func (s *sisters) labelled(t *testing.T, i int) int {
	t.Helper()
	return s.w.Labelled(s.readers[i], s.names[i])
}

// TestCompletedBesideWithdrawn: an item that is withdrawn in one collection does
// not keep the labels on its others.
func TestCompletedBesideWithdrawn(t *testing.T) {
	s := newSisters(t, 3, "one", "two")
	s.share(t, 0)
	s.share(t, 1)
	s.home.Withdraws(s.names[1], s.cam.Items[0].ID)
	s.home.Publishes(s.names[0])
	if n := s.labelled(t, 0); n != 0 {
		t.Errorf("%d labels where nothing is withdrawn", n)
	}
	if n := s.labelled(t, 1); n != 1 {
		t.Errorf("%d labels beside the withdrawn item's", n-1)
	}
}

// TestCompletedBesideTrouble: where a label cannot be taken off now, the others go
// all the same, and it is tried again.
func TestCompletedBesideTrouble(t *testing.T) {
	s := newSisters(t, 1, "one", "two", "three")
	for i := range s.names {
		s.share(t, i)
	}
	full := errors.New("no space")
	s.disk.apply = func(all []transport.Change) error {
		for _, c := range all {
			if c.Key == "c/"+s.names[1].String() {
				return errors.Join(transport.ErrStorage, full)
			}
		}
		return nil
	}
	s.home.Publishes(s.names[0])
	s.disk.apply = nil
	for i, want := range []int{0, 1, 0} {
		if n := s.labelled(t, i); n != want {
			t.Errorf("collection %d has %d labels, want %d", i, n, want)
		}
	}
	s.w.Pass(time.Minute)
	s.w.Probes()
	if n := s.labelled(t, 1); n != 0 {
		t.Errorf("%d labels in the end", n)
	}
}

// TestSharedAtOnce: of two collections of one photo that are first shared at the
// same time, each loses its label when the other is published.
func TestSharedAtOnce(t *testing.T) {
	for published := range 2 {
		s := newSisters(t, 1, "one", "two")
		s.disk.got = func(key string) {
			if strings.HasPrefix(key, "i/") {
				time.Sleep(20 * time.Millisecond)
			}
		}
		errs := make(chan error)
		for _, name := range s.names {
			go func() {
				_, err := s.cam.Share(context.Background(), s.cam.ToHub(), name)
				errs <- err
			}()
		}
		for range s.names {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		s.disk.got = nil
		for i := range s.names {
			s.share(t, i)
		}
		s.home.Publishes(s.names[published])
		if n := s.labelled(t, 1-published); n != 0 {
			t.Errorf("collection %d keeps %d labels", 1-published, n)
		}
	}
}

// TestSharedWhileAnnounced: a collection that is first shared while another one
// of the same photo is published has no label in the end.
func TestSharedWhileAnnounced(t *testing.T) {
	s := newSisters(t, 1, "one", "two")
	s.share(t, 0)
	published := make(chan error, 1)
	other := "c/" + s.names[0].Author.String() + "/" + s.names[0].ID.String()
	s.disk.got = func(key string) {
		if key != other {
			return
		}
		s.disk.got = nil // it has looked who serves the photo, and is not stored yet
		go func() { published <- s.home.Author.Publish(context.Background(), s.names[0]) }()
		select {
		case err := <-published:
			published <- err
		case <-time.After(100 * time.Millisecond):
		}
	}
	s.cam.Shares(s.names[1])
	labtest.Must(t, <-published)
	for i := range s.names {
		if n := s.labelled(t, i); n != 0 {
			t.Errorf("collection %d keeps %d labels", i, n)
		}
	}
}

// TestHostileAnnouncement: an announcement is checked before it counts.
func TestHostileAnnouncement(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	both := transport.BitsOf(0, 1)
	say := func(s *labtest.Peer, at transport.Source, items transport.Bits) error {
		_, err := s.ToHub().Announce(t.Context(), transport.Announcement{Author: cam.User, ID: name.ID, Items: items, URL: at.URL, Endpoint: at.Endpoint})
		return err
	}
	elsewhere := home.Source()
	elsewhere.URL = "http://relay"
	for what, c := range map[string]struct{ got, want error }{
		"by a recipient":        {say(b, home.Source(), both), transport.ErrForbidden},
		"nobody there":          {say(home, lab.SourceAt(home.Station, "http://127.0.0.1:1"), both), transport.ErrUnreachable},
		"what it does not have": {say(home, home.Source(), both), transport.ErrNotFound},
		"no address":            {say(home, transport.Source{}, both), transport.ErrPeerKey},
		"an unsealed address":   {say(home, elsewhere, both), transport.ErrPeerKey},
		"another's station":     {say(home, b.Source(), both), transport.ErrPeerKey},
		"an item that is not":   {say(home, home.Source(), transport.BitsOf(2)), transport.ErrMalformed},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", what, c.got, c.want)
		}
	}
	v, err := w.Hub.Hub.As(cam.User).Collection(t.Context(), name)
	labtest.Must(t, err)
	if c, err := collection.Decode(v.Collection); err != nil || c.Labelled() != 2 || len(v.Sources) > 0 {
		t.Errorf("labels are gone: %v", err)
	}
}

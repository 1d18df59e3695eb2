package gallery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestLyingHubAtHome: a home takes none of its hub's lies about an album and shows the album as its
// author has sealed it; what a home must believe, since it hears it first, the pages that it serves
// show as a lie to who knows better; and they would show any other that it passed on.
func TestLyingHubAtHome(t *testing.T) {
	l, bobs := shownAtHome(t)
	t.Run("a home that knows the album", func(t *testing.T) { l.keepsAlbum(t, bobs) })
	t.Run("a home that knows nothing", func(t *testing.T) { l.takesNone(t, bobs) })
	t.Run("the pages themselves", func(*testing.T) {
		l.shows(bobs)
		l.findsLies(func(string) {})
	})
	t.Run("a key left out, and nobody seen before", func(t *testing.T) {
		l.p = browsertest.New(l.t)
		l.shows(bobs)
		l.lie = func(s *transport.State) { s.Keys = nil }
		if kind, says := l.vouched(); kind != "unknown" {
			t.Errorf("%s, %q", kind, says)
		}
		l.isHonest()
	})
}

// shownAtHome is an album of Ann's that Bob's home has, and shows.
func shownAtHome(t *testing.T) (*lent, *labtest.Peer) {
	w := browsertest.World(t, hub.Config{})
	l := &lent{inn: &inn{t: t, w: w}, p: browsertest.New(t)}
	ann := w.User("ann")
	l.bob, l.cam, l.home = w.User("bob"), w.Camera(ann, 0), w.Peer(ann, "home")
	browsertest.Photos(t, l.cam, 3)
	l.name = l.cam.Album("Holidays", l.bob)
	l.cam.Syncs(l.home, l.name)
	l.home.Publishes(l.name)
	bobs := w.Peer(l.bob, "bobs")
	bobs.Refreshes(l.name)
	l.shows(bobs)
	return l, bobs
}

// shows has Bob look at the pages of a home.
func (l *lent) shows(home *labtest.Peer) {
	l.t.Helper()
	l.serves(gallery.OfHome(home.Station.Peer, l.w.Hub.Hub.PublicKey(), nil, httplink.HandlerOptions{}))
	l.p.SignIn(l.origin, l.bob)
}

// hears has a home ask its hub for the album, which answers with a lie.
func (l *lent) hears(home *labtest.Peer, lie func(*transport.State)) error {
	l.w.Put(home.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		answer, err := network.RoundTrip(r)
		if err != nil || answer.StatusCode != http.StatusOK {
			return answer, err
		}
		tell := lie
		switch {
		case strings.HasPrefix(r.URL.Path, "/v1/updates/"):
			tell = func(s *transport.State) { s.Edition = collection.Digest{1} } // so that it asks for the whole
		case !strings.HasPrefix(r.URL.Path, "/v1/collections/"):
			return answer, nil
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		data = changed(l.t, data, tell)
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		return answer, nil
	})
	defer l.w.Put(home.Name, nil)
	return home.Reader.Refresh(context.Background(), l.name)
}

// saysOf is what a home says of the album to Bob.
func (l *lent) saysOf(home *labtest.Peer) (transport.State, error) {
	return home.As(transport.Identity{User: l.bob}).Collection(context.Background(), l.name)
}

// keepsAlbum: what a home has is what its pages show, whatever the hub says of it.
func (l *lent) keepsAlbum(t *testing.T, bobs *labtest.Peer) {
	before, err := l.saysOf(bobs)
	labtest.Must(t, err)
	lies := l.altered()
	lies["another key for the author"], lies["the hub's own word"] = l.byAnother, l.byHub
	for what, lie := range lies {
		if err := l.hears(bobs, lie); err == nil && what != "other ranks" { // that update alone is left out
			t.Errorf("%s is taken", what)
		}
		if after, err := l.saysOf(bobs); err != nil || !reflect.DeepEqual(after, before) {
			t.Errorf("%s: it says another thing: %v", what, err)
		}
	}
	labtest.Must(t, l.hears(bobs, func(s *transport.State) { s.Keys = nil })) // it knows them
	l.isHonest()
}

// takesNone: a home that has nothing yet takes nothing that is altered, or of which a key is left
// out, and shows nothing of it. Whose key it is that the hub vouches for it cannot know: the page
// does, in a browser that has seen another one.
func (l *lent) takesNone(t *testing.T, bobs *labtest.Peer) {
	lies := l.altered()
	delete(lies, "other ranks") // what one who is no party says is left out, and the album is what it was
	lies["keys left out"], lies["the hub's own word"] = func(s *transport.State) { s.Keys = nil }, l.byHub
	n := 0
	fresh := func() *labtest.Peer {
		n++
		return l.w.Peer(l.bob, fmt.Sprint("fresh", n))
	}
	var home *labtest.Peer
	for what, lie := range lies {
		home = fresh()
		if err := l.hears(home, lie); err == nil {
			t.Errorf("%s is taken", what)
		}
		if _, err := l.saysOf(home); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%s: it says %v", what, err)
		}
	}
	l.shows(home)
	l.p.Open(l.origin + "/")
	l.p.Until(`document.body.dataset.ready`)
	if got := text(l.p, ".albums"); got != "" {
		t.Errorf("it shows %s", got)
	}
	home = fresh()
	labtest.Must(t, l.hears(home, l.byAnother))
	l.shows(home)
	if kind, says := l.vouched(); kind != "changed" || !strings.HasPrefix(says, "Careful") {
		t.Errorf("another key for the author: %s, %q", kind, says)
	}
	l.shows(bobs)
	l.vouched() // as before, for what was warned of stays
	l.firstKeyStays()
}

// byHub has the hub seal another title itself.
func (l *lent) byHub(s *transport.State) {
	c, err := collection.Decode(s.Collection)
	labtest.Must(l.t, err)
	c, err = c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "By the hub" })
	labtest.Must(l.t, err)
	c, err = c.CoSign(context.Background(), l.w.Hub.Signer, l.w.Now())
	labtest.Must(l.t, err)
	s.Collection, err = c.MarshalBinary()
	labtest.Must(l.t, err)
}

package peer_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// isTold checks that a mistake is an error of a kind, with words that name it.
func isTold(t *testing.T, what string, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
		return
	}
	for _, word := range words {
		if word != "" && !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, which does not speak of %q", what, err, word)
		}
	}
}

// TestMistakes: of the mistakes of the first week with a home each is told, or does no harm.
func TestMistakes(t *testing.T) {
	nobodys := httptest.NewServer(nil)
	nobodys.Close()
	for what, mistake := range map[string]struct {
		change func(cfg *peer.Config, bob *labtest.Peer)
		want   error
		words  string
	}{
		"no Renderer":           {func(cfg *peer.Config, _ *labtest.Peer) { cfg.Render = nil }, nil, ""},
		"a URL of nobody's":     {func(cfg *peer.Config, _ *labtest.Peer) { cfg.URL = nobodys.URL }, transport.ErrUnreachable, ""},
		"no URL":                {func(cfg *peer.Config, _ *labtest.Peer) { cfg.URL = "" }, transport.ErrUnreachable, "URL"},
		"somebody else's token": {func(cfg *peer.Config, bob *labtest.Peer) { cfg.Hub = bob.ToHub() }, transport.ErrForbidden, ""},
	} {
		w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
		cam.Shares(name)
		cam.Syncs(home, name)
		home.Restart(func(cfg *peer.Config) { mistake.change(cfg, bob) })
		err := home.Author.Publish(t.Context(), name)
		isTold(t, what, err, mistake.want, mistake.words)
		if labelled := w.Labelled(bob.User, name); (err == nil) != (labelled == 0) && what != "a URL of nobody's" {
			t.Errorf("%s: %v, and %d labels at the hub", what, err, labelled)
		}
		if labelled := home.Views(name).Labelled(); err == nil && labelled > 0 {
			t.Errorf("%s: published, and %d labels at home", what, labelled)
		}
	}
}

// TestMistakesOfACamera: so it is with those of a camera.
func TestMistakesOfACamera(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	syncs := func(change func(*httplink.Caller)) error {
		c := cam.Caller()
		change(&c)
		_, err := cam.Sync(t.Context(), httplink.NewClient(home.URL(), httplink.Sealed(c, home.Key()), httplink.Options{HTTP: cam.HTTP, Key: home.Key()}), name)
		return err
	}
	late := func(c *httplink.Caller) { c.Now = func() time.Time { return w.Now().Add(-time.Hour) } }
	isTold(t, "a clock an hour off", syncs(late), transport.ErrUnauthenticated, "clock")
	stranger := func(c *httplink.Caller) { c.Statement, c.Signer = nil, lab.Signer("no station's") }
	isTold(t, "a key without a statement", syncs(stranger), transport.ErrUnauthenticated)

	c, _ := cam.Encoded(name)
	cam.Add(2)
	cam.Restart(new(memstore.Store)) // which has forgotten it
	h := c.Header()
	_, err := cam.Make(t.Context(), collection.Header{ID: h.ID, Created: h.Created, Authority: h.Authority, Title: h.Title},
		collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob.User}})
	labtest.Must(t, err)
	_, err = cam.Share(t.Context(), cam.ToHub(), name)
	isTold(t, "an item added to what is shared", err, transport.ErrDiffers)

	_, err = httplink.NewClient("127.0.0.1:80", nil, httplink.Options{}).Changes(t.Context(), transport.ChangesRequest{})
	isTold(t, "a base without a scheme", err, transport.ErrUnreachable, "address")
	_, err = httplink.NewClient(w.Hub.URL()+"/", httplink.Bearer(cam.Token), httplink.Options{HTTP: cam.HTTP}).Updates(t.Context(), name)
	labtest.Must(t, err) // a base with a slash at its end
}

package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
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

// blinded is an album of ann's that eve reads by her mail address, and that carol may
// complete. All originals are at ann's home and at carol's.
type blinded struct {
	*labtest.World
	cam               *labtest.Camera
	home, carols, eve *labtest.Peer
	name              collection.Name
}

// newBlinded is one that is published before eve has joined; with joins, she joins then.
func newBlinded(t *testing.T, photos int, joins bool) *blinded {
	w := labtest.New(t, hub.Config{})
	ann, carol := w.User("ann"), w.User("carol")
	b := &blinded{World: w, cam: w.Camera(ann, photos), home: w.Peer(ann, "home"), carols: w.Peer(carol, "carols")}
	name, err := b.cam.MakeFor(t.Context(), collection.Header{Title: "Picnic"},
		collection.Body{Items: b.cam.Items, Completers: []collection.UserID{carol}}, "eve@example.org")
	labtest.Must(t, err)
	b.name = name
	b.cam.Shares(name)
	b.cam.Syncs(b.home, name)
	b.home.Publishes(name)
	labtest.Must(t, b.carols.Reader.Refresh(t.Context(), name))
	for i := range b.cam.Items {
		b.carols.Fetches(b.cam.Ref(name, i, 2))
	}
	if joins {
		b.eve = w.Peer(w.User("eve"), "eve")
		b.eve.Hears(notify.Shared, 0)
	}
	return b
}

// asks asks a station for originals as a user with a gate of its own would, one by one and
// together.
func (b *blinded) asks(user, at *labtest.Peer) (errs []error) {
	b.T.Helper()
	to := user.To(at.Station)
	one, err := to.Original(b.T.Context(), b.cam.Ref(b.name, 0, 2), 0, -1)
	if err == nil {
		_, err = io.Copy(io.Discard, one)
		one.Close()
	}
	many, errMany := to.Originals(b.T.Context(), b.name, transport.AllBits(2))
	if errMany == nil {
		_, errMany = transport.NewOriginalsReader(many).Next()
		many.Close()
	}
	return []error{err, errMany}
}

func (b *blinded) refuses(user, at *labtest.Peer) {
	b.T.Helper()
	for _, err := range b.asks(user, at) {
		if !errors.Is(err, transport.ErrPending) {
			b.T.Errorf("%s asks %s for an original: %v", user.Name, at.Name, err)
		}
	}
}

func (b *blinded) serves(user, at *labtest.Peer) {
	b.T.Helper()
	for _, err := range b.asks(user, at) {
		labtest.Must(b.T, err)
	}
}

// TestHubMakesItselfAReader: a hub that names its own user for every address gets previews,
// which it has anyhow, and no original: of no station of the author's, nor of a completer.
func TestHubMakesItselfAReader(t *testing.T) {
	b := newBlinded(t, 2, false)
	loft := b.Peer(b.home.User, "loft")
	mallory := b.Peer(b.User("mallory"), "mallory")
	labtest.Must(t, loft.Reader.Refresh(t.Context(), b.name))
	for i := range b.cam.Items {
		loft.Fetches(b.cam.Ref(b.name, i, 2))
	}
	s, err := b.Hub.Hub.As(b.home.User).Collection(t.Context(), b.name)
	labtest.Must(t, err)
	c, err := collection.Decode(s.Collection)
	labtest.Must(t, err)
	for address := range c.Addresses() {
		c, err = c.Resolve(t.Context(), b.Hub.Signer, address, mallory.User, b.Now())
		labtest.Must(t, err)
		forged, err := c.Accept(t.Context(), b.Hub.Signer, address, mallory.User, b.Now())
		labtest.Must(t, err)
		b.takesNoForgery(loft, s, forged)
	}
	s.Collection, err = c.MarshalBinary()
	labtest.Must(t, err)
	for _, at := range []*labtest.Peer{b.home, loft, b.carols} {
		at.Restart(func(cfg *peer.Config) { cfg.Hub = &forger{Hub: cfg.Hub, state: s} })
		b.refuses(mallory, at)
		if v, err := at.Reader.View(t.Context(), b.name); err != nil || !v.Collection().MayRead(mallory.User) {
			t.Errorf("%s has not heard of it: %v", at.Name, err)
		}
		b.Pass(time.Hour)
		b.refuses(mallory, at)
	}
	thumb, err := mallory.To(b.home.Station).Version(t.Context(), b.cam.Ref(b.name, 0, 0), 0)
	labtest.Must(t, err)
	labtest.Must(t, thumb.Close())
}

// takesNoForgery checks that a station refuses what a hub has sealed for the author.
func (b *blinded) takesNoForgery(at *labtest.Peer, s transport.State, c collection.Collection) {
	b.T.Helper()
	var err error
	s.Collection, err = c.MarshalBinary()
	labtest.Must(b.T, err)
	at.Restart(func(cfg *peer.Config) { cfg.Hub = &forger{Hub: cfg.Hub, state: s} })
	_ = at.Reader.Refresh(b.T.Context(), b.name)
	if v, err := at.Reader.View(b.T.Context(), b.name); err != nil || len(maps.Collect(v.Collection().Resolved())) > 0 {
		b.T.Errorf("%s takes the hub's word for the author's: %v", at.Name, err)
	}
}

// TestAuthorAccepts: who has joined sees why there is no original, without a request; the
// author hears of it, says yes, and who has joined hears again, and is served by everybody.
func TestAuthorAccepts(t *testing.T) {
	b := newBlinded(t, 2, true)
	var log bytes.Buffer
	b.home.Restart(func(cfg *peer.Config) { cfg.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	ref := b.cam.Ref(b.name, 0, 2)
	before := b.eve.Requests.Load()
	for _, err := range []error{b.eve.Reader.Fetch(t.Context(), ref), b.eve.Reader.Print(t.Context(), ref, io.Discard)} {
		if !errors.Is(err, label.ErrUnaccepted) || !errors.Is(err, label.ErrPending) || b.eve.Requests.Load() != before {
			t.Errorf("refused with %v", err)
		}
	}
	labtest.Must(t, b.eve.Reader.Wish(t.Context(), ref))
	b.refuses(b.eve, b.home)
	b.refuses(b.eve, b.carols)
	b.home.Hears(notify.Resolved, 0)
	if s := log.String(); strings.Count(s, "reader unaccepted") != 1 {
		t.Errorf("logged: %s", s)
	}
	v, err := b.home.Reader.View(t.Context(), b.name)
	labtest.Must(t, err)
	for _, user := range maps.Collect(v.Collection().Unaccepted()) {
		b.home.AcceptsReader(b.name, user)
	}
	b.serves(b.eve, b.home)
	b.Pass(time.Hour)
	b.serves(b.eve, b.carols) // which asks the hub what is new
	b.eve.Hears(notify.Available, 0)
	if wishes, err := b.eve.Reader.Wishes(t.Context()); err != nil || len(wishes) > 0 {
		t.Errorf("still wished for: %v, %v", wishes, err)
	}
	b.eve.Fetches(b.cam.Ref(b.name, 1, 2))
	b.home.Retitles(b.name, "another")
	b.serves(b.eve, b.home)
}

// TestPolicyAccepts: where the home accepts whom the hub names, nobody has to do anything.
func TestPolicyAccepts(t *testing.T) {
	for _, photos := range []int{2, 60} { // of many, the home shares but the name first
		b := newBlinded(t, photos, true)
		b.accepts(b.eve)
		b.serves(b.eve, b.home) // it asks the hub, and accepts
		b.eve.Hears(notify.Available, 0)
		b.eve.Fetches(b.cam.Ref(b.name, 0, 2))
		again := newBlinded(t, photos, true)
		again.accepts(again.eve)
		again.home.Publishes(again.name)
		again.home.Hears(notify.Resolved, 0)
		again.eve.Hears(notify.Available, 0)
		again.serves(again.eve, again.home)
	}
}

// TestAcceptedWhileTheHubIsAway: whom the author accepts while the hub does not answer is
// accepted everywhere when the home publishes next, as all is that it says.
func TestAcceptedWhileTheHubIsAway(t *testing.T) {
	for _, photos := range []int{2, 60} { // of many, the home shares but the name first
		b := newBlinded(t, photos, true)
		b.home.Hears(notify.Resolved, 0)
		b.Put("home", func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, errors.New("no network") })
		if err := b.home.Author.AcceptReader(t.Context(), b.name, b.eve.User); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("accepted with %v", err)
		}
		b.Put("home", nil)
		b.home.Publishes(b.name)
		b.Pass(time.Hour)
		b.serves(b.eve, b.carols)
		b.eve.Hears(notify.Available, 0)
	}
}

// accepts has the home accept a user, whenever the hub names it.
func (b *blinded) accepts(u *labtest.Peer) {
	b.home.Restart(func(cfg *peer.Config) {
		cfg.AcceptReader = func(_ context.Context, name collection.Name, user collection.UserID) bool {
			return name == b.name && user == u.User
		}
	})
}

// TestWhoMayAccept: the author alone, of those whom the hub has named.
func TestWhoMayAccept(t *testing.T) {
	b := newBlinded(t, 2, true)
	labtest.Must(t, b.carols.Reader.Refresh(t.Context(), b.name))
	for _, p := range []*labtest.Peer{b.carols, b.eve} {
		if err := p.Author.AcceptReader(t.Context(), b.name, b.eve.User); !errors.Is(err, transport.ErrForbidden) {
			t.Errorf("%s accepts: %v", p.Name, err)
		}
	}
	if err := b.home.Author.AcceptReader(t.Context(), b.name, collection.UserID{1}); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a stranger is accepted: %v", err)
	}
}

// greedy is a hub that asks for all versions, and notes which come.
type greedy struct {
	transport.Hub
	versions map[int]int
}

func (g *greedy) Share(_ context.Context, share transport.Share) (transport.Answer, error) {
	return transport.Answer{Next: transport.Upload, Missing: share.Offers}, nil
}

func (g *greedy) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	in := transport.NewUploadReader(stream)
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			return transport.Answer{Next: transport.Done}, nil
		}
		if err != nil {
			return transport.Answer{}, err
		}
		g.versions[f.Version]++
	}
}

// TestHubAsksForOriginals: a hub that asks a home for originals gets none, and an honest one
// asks for none, whatever versions there are.
func TestHubAsksForOriginals(t *testing.T) {
	w, cam, home, _, name := labtest.NewAlbum(t, hub.Config{RequiredFromPeer: label.MaxVersions}, 2)
	cam.Shares(name)
	cam.Syncs(home, name)
	g := &greedy{versions: map[int]int{}}
	home.Restart(func(cfg *peer.Config) { g.Hub = cfg.Hub; cfg.Hub = g })
	_ = home.Author.Publish(t.Context(), name)
	if g.versions[0] == 0 || g.versions[2] > 0 {
		t.Errorf("versions that came: %v", g.versions)
	}
	home.Restart(nil)
	home.Publishes(name)
	for i := range cam.Items {
		if _, err := w.Hub.Store.Open(t.Context(), cam.BlobKey(name, i, 2)); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("the hub has an original: %v", err)
		}
	}
}

package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestSharedTwiceBeforeTheSync: both collections are labelled, and one sync
// and one announcement complete both.
func TestSharedTwiceBeforeTheSync(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam, home, b, e := w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob"), w.peer(eve, "eve")
	first, second := cam.make("for Bob", bob), cam.make("for Eve", eve)
	for _, name := range []collection.Name{first, second} {
		_, err := cam.Share(t.Context(), cam.hub, name)
		must(t, err)
	}
	if n := cam.wire.requests.Load(); n != 3 {
		t.Errorf("%d requests: the thumbnails were sent twice", n)
	}
	b.hears(t, notify.Shared, 3)
	e.hears(t, notify.Shared, 3)
	_, err := cam.Share(t.Context(), cam.link(home), first)
	must(t, err)
	must(t, home.Publish(t.Context(), first))
	b.hears(t, notify.Available, 0)
	e.hears(t, notify.Available, 0)
	must(t, e.Fetch(t.Context(), ref(second, cam, 0, 2)))
}

// hears expects one notification.
func (s *station) hears(t *testing.T, reason notify.Reason, labelled int) {
	t.Helper()
	news, err := s.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Reason != reason || news[0].Labelled != labelled {
		t.Fatalf("heard %+v, want reason %d and %d labels", news, reason, labelled)
	}
}

// TestCompleteItemSharedAgain: a complete item is not labelled in a later
// collection, although the hub's cache has lost its thumbnail; a partial one is;
// and only what has expired is asked for again.
func TestCompleteItemSharedAgain(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	old := cam.make("old", bob)
	_, err := cam.Share(t.Context(), cam.hub, old)
	must(t, err)
	_, err = cam.Share(t.Context(), cam.link(home), old)
	must(t, err)
	must(t, home.Publish(t.Context(), old))
	b.hears(t, notify.Shared, 0) // the two notifications have become one

	w.expire(t, cam, old, 0)
	cam.add(2)
	name := cam.make("new", bob)
	sent := cam.wire.sent.Load()
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	if n := cam.wire.sent.Load() - sent; n < 2*4096 || n > 2*4096+2000 {
		t.Errorf("%d bytes sent for two thumbnails", n)
	}
	b.hears(t, notify.Shared, 1)
	v, err := b.View(t.Context(), name)
	must(t, err)
	for i, want := range []bool{false, false, true} {
		if _, rank := v.Collection().At(i); rank.Labelled() != want {
			t.Errorf("item %d: %v", i, rank)
		}
	}
	must(t, b.Fetch(t.Context(), ref(name, cam, 1, 2)))
}

// expire removes a thumbnail from the hub's cache.
func (w *world) expire(t *testing.T, cam *camera, name collection.Name, i int) {
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	d, _ := c.Digest(i, 0)
	must(t, w.hubStore.Delete(t.Context(), "v/"+c.Author().String()+"/"+d.String()))
}

// TestOutsider: who may not read a collection cannot tell it from one that is
// not there, and gains nothing by knowing an item's id and digests.
func TestOutsider(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, mallory := w.user("ann"), w.user("bob"), w.user("mallory")
	cam, home, m := w.camera(ann, 2), w.peer(ann, "home"), w.peer(mallory, "mallory")
	name := cam.make("private", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))

	none := collection.Name{Author: ann, ID: collection.ID{1}}
	ask := func(n collection.Name) (errs []error) {
		r := transport.Ref{Collection: n, Item: cam.items[0].ID}
		_, err := m.hub.Collection(t.Context(), n)
		errs = append(errs, err)
		_, err = m.hub.Updates(t.Context(), n)
		errs = append(errs, err)
		_, err = m.hub.Version(t.Context(), r, 0)
		errs = append(errs, err)
		_, err = m.hub.Upload(t.Context(), n, bytes.NewReader([]byte{0x82, 0, 0x40}))
		errs = append(errs, err)
		_, err = m.hub.PutVersion(t.Context(), r, 0, bytes.NewReader(nil))
		errs = append(errs, err)
		_, err = m.hub.Announce(t.Context(), transport.Announcement{Author: n.Author, ID: n.ID, Items: transport.BitsOf(0), URL: m.url})
		errs = append(errs, err)
		caller := httplink.Caller{User: mallory, Signer: m.signer, Statement: m.stmt, Now: w.now}
		_, err = httplink.NewClient(home.url, httplink.Sealed(caller, ann), httplink.Options{}).Original(t.Context(), r, 0, -1)
		return append(errs, err)
	}
	there, notThere := ask(name), ask(none)
	for i := range there {
		if !errors.Is(there[i], transport.ErrNotFound) || there[i].Error() != notThere[i].Error() {
			t.Errorf("request %d: there %q, not there %q", i, there[i], notThere[i])
		}
	}
	if news, err := m.Receive(t.Context()); len(news) > 0 || err != nil {
		t.Errorf("mallory heard %v, %v", news, err)
	}
	stolen := w.steals(t, mallory, cam)
	if n := stolen.Missing[0].Len(); n != 2 {
		t.Errorf("the hub asked for %d of 2 thumbnails: it counts another author's as held", n)
	}
}

// steals shares another author's items, by id and digest, as one's own.
func (w *world) steals(t *testing.T, mallory collection.UserID, cam *camera) transport.Answer {
	own, err := cam.Collection(t.Context(), firstOf(t, cam))
	must(t, err)
	items := []collection.Item{own.Item(0), own.Item(1)}
	c, err := collection.New(collection.Header{ID: own.ID(), Author: mallory, Authority: own.Authority(), Created: w.now()},
		collection.Body{Items: items})
	must(t, err)
	data, err := c.MarshalBinary()
	must(t, err)
	all := transport.AllBits(2)
	answer, err := w.hub.As(mallory).Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{all, all, all}})
	must(t, err)
	return answer
}

func firstOf(t *testing.T, cam *camera) collection.Name {
	for name, err := range cam.Collections(t.Context()) {
		must(t, err)
		return name
	}
	t.Fatal("no collection")
	return collection.Name{}
}

// TestKnownCollectionThatDiffers: refused with what differs, nothing changed.
func TestKnownCollectionThatDiffers(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam := w.camera(ann, 2)
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	before, err := cam.hub.Collection(t.Context(), name)
	must(t, err)
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	other, err := collection.New(c.Header(), collection.Body{Items: cam.items[:1], Recipients: []collection.UserID{bob, eve}})
	must(t, err)
	other, err = other.Sign(t.Context(), cam.signer, w.now())
	must(t, err)
	data, err := other.MarshalBinary()
	must(t, err)
	_, err = cam.hub.Share(t.Context(), transport.Share{Collection: data})
	var fault *transport.Fault
	if !errors.Is(err, transport.ErrDiffers) || !errors.As(err, &fault) || len(fault.Differs) != 2 {
		t.Errorf("got %v, want what differs: items, recipients", err)
	}
	after, err := cam.hub.Collection(t.Context(), name)
	must(t, err)
	if !bytes.Equal(before.Collection, after.Collection) {
		t.Error("the collection has changed")
	}
}

// TestPeersOwnShare: a peer shares what it serves: one notification, no labels.
func TestPeersOwnShare(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam, home, b, e := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob"), w.peer(eve, "eve")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))

	again, err := b.Reshare(t.Context(), name, []collection.ItemID{cam.items[0].ID},
		collection.Header{Title: "from Bob", Authority: collection.KeyID(w.hub.PublicKey().ID())}, eve)
	must(t, err)
	must(t, b.Publish(t.Context(), again))
	e.hears(t, notify.Shared, 0)
	must(t, e.Fetch(t.Context(), ref(again, cam, 0, 2)))
}

// TestSecondPeerCompletes: A has the originals and is closed before it
// announces; B, of the same user, gets them on a disk and completes.
func TestSecondPeerCompletes(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, a, b, reader := w.camera(ann, 2), w.peer(ann, "a"), w.peer(ann, "b"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	reader.hears(t, notify.Shared, 2)
	_, err = cam.Share(t.Context(), cam.link(a), name)
	must(t, err)
	must(t, a.Close(t.Context()))
	must(t, b.Refresh(t.Context(), name))
	b.gets(t, name, cam)
	must(t, b.Publish(t.Context(), name))
	reader.hears(t, notify.Available, 0)
	must(t, reader.Fetch(t.Context(), ref(name, cam, 1, 2)))
	if err := a.Publish(t.Context(), name); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("a closed peer: %v", err)
	}
}

// gets imports the originals from a disk, after one that is not the original.
func (s *station) gets(t *testing.T, name collection.Name, cam *camera) {
	t.Helper()
	wrong := bytes.NewReader(cam.versions[cam.items[1].ID][2])
	if err := s.Import(t.Context(), ref(name, cam, 0, 2), wrong); !errors.Is(err, transport.ErrDigest) {
		t.Errorf("another original: %v", err)
	}
	for i := range cam.items {
		must(t, s.Import(t.Context(), ref(name, cam, i, 2), bytes.NewReader(cam.versions[cam.items[i].ID][2])))
	}
}

// TestCompleter: a user whom the author named completes a collection; one who
// was not named may not.
func TestCompleter(t *testing.T) {
	w := newWorld(t, hub.Config{RequiredFromPeer: 1}) // only the author can seal screens
	ann, bob, carol := w.user("ann"), w.user("bob"), w.user("carol")
	cam, b, c := w.camera(ann, 2), w.peer(bob, "bob"), w.peer(carol, "carol")
	name := cam.makeBody("title", collection.Body{Recipients: []collection.UserID{bob, carol}, Completers: []collection.UserID{carol}})
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	for _, s := range []*station{b, c} {
		s.hears(t, notify.Shared, 2)
		s.gets(t, name, cam)
	}
	if err := b.Publish(t.Context(), name); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("one who was not named: %v", err)
	}
	if err := b.Complete(t.Context(), name, cam.items[0].ID); !errors.Is(err, collection.ErrNotAuthorised) {
		t.Errorf("one who was not named: %v", err)
	}
	must(t, c.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// TestRevokedCredential: a token that was revoked opens nothing.
func TestRevokedCredential(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam := w.camera(ann, 1)
	name := cam.make("title")
	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	if _, err := cam.Share(t.Context(), cam.hub, name); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("got %v", err)
	}
	if _, err := w.hub.Accounts().Register(t.Context(), hub.Person{Addresses: []string{"Ann@Example.org"}}); !errors.Is(err, hub.ErrTaken) {
		t.Errorf("an address twice: %v", err)
	}
}

// TestNoHub: a hub that is not there is one clear error.
func TestNoHub(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 1)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, err := cam.Share(t.Context(), httplink.NewClient(gone.URL, nil, httplink.Options{}), cam.make("title"))
	if !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

// TestRequestsBetweenPeers: a request is good for one station, for one path and
// for a short time.
func TestRequestsBetweenPeers(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b := w.peer(bob, "bob")
	old := func() time.Time { return w.clock.Add(-time.Hour) }
	good := httplink.Caller{User: bob, Signer: b.signer, Statement: b.stmt, Now: w.now}
	for what, c := range map[string]struct {
		auth httplink.Auth
		want error
	}{
		"good":             {httplink.Sealed(good, ann), nil},
		"for another":      {httplink.Sealed(good, bob), transport.ErrUnauthenticated},
		"too old":          {httplink.Sealed(httplink.Caller{User: bob, Signer: b.signer, Statement: b.stmt, Now: old}, ann), transport.ErrUnauthenticated},
		"another's name":   {httplink.Sealed(httplink.Caller{User: ann, Signer: b.signer, Statement: b.stmt, Now: w.now}, ann), transport.ErrUnauthenticated},
		"an unknown key":   {httplink.Sealed(httplink.Caller{User: bob, Signer: newSigner(t), Now: w.now}, ann), transport.ErrUnauthenticated},
		"none":             {nil, transport.ErrUnauthenticated},
		"a token":          {httplink.Bearer("token"), transport.ErrUnauthenticated},
		"a broken one":     {func(r *http.Request) error { r.Header.Set("Authorization", "Glimpse %%"); return nil }, transport.ErrUnauthenticated},
		"for another path": {otherPath(httplink.Sealed(good, ann)), transport.ErrUnauthenticated},
	} {
		stream, err := httplink.NewClient(home.url, c.auth, httplink.Options{}).Original(t.Context(), ref(name, cam, 0, 2), 0, -1)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, stream)
			must(t, errors.Join(err, stream.Close()))
		}
	}
	if _, err := b.linkTo(home).Share(t.Context(), transport.Share{}); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("another user's device at the local link: %v", err)
	}
}

func otherPath(auth httplink.Auth) httplink.Auth {
	return func(r *http.Request) error {
		path := r.URL.Path
		r.URL.Path = "/v1/originals"
		defer func() { r.URL.Path = path }()
		return auth(r)
	}
}

func (s *station) linkTo(other *station) *httplink.Client { return s.linkURL(other.url, other.user) }

func (s *station) linkURL(url string, user collection.UserID) *httplink.Client {
	caller := httplink.Caller{User: s.user, Signer: s.signer, Statement: s.stmt, Now: s.w.now}
	return httplink.NewClient(url, httplink.Sealed(caller, user), httplink.Options{})
}

// TestGracefulStop: a hub that is closed ends those who wait, and takes no more.
func TestGracefulStop(t *testing.T) {
	w := newWorld(t, hub.Config{Wait: time.Hour})
	bob := w.peer(w.user("bob"), "bob")
	done := make(chan error)
	go func() {
		_, err := bob.Receive(context.Background())
		done <- err
	}()
	for bob.wire.requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	must(t, w.hub.Close(t.Context()))
	if err := <-done; err != nil && !errors.Is(err, transport.ErrClosed) {
		t.Errorf("the waiting request: %v", err)
	}
	if _, err := bob.Receive(t.Context()); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestRightsOfTheAuthor: the author prints what is held although it is labelled.
func TestRightsOfTheAuthor(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.make("title")
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	v, err := home.View(t.Context(), name)
	must(t, err)
	if r := v.Rights(0, 2); !r.Has(label.Print) || v.Collection().Labelled() != 1 {
		t.Errorf("rights %v", r)
	}
	var out bytes.Buffer
	must(t, home.Print(t.Context(), ref(name, cam, 0, 2), &out))
	if out.Len() != 70_000 {
		t.Errorf("printed %d bytes", out.Len())
	}
}

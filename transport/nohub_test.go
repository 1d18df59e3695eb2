package transport_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// lonely are peers that know one another's keys, and have no hub.
type lonely struct {
	w    *world
	keys map[collection.UserID]signature.PublicKey
}

func (l *lonely) peer(user collection.UserID) *station {
	s := &station{w: l.w, user: user, store: new(memstore.Store), signer: newSigner(l.w.t)}
	l.keys[user] = s.signer.Public()
	s.url = l.w.serve(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { s.Handler().ServeHTTP(rw, r) }))
	return s
}

// open starts peers when all keys are known.
func (l *lonely) open(peers ...*station) {
	for _, s := range peers {
		s.start(l, nil)
	}
}

func (s *station) start(l *lonely, change func(*peer.Config)) {
	keys := new(signature.Keyring)
	for user, key := range l.keys {
		must(l.w.t, keys.Pin(user, key))
	}
	cfg := peer.Config{Store: s.store, Keys: keys, URL: s.url, HTTP: s.wire.client(), Now: l.w.now,
		Render: peer.RendererFunc(screen), Wait: 10 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	p, err := peer.New(l.w.t.Context(), s.user, s.signer, cfg)
	must(l.w.t, err)
	s.Peer = p
}

// album are the photos of a peer; the originals that are withheld are not there
// yet.
func (s *station) album(photos, withheld int, b collection.Body) (collection.Name, *camera) {
	t := s.w.t
	cam := &camera{w: s.w, versions: map[collection.ItemID][3][]byte{}}
	for i := range photos {
		id := collection.ItemID{byte(i + 1), 7}
		cam.versions[id] = [3][]byte{noise(i, 0, 4096), nil, noise(i, 2, 70_000+i)}
		cam.items = append(cam.items, collection.Item{ID: id, MediaType: "image/jpeg"})
	}
	b.Items = cam.items
	h := collection.Header{Title: "Picnic"}
	if withheld == 0 {
		name, err := s.Make(t.Context(), h, b, cam.open)
		must(t, err)
		return name, cam
	}
	d := device.New(s.user, s.signer, device.MediaFunc(cam.open), device.Config{Now: s.w.now})
	name, err := d.Make(t.Context(), h, b)
	must(t, err)
	_, err = d.ShareVersions(t.Context(), s.Link(s.user), name, 2)
	must(t, err)
	for i := withheld; i < photos; i++ {
		must(t, s.Import(t.Context(), ref(name, cam, i, 2), bytes.NewReader(cam.versions[cam.items[i].ID][2])))
	}
	return name, cam
}

func (s *station) source() transport.Source { return transport.Source{User: s.user, URL: s.url} }

// hearsFrom expects one notification from another peer.
func (s *station) hearsFrom(t *testing.T, from *station, reason notify.Reason, labelled int) {
	t.Helper()
	news, err := s.ReceiveFrom(t.Context(), from.source())
	must(t, err)
	if len(news) != 1 || news[0].Reason != reason || news[0].Labelled != labelled || news[0].Note == "" {
		t.Fatalf("heard %+v, want reason %d and %d labels", news, reason, labelled)
	}
	if news, err := s.ReceiveFrom(t.Context(), from.source()); len(news) != 0 || err != nil {
		t.Errorf("told again: %v, %v", news, err)
	}
}

// TestWithoutHub: a peer makes, notifies, updates and notifies again; the
// recipients verify with the author's key and fetch from the peer.
func TestWithoutHub(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob, eve, mallory := l.peer(collection.UserID{1}), l.peer(collection.UserID{2}), l.peer(collection.UserID{3}), l.peer(collection.UserID{4})
	l.open(ann, bob, eve, mallory)
	name, cam := ann.album(3, 0, collection.Body{Recipients: []collection.UserID{bob.user, eve.user}})
	must(t, ann.Preview(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Shared, 3)
	for v := range 2 { // the thumbnail, and the screen that the peer has made
		must(t, bob.Fetch(t.Context(), ref(name, cam, 0, v)))
	}
	bob.refused(t, name, cam)

	must(t, ann.Publish(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Available, 0)
	eve.hearsFrom(t, ann, notify.Shared, 0) // was away: both in one
	for _, s := range []*station{bob, eve} {
		s.fetchesAll(t, name, cam)
		v, err := s.View(t.Context(), name)
		must(t, err)
		if report := v.Verified().Report(); report.Author == nil || report.Updates[0].By != ann.user {
			t.Errorf("vouched for by %+v", report)
		}
	}
	must(t, ann.Edit(t.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = "The picnic" }))
	bob.hearsFrom(t, ann, notify.Edited, 0)
	must(t, ann.TakeBack(t.Context(), name, cam.items[1].ID))
	bob.hearsFrom(t, ann, notify.Lost, 1)
	mallory.seesNothing(t, ann, name, cam)
}

// seesNothing checks that an outsider cannot tell a collection from none.
func (s *station) seesNothing(t *testing.T, at *station, name collection.Name, cam *camera) {
	t.Helper()
	if news, err := s.ReceiveFrom(t.Context(), at.source()); len(news) != 0 || err != nil {
		t.Errorf("an outsider heard %v, %v", news, err)
	}
	none := collection.Name{Author: name.Author, ID: collection.ID{9}}
	for _, n := range []collection.Name{name, none} {
		link := s.linkTo(at)
		r := transport.Ref{Collection: n, Item: cam.items[0].ID}
		_, whole := link.Collection(t.Context(), n)
		_, changes := link.Updates(t.Context(), n)
		_, version := link.Version(t.Context(), r, 0)
		_, original := link.Original(t.Context(), r, 0, -1)
		for _, err := range []error{whole, changes, version, original} {
			if !errors.Is(err, transport.ErrNotFound) || err.Error() != whole.Error() {
				t.Errorf("an outsider was answered %v", err)
			}
		}
	}
}

// TestWithoutHubUnknownKey: what a key has sealed that the recipient does not
// know as the author's is neither stored nor acknowledged.
func TestWithoutHubUnknownKey(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob := l.peer(collection.UserID{1}), l.peer(collection.UserID{2})
	l.open(ann, bob)
	name, _ := ann.album(1, 0, collection.Body{Recipients: []collection.UserID{bob.user}})
	must(t, ann.Publish(t.Context(), name))
	l.keys[ann.user] = newSigner(t).Public()
	bob.start(l, nil)
	news, err := bob.ReceiveFrom(t.Context(), ann.source())
	if !errors.Is(err, transport.ErrSeal) || len(news) != 0 {
		t.Errorf("heard %v, %v", news, err)
	}
	if names, _ := bob.Names(t.Context()); len(names) != 0 {
		t.Errorf("stored %v", names)
	}
	l.keys[ann.user] = ann.signer.Public()
	bob.start(l, nil)
	bob.hearsFrom(t, ann, notify.Shared, 0)
}

// TestWithoutHubRestart: what a peer has to tell outlives it.
func TestWithoutHubRestart(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob := l.peer(collection.UserID{1}), l.peer(collection.UserID{2})
	l.open(ann, bob)
	name, cam := ann.album(2, 1, collection.Body{Recipients: []collection.UserID{bob.user}})
	must(t, ann.Publish(t.Context(), name))
	must(t, ann.Close(t.Context()))
	if _, err := bob.ReceiveFrom(t.Context(), ann.source()); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("a closed peer: %v", err)
	}
	ann.start(l, nil)
	bob.hearsFrom(t, ann, notify.Shared, 1)
	must(t, bob.Fetch(t.Context(), ref(name, cam, 1, 2)))
	must(t, ann.Import(t.Context(), ref(name, cam, 0, 2), bytes.NewReader(cam.versions[cam.items[0].ID][2])))
	must(t, ann.Publish(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Available, 0)
	must(t, bob.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// TestWithoutHubCompleter: one peer makes and notifies, another, of a user whom
// the author named, updates and notifies; one that was not named is refused.
func TestWithoutHubCompleter(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob, carol := l.peer(collection.UserID{1}), l.peer(collection.UserID{2}), l.peer(collection.UserID{3})
	l.open(ann, bob, carol)
	name, cam := ann.album(2, 2, collection.Body{Recipients: []collection.UserID{bob.user}, Completers: []collection.UserID{carol.user}})
	must(t, ann.Publish(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Shared, 2)
	must(t, carol.RefreshFrom(t.Context(), ann.source(), name))
	for _, s := range []*station{bob, carol} {
		s.gets(t, name, cam)
	}
	must(t, ann.Close(t.Context()))
	if err := bob.Publish(t.Context(), name); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("one who was not named: %v", err)
	}
	must(t, carol.Publish(t.Context(), name))
	bob.store = new(memstore.Store) // another station of Bob's, without the originals
	bob.start(l, nil)
	bob.hearsFrom(t, carol, notify.Available, 0)
	bob.fetchesOriginals(t, name, cam)
	v, err := bob.View(t.Context(), name)
	must(t, err)
	if by := v.Verified().Report().Updates[0].By; by != carol.user {
		t.Errorf("completed by %v", by)
	}
}

func (s *station) fetchesOriginals(t *testing.T, name collection.Name, cam *camera) {
	t.Helper()
	for i := range cam.items {
		must(t, s.Fetch(t.Context(), ref(name, cam, i, 2)))
	}
}

// TestWithoutHubSpread: a label goes in every collection of the author that has
// the item, and those who were told of it hear.
func TestWithoutHubSpread(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob, eve := l.peer(collection.UserID{1}), l.peer(collection.UserID{2}), l.peer(collection.UserID{3})
	l.open(ann, bob, eve)
	first, cam := ann.album(2, 0, collection.Body{Recipients: []collection.UserID{bob.user}})
	second, _ := ann.album(2, 0, collection.Body{Recipients: []collection.UserID{eve.user}})
	must(t, ann.Preview(t.Context(), first))
	must(t, ann.Preview(t.Context(), second))
	bob.hearsFrom(t, ann, notify.Shared, 2)
	eve.hearsFrom(t, ann, notify.Shared, 2)
	must(t, ann.Publish(t.Context(), first))
	bob.hearsFrom(t, ann, notify.Available, 0)
	eve.hearsFrom(t, ann, notify.Available, 0)
	must(t, eve.Fetch(t.Context(), ref(second, cam, 0, 2)))
}

// TestWithoutHubWish: a wish ends when the author's peer has told that the
// original is there.
func TestWithoutHubWish(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob := l.peer(collection.UserID{1}), l.peer(collection.UserID{2})
	l.open(ann, bob)
	name, cam := ann.album(1, 0, collection.Body{Recipients: []collection.UserID{bob.user}})
	must(t, ann.Preview(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Shared, 1)
	must(t, bob.Wish(t.Context(), ref(name, cam, 0, 2)))
	if err := bob.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetched what is held back: %v", err)
	}
	must(t, ann.Publish(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Available, 0)
	b, err := bob.Open(t.Context(), ref(name, cam, 0, 2))
	must(t, err)
	must(t, b.Close())
}

// TestWithoutHubNorAddress: a peer that nobody reaches cannot publish.
func TestWithoutHubNorAddress(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann := l.peer(collection.UserID{1})
	ann.start(l, func(cfg *peer.Config) { cfg.URL = "" })
	name, _ := ann.album(1, 0, collection.Body{})
	if err := ann.Publish(context.Background(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("published: %v", err)
	}
}

package transport_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestDeviceWithoutMeans is a device that makes nothing itself: ids come from
// the hub, the address book from the home peer, and the first page of a document
// is the cover.
func TestDeviceWithoutMeans(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 0), w.peer(ann, "home"), w.peer(bob, "bob")
	book := transport.Settings{
		Contacts: []transport.Contact{{Name: "Bob", User: bob}, {Name: "Eve", Address: "eve@example.org"}},
		Values:   map[string]string{"device name": "scanner", "ladder": "thumbnail,screen,original"},
	}
	must(t, home.SetSettings(t.Context(), book))
	_, err := cam.TakeSettings(t.Context(), cam.link(home))
	must(t, err)
	settings, err := cam.Settings(t.Context())
	must(t, err)
	if d := cmp.Diff(book, settings); d != "" {
		t.Error(d)
	}

	ids, err := cam.Identifiers(t.Context(), cam.hub, 2)
	must(t, err)
	page := noise(9, 0, 4096)
	cam.versions[ids.Items[0]] = [3][]byte{noise(8, 0, 4096), nil, noise(8, 2, 70_000)}
	cam.versions[ids.Items[1]] = [3][]byte{page, nil, noise(9, 2, 70_000)}
	cam.items = []collection.Item{{ID: ids.Items[0]}, {ID: ids.Items[1], MediaType: "application/pdf"}}
	name, err := cam.Make(t.Context(), collection.Header{
		ID: ids.Collection, Title: settings.Values["device name"], Authority: collection.KeyID(w.hub.PublicKey().ID()),
		Hints: collection.Hints{Cover: ids.Items[1]},
	}, collection.Body{Items: cam.items, Recipients: []collection.UserID{settings.Contacts[0].User}})
	must(t, err)
	if name.ID != ids.Collection {
		t.Errorf("the collection is %v", name)
	}
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	news, err := b.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Title != "scanner" || !bytes.Equal(news[0].Cover, page) {
		t.Errorf("news %+v", news)
	}
}

func TestSettingsAreTheUsersOwn(t *testing.T) {
	w := newWorld(t, hub.Config{})
	home, b := w.peer(w.user("ann"), "home"), w.peer(w.user("bob"), "bob")
	must(t, home.SetSettings(t.Context(), transport.Settings{Contacts: []transport.Contact{{Name: "Eve"}}}))
	if s, err := b.linkTo(home).Settings(t.Context()); !errors.Is(err, transport.ErrForbidden) || len(s.Contacts) > 0 {
		t.Errorf("another user's: %+v, %v", s, err)
	}
}

// allocator returns bad identifiers.
type allocator transport.Identifiers

func (n allocator) NewIdentifiers(context.Context, int) (transport.Identifiers, error) {
	return transport.Identifiers(n), nil
}

func TestBadIdentifiersAreRefused(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 0)
	for what, n := range map[string]allocator{
		"too few":       {Collection: collection.ID{1}, Items: []collection.ItemID{{1}}},
		"one twice":     {Collection: collection.ID{1}, Items: []collection.ItemID{{1}, {1}}},
		"zero":          {Collection: collection.ID{1}, Items: []collection.ItemID{{1}, {}}},
		"no collection": {Items: []collection.ItemID{{1}, {2}}},
	} {
		if _, err := cam.Identifiers(t.Context(), n, 2); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for n, want := range map[int]error{-1: transport.ErrMalformed, transport.MaxIdentifiers + 1: transport.ErrTooLarge} {
		if _, err := cam.hub.NewIdentifiers(t.Context(), n); !errors.Is(err, want) {
			t.Errorf("%d ids: %v", n, err)
		}
	}
	if _, err := httplink.NewClient(w.hubURL, nil, httplink.Options{}).NewIdentifiers(t.Context(), 1); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("for nobody: %v", err)
	}
}

// TestHubVerifies: a client without keys asks the hub who sealed what.
func TestHubVerifies(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	state, err := b.hub.Collection(t.Context(), name)
	must(t, err)
	c, err := collection.Decode(state.Collection)
	must(t, err)
	before := b.wire.requests.Load()
	v, err := collection.Verify(t.Context(), b.hub, c)
	must(t, err)
	if v.AuthorityOnly() || v.Report().Author.By != ann || b.wire.requests.Load()-before != 2 {
		t.Errorf("%+v after %d requests", v.Report(), b.wire.requests.Load()-before)
	}
	if v.Report().Authority.Key != collection.KeyID(w.hub.PublicKey().ID()) {
		t.Errorf("authority %v", v.Report().Authority)
	}
}

func TestHubRefusesSeals(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam := w.camera(ann, 0)
	stranger := newSigner(t)
	seal := func(s *signature.Signer) []byte {
		out, err := s.Sign(t.Context(), collection.TypeUpdate, []byte("statement"))
		must(t, err)
		return out
	}
	good := seal(cam.signer)
	for what, k := range map[string]struct {
		typ, statement string
		seal           []byte
		want           error
	}{
		"good":              {collection.TypeUpdate, "statement", good, nil},
		"no seal":           {collection.TypeUpdate, "statement", nil, collection.ErrUnsigned},
		"a stranger's":      {collection.TypeUpdate, "statement", seal(stranger), collection.ErrUnknownKey},
		"another statement": {collection.TypeUpdate, "other", good, collection.ErrBadSeal},
		"another purpose":   {collection.TypeEdition, "statement", good, collection.ErrBadSeal},
		"no seal at all":    {collection.TypeUpdate, "statement", []byte("nonsense"), collection.ErrBadSeal},
	} {
		user, _, err := cam.hub.Verify(t.Context(), k.typ, []byte(k.statement), k.seal, w.clock)
		if !errors.Is(err, k.want) || (k.want == nil) != (user == ann) {
			t.Errorf("%s: %v, %v", what, user, err)
		}
	}
	if _, _, err := httplink.NewClient(w.hubURL, nil, httplink.Options{}).Verify(t.Context(), collection.TypeUpdate, nil, good, time.Time{}); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("for nobody: %v", err)
	}
	cam.hub = httplink.NewClient("http://127.0.0.1:1", nil, httplink.Options{})
	if _, _, err := cam.hub.Verify(t.Context(), collection.TypeUpdate, nil, good, time.Time{}); !errors.Is(err, transport.ErrUnreachable) || errors.Is(err, collection.ErrUnknownKey) {
		t.Errorf("nobody there: %v", err)
	}
}

package hub_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestKnownCollectionThatDiffers: a share of a known collection with another ladder,
// other recipients or items is refused, with what differs; nothing changes.
func TestKnownCollectionThatDiffers(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home := w.Camera(ann, 2), w.Peer(ann, "home")
	name := cam.Album("title", bob)
	cam.Shares(name)
	before, err := cam.ToHub().Collection(t.Context(), name)
	labtest.Must(t, err)
	own, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	ladder := label.Ladder{{Name: "thumbnail", Pixels: 100}, {Name: "screen", Pixels: 1000}, {Name: "original"}}
	for what, b := range map[string]collection.Body{
		"ladder":            {Items: own.Body().Items, Ladder: ladder, Recipients: []collection.UserID{bob}},
		"recipients":        {Items: own.Body().Items, Recipients: []collection.UserID{bob, eve}},
		"items":             {Items: own.Body().Items[:1], Recipients: []collection.UserID{bob}},
		"items, recipients": {Items: own.Body().Items[:1], Recipients: []collection.UserID{bob, eve}},
	} {
		other, err := collection.New(own.Header(), b)
		labtest.Must(t, err)
		other, err = other.Sign(t.Context(), home.Signer, w.Now())
		labtest.Must(t, err)
		data, err := other.MarshalBinary()
		labtest.Must(t, err)
		_, err = home.ToHub().Share(t.Context(), transport.Share{Collection: data, From: transport.Peer})
		var fault *transport.Fault
		if !errors.Is(err, transport.ErrDiffers) || !errors.As(err, &fault) || strings.Join(fault.Differs, ", ") != what {
			t.Errorf("another %s: %v", what, err)
		}
	}
	after, err := cam.ToHub().Collection(t.Context(), name)
	labtest.Must(t, err)
	if !bytes.Equal(before.Collection, after.Collection) {
		t.Error("the collection has changed")
	}
}

// TestSharedTwiceBeforeTheSync: both collections are labelled, and one sync
// and one announcement complete both.
func TestSharedTwiceBeforeTheSync(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home, b, e := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(eve, "eve")
	first, second := cam.Album("for Bob", bob), cam.Album("for Eve", eve)
	for _, name := range []collection.Name{first, second} {
		cam.Shares(name)
	}
	if n := cam.Requests.Load(); n != 2 {
		t.Errorf("%d requests: the thumbnails were sent twice", n)
	}
	b.Hears(notify.Shared, 3)
	e.Hears(notify.Shared, 3)
	cam.Syncs(home, first)
	home.Publishes(first)
	b.Hears(notify.Available, 0)
	e.Hears(notify.Available, 0)
	e.Fetches(cam.Ref(second, 0, 2))
}

// TestOutsider: who may not read a collection cannot tell it from one that is
// not there, and gains nothing by knowing an item's id and digests.
func TestOutsider(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, mallory := w.User("ann"), w.User("bob"), w.User("mallory")
	cam, home, m := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(mallory, "mallory")
	name := cam.Album("private", bob)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)

	none := collection.Name{Author: ann, ID: collection.ID{1}}
	ask := func(n collection.Name) (errs []error) {
		r := transport.Ref{Collection: n, Item: cam.Items[0].ID}
		_, err := m.ToHub().Collection(t.Context(), n)
		errs = append(errs, err)
		_, err = m.ToHub().Updates(t.Context(), n)
		errs = append(errs, err)
		_, err = m.ToHub().Version(t.Context(), r, 0)
		errs = append(errs, err)
		_, err = m.ToHub().Upload(t.Context(), n, bytes.NewReader([]byte{0x82, 0, 0x40}))
		errs = append(errs, err)
		_, err = m.ToHub().PutVersion(t.Context(), r, 0, bytes.NewReader(nil))
		errs = append(errs, err)
		_, err = m.ToHub().Announce(t.Context(), transport.Announcement{Author: n.Author, ID: n.ID, Items: transport.BitsOf(0), URL: m.URL(), Endpoint: m.Source().Endpoint})
		errs = append(errs, err)
		_, err = m.To(home.Station).Original(t.Context(), r, 0, -1)
		return append(errs, err)
	}
	there, notThere := ask(name), ask(none)
	for i := range there {
		if !errors.Is(there[i], transport.ErrNotFound) || there[i].Error() != notThere[i].Error() {
			t.Errorf("request %d: there %q, not there %q", i, there[i], notThere[i])
		}
	}
	m.HearsNothing()
	stolen := steals(t, w, mallory, cam)
	if n := stolen.Missing[0].Len(); n != 2 {
		t.Errorf("the hub asked for %d of 2 thumbnails: it counts another author's as held", n)
	}
}

// steals shares another author's items, by id and digest, as one's own.
func steals(t *testing.T, w *labtest.World, mallory collection.UserID, cam *labtest.Camera) transport.Answer {
	own, err := cam.Collection(t.Context(), firstOf(t, cam))
	labtest.Must(t, err)
	items := []collection.Item{own.Item(0), own.Item(1)}
	c, err := collection.New(collection.Header{ID: own.ID(), Author: mallory, Authority: own.Authority(), Created: w.Now()},
		collection.Body{Items: items})
	labtest.Must(t, err)
	data, err := c.MarshalBinary()
	labtest.Must(t, err)
	all := transport.AllBits(2)
	answer, err := w.Hub.Hub.As(mallory).Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{all, all, all}})
	labtest.Must(t, err)
	return answer
}

func firstOf(t *testing.T, cam *labtest.Camera) collection.Name {
	for name, err := range cam.Collections(t.Context()) {
		labtest.Must(t, err)
		return name
	}
	t.Fatal("no collection")
	return collection.Name{}
}

// TestTamperedShare: a share whose seal does not verify is refused.
func TestTamperedShare(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 1)
	c, err := cam.Collection(t.Context(), cam.Album("title", bob))
	labtest.Must(t, err)
	stolen, err := c.Sign(t.Context(), lab.Signer("stranger"), w.Now())
	labtest.Must(t, err)
	data, err := stolen.MarshalBinary()
	labtest.Must(t, err)
	if _, err := cam.ToHub().Share(t.Context(), transport.Share{Collection: data}); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("another's seal: %v", err)
	}
	_, err = cam.ToHub().Collection(t.Context(), c.Name())
	if !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("stored: %v", err)
	}
}

// TestTwinOfAnotherUser: that the hub holds some bytes for one author is neither
// seen nor used by another one who has their digest.
func TestTwinOfAnotherUser(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, eve := w.User("ann"), w.User("eve")
	cam, thief := w.Camera(ann, 1), w.Camera(eve, 1)
	cam.Shares(cam.Album("title"))
	thief.Card[thief.Items[0].ID] = cam.Card[cam.Items[0].ID]
	stolen := thief.Album("stolen", eve)
	if a := thief.Offers(stolen); a.Next != transport.Upload || !a.Missing[0].Has(0) || len(a.Parts) != 0 {
		t.Errorf("the hub says that it holds another author's version: %+v", a)
	}
	if _, err := thief.ToHub().Version(t.Context(), thief.Ref(stolen, 0, 0), 0); !errors.Is(err, transport.ErrPending) {
		t.Errorf("another author's version: %v", err)
	}
	_, err := thief.ToHub().PutVersion(t.Context(), thief.Ref(stolen, 0, 0), 0, strings.NewReader(""))
	if !errors.Is(err, transport.ErrDigest) {
		t.Errorf("uploaded without having it: %v", err)
	}
	thief.Shares(stolen) // who does have the bytes shares them
}

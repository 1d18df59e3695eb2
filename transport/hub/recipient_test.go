package hub_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// grasping is a recipient who tries what else can be done with an album.
type grasping struct {
	w                  *labtest.World
	cam                *labtest.Camera
	home, bob, mallory *labtest.Peer
	name               collection.Name
	album              collection.Collection
}

func newGrasping(t *testing.T) *grasping {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Hears(notify.Shared, 2)
	return &grasping{w, cam, home, bob, w.Peer(w.User("mallory"), "mallory"), name, bob.Views(name)}
}

// wants checks how something was refused, and that nothing has become of the album.
func (g *grasping) wants(t *testing.T, what string, err error, any ...error) {
	t.Helper()
	if !isAny(err, any) {
		t.Errorf("%s: %v", what, err)
	}
	s, err := g.w.Hub.Hub.As(g.cam.User).Collection(t.Context(), g.name)
	labtest.Must(t, err)
	c, err := collection.Decode(s.Collection)
	labtest.Must(t, err)
	if c.Labelled() != 2 || c.Title() != "title" || len(s.Sources) > 0 {
		t.Errorf("%s: the album is %q, of %d labels, with %d sources", what, c.Title(), c.Labelled(), len(s.Sources))
	}
}

func isAny(err error, any []error) bool {
	for _, one := range any {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

// shares shares a collection as the recipient.
func (g *grasping) shares(t *testing.T, c collection.Collection, s transport.Share) (transport.Answer, error) {
	var err error
	s.Collection, err = c.MarshalBinary()
	labtest.Must(t, err)
	return g.bob.ToHub().Share(t.Context(), s)
}

// announces says as the recipient that all of a collection is served somewhere.
func (g *grasping) announces(t *testing.T, name collection.Name, at transport.Source) error {
	a := transport.Announcement{Author: name.Author, ID: name.ID, Items: transport.AllBits(2), URL: at.URL, Endpoint: at.Endpoint}
	_, err := g.bob.ToHub().Announce(t.Context(), a)
	return err
}

// TestRecipientReadsNoLabelled: no block of what is labelled is served, and no original that
// is withdrawn; what is complete is.
func TestRecipientReadsNoLabelled(t *testing.T) {
	g := newGrasping(t)
	at := g.bob.To(g.home.Station)
	for _, n := range []int64{-1, 0, 1, digest.BlockSize} {
		_, err := at.Original(t.Context(), g.cam.Ref(g.name, 0, 2), 0, n)
		g.wants(t, "a labelled original", err, transport.ErrNotFound)
	}
	g.home.Publishes(g.name)
	g.home.Withdraws(g.name, g.cam.Items[1].ID)
	if _, err := at.Original(t.Context(), g.cam.Ref(g.name, 1, 2), 0, -1); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("withdrawn: %v", err)
	}
	if s, err := at.Original(t.Context(), g.cam.Ref(g.name, 0, 2), 0, -1); err != nil || s.Close() != nil {
		t.Errorf("complete: %v", err)
	}
}

// TestRecipientsOwnCollectionOfOthersItems: whoever puts the items of somebody else, by id
// and digest, into a collection of their own shares no bytes with it that they do not send,
// and serves none that they do not have.
func TestRecipientsOwnCollectionOfOthersItems(t *testing.T) {
	g := newGrasping(t)
	h := collection.Header{ID: collection.ID{1, 2}, Author: g.bob.User, Authority: g.w.Authority(), Created: g.w.Now(), Title: "mine"}
	own, err := collection.New(h, collection.Body{Items: g.album.Body().Items, Ladder: g.album.Ladder(), Recipients: []collection.UserID{g.mallory.User}})
	labtest.Must(t, err)
	own, err = own.Sign(t.Context(), g.bob.Signer, g.w.Now())
	labtest.Must(t, err)
	all := transport.AllBits(2)
	a, err := g.shares(t, own, transport.Share{From: transport.Peer, URL: g.bob.URL(), Offers: []transport.Bits{all, all, all}})
	labtest.Must(t, err)
	if len(a.Missing) == 0 || a.Missing[0].Len() != 2 {
		t.Errorf("what Ann has sent counts as Bob's: %v are missing", a.Missing)
	}
	for version := range 3 {
		_, err = g.mallory.ToHub().Version(t.Context(), g.cam.Ref(own.Name(), 0, version), 0)
		g.wants(t, "a version that was never sent", err, transport.ErrPending, transport.ErrNotFound)
	}
	_, err = g.mallory.To(g.home.Station).Original(t.Context(), g.cam.Ref(own.Name(), 0, 2), 0, -1)
	g.wants(t, "an original at Ann's home", err, transport.ErrNotFound)
	g.wants(t, "announced without having it", g.announces(t, own.Name(), g.bob.Source()), transport.ErrNotFound)
	g.wants(t, "announced at Ann's home", g.announces(t, own.Name(), g.home.Source()), transport.ErrPeerKey)
}

// TestRecipientPlantsNothing: neither versions, nor updates in anybody's name, nor sources.
func TestRecipientPlantsNothing(t *testing.T) {
	g := newGrasping(t)
	for version := range 3 {
		_, err := g.bob.ToHub().PutVersion(t.Context(), g.cam.Ref(g.name, 0, version), 0, strings.NewReader("x"))
		g.wants(t, "a version", err, transport.ErrForbidden, transport.ErrNotFound, transport.ErrNotAsked)
	}
	g.bob.Fetches(g.cam.Ref(g.name, 0, 0))
	g.bob.Reads(g.cam.Ref(g.name, 0, 0))
	for _, issuer := range []collection.UserID{g.cam.User, {}} {
		u, err := g.album.CompleteAll(issuer)
		labtest.Must(t, err)
		u, err = u.Sign(t.Context(), g.bob.Signer, g.w.Now())
		labtest.Must(t, err)
		forged, _, err := g.album.Apply(u)
		labtest.Must(t, err)
		_, err = g.shares(t, forged, transport.Share{})
		g.wants(t, "an update in another's name", err, transport.ErrSeal, transport.ErrForbidden)
	}
	if _, err := g.album.CompleteAll(g.bob.User); err == nil {
		t.Error("a recipient completes")
	}
	_, err := g.shares(t, g.album, transport.Share{From: transport.Peer, URL: g.bob.URL(), Endpoint: g.bob.Source().Endpoint, Serves: []transport.Bits{nil, nil, transport.AllBits(2)}})
	g.wants(t, "the album as it is, with a source", err, transport.ErrForbidden)
	g.wants(t, "announced", g.announces(t, g.name, g.bob.Source()), transport.ErrForbidden)
}

// TestNobodySquats: a collection in another's name is refused, whoever has sealed it, and
// no more than news of it is taken at the other's home.
func TestNobodySquats(t *testing.T) {
	g := newGrasping(t)
	h := collection.Header{ID: collection.ID{3, 3}, Author: g.cam.User, Authority: g.w.Authority(), Created: g.w.Now(), Title: "fake"}
	fake, err := collection.New(h, collection.Body{Items: g.album.Body().Items, Completers: []collection.UserID{g.bob.User}})
	labtest.Must(t, err)
	_, err = g.shares(t, fake, transport.Share{})
	g.wants(t, "a draft", err, transport.ErrSeal, transport.ErrForbidden)
	sealed, err := fake.Sign(t.Context(), g.bob.Signer, g.w.Now())
	labtest.Must(t, err)
	_, err = g.shares(t, sealed, transport.Share{})
	g.wants(t, "sealed by Bob", err, transport.ErrSeal, transport.ErrForbidden)
	n := notify.Notification{To: g.home.User, Collection: collection.ID{3, 4}, Title: "spam"}
	for _, n.Author = range []collection.UserID{g.bob.User, g.cam.User} {
		err = g.bob.To(g.home.Station).Deliver(t.Context(), n)
		g.wants(t, "news", err, transport.ErrForbidden, transport.ErrNotFound)
	}
	g.home.HearsNothing()
}

package hub_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestRecipientByAddress: a known address becomes its user, an unknown one a
// blinded one; who registers between the two shares reads the same collection,
// and the second notification reaches them.
func TestRecipientByAddress(t *testing.T) {
	var log bytes.Buffer
	post := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}, Gallery: "https://hub.example.org",
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
	name := cam.AlbumFor("Picnic", nil, "Bob@example.org", "eve@example.org")
	answer := cam.Shares(name)
	if answer.Next != transport.Done || cam.Requests.Load() != 2 {
		t.Fatalf("shared with %d requests, then %v", cam.Requests.Load(), answer.Next)
	}
	c, data := cam.Encoded(name)
	addresses := 0
	for range c.Addresses() {
		addresses++
	}
	if !c.MayRead(bob) || addresses != 1 || len(c.Header().AuthorSeal) == 0 {
		t.Fatalf("bob may read: %v; %d blinded addresses", c.MayRead(bob), addresses)
	}
	b.Hears(notify.Shared, 2)

	letters := w.Letters(post)
	if len(letters) != 1 {
		t.Fatalf("letters: %+v", letters)
	}
	l := letters[0]
	own, err := collection.Blind(name.ID, l.R, "eve@example.org")
	labtest.Must(t, err)
	if l.Address != "eve@example.org" || l.Title != "Picnic" || !c.HasAddress(own) || l.Reason != notify.Shared ||
		!bytes.Equal(l.Cover, cam.Card[cam.Items[0].ID][0]) {
		t.Errorf("letter %+v", l)
	}

	eve := w.User("eve") // between the two shares
	e := w.Peer(eve, "eve")
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	e.Hears(notify.Shared, 0) // her first word as a member
	home.Hears(notify.Resolved, 0)
	home.AcceptsReader(name, eve)
	e.Hears(notify.Available, 0)
	if news := w.Letters(post); len(news) != 0 {
		t.Errorf("a member was written to: %+v", news)
	}
	for _, s := range []*labtest.Peer{b, e} {
		if read := s.Views(name); read.Identity() != c.Identity() || !read.MayRead(eve) {
			t.Error("another collection, or not hers to read")
		}
		s.Fetches(cam.Ref(name, 0, 2))
	}
	if s := log.String(); strings.Contains(s, "eve@") || strings.Contains(s, "ob@example") {
		t.Errorf("the log names an address: %s", s)
	}
	if bytes.Contains(data, []byte("example.org")) {
		t.Error("the collection names an address")
	}
}

// TestRegisteredAfterAll: who registers after everything was told is told
// at once, by the hub, and fetches originals from the home peer.
func TestRegisteredAfterAll(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	name := cam.AlbumFor("Picnic", nil, "eve@example.org")
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	eve := w.User("eve")
	e := w.Peer(eve, "eve")
	e.Hears(notify.Shared, 0)
	home.Hears(notify.Resolved, 0)
	home.AcceptsReader(name, eve)
	e.Hears(notify.Available, 0)
	e.Fetches(cam.Ref(name, 0, 2))
}

// TestDraftSharedAgain: a draft whose answer was lost is filled in just as
// before, also after a restart and a registration.
func TestDraftSharedAgain(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam := w.Camera(ann, 1)
	name := cam.AlbumFor("Picnic", nil, "eve@example.org")
	_, data := cam.Encoded(name)
	share := transport.Share{Collection: data, To: []string{"eve@example.org"}}
	first, err := w.Hub.Hub.As(ann).Share(t.Context(), share)
	labtest.Must(t, err)
	w.Restart(w.Hub.Store)
	eve := w.User("eve")
	second, err := w.Hub.Hub.As(ann).Share(t.Context(), share)
	labtest.Must(t, err)
	if !bytes.Equal(first.Collection, second.Collection) || first.Next != transport.Seal {
		t.Errorf("completed in another way; next %v", first.Next)
	}
	cam.Shares(name)
	c, err := w.Hub.Hub.As(eve).Collection(t.Context(), name)
	if err != nil || len(c.Collection) == 0 {
		t.Errorf("eve reads: %v", err)
	}
	for what, c := range map[string]struct {
		to   []string
		want error
	}{
		"another recipient":   {[]string{"eve@example.org", "bob@example.org"}, transport.ErrDiffers},
		"too many recipients": {make([]string, 1001), transport.ErrTooLarge},
		"no address":          {[]string{"not an address"}, transport.ErrMalformed},
		"without addresses":   {nil, transport.ErrDiffers},
	} {
		_, err := cam.ToHub().Share(t.Context(), transport.Share{Collection: data, To: c.to})
		var fault *transport.Fault
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "not an") || what == "another recipient" && (!errors.As(err, &fault) || fault.Differs[0] != "addresses") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestSealedIsNotChanged: a sealed collection gets no further recipients, and a
// home peer resolves none.
func TestSealedIsNotChanged(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	_, data := cam.Encoded(cam.Album("title"))
	if _, err := cam.ToHub().Share(t.Context(), transport.Share{Collection: data, To: []string{"eve@example.org"}}); !errors.Is(err, transport.ErrDiffers) {
		t.Errorf("a sealed collection: %v", err)
	}
	draft := cam.AlbumFor("title", nil, "eve@example.org")
	if _, err := cam.Sync(t.Context(), cam.To(home.Station), draft); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("a draft at the home peer: %v", err)
	}
}

// TestTemporaryAccount: an account made for an address gets letters, and becomes
// the person's own without a second registration.
func TestTemporaryAccount(t *testing.T) {
	post := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: post}, Unknown: hub.Temporary})
	ann := w.User("ann")
	cam := w.Camera(ann, 1)
	first, second := cam.AlbumFor("one", nil, "eve@example.org"), cam.AlbumFor("two", nil, "eve@example.org")
	for _, name := range []collection.Name{first, second} {
		cam.Shares(name)
	}
	if letters := w.Letters(post); len(letters) != 2 || letters[0].Address != "eve@example.org" || letters[0].R != [16]byte{} {
		t.Fatalf("letters %+v", letters)
	}
	accounts := w.Hub.Hub.Accounts()
	temporary, err := accounts.ByAddress(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	if _, err := accounts.Issue(t.Context(), temporary, "phone"); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("a credential of a temporary account: %v", err)
	}
	eve, err := accounts.Confirm(t.Context(), "Eve@Example.org", "Eve")
	labtest.Must(t, err)
	p, err := accounts.Person(t.Context(), eve)
	if err != nil || eve != temporary || p.Name != "Eve" || p.Temporary {
		t.Errorf("%v, %+v, %v", eve, p, err)
	}
	e := w.Peer(eve, "home")
	if news := e.Receives(); len(news) != 2 {
		t.Errorf("news %+v", news)
	}
	cam.Shares(cam.AlbumFor("three", nil, "eve@example.org"))
	e.Hears(notify.Shared, 1)
	if letters := w.Letters(post); len(letters) != 0 {
		t.Errorf("a member was written to: %+v", letters)
	}
}

// TestRegisterTakesTheTemporaryAccountOver: who registers with its address has
// the same user; two such accounts do not become one.
func TestRegisterTakesTheTemporaryAccountOver(t *testing.T) {
	w := labtest.New(t, hub.Config{Unknown: hub.Temporary})
	accounts := w.Hub.Hub.Accounts()
	one, err := accounts.Temporary(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	again, err := accounts.Temporary(t.Context(), "EVE@example.org")
	labtest.Must(t, err)
	_, err = accounts.Temporary(t.Context(), "eve@example.com")
	labtest.Must(t, err)
	if one != again {
		t.Error("two accounts for an address")
	}
	both := hub.Person{Name: "Eve", Addresses: []string{"eve@example.org", "eve@example.com"}}
	if _, err := accounts.Register(t.Context(), both); !errors.Is(err, hub.ErrTaken) {
		t.Errorf("two temporary accounts: %v", err)
	}
	both.Addresses[1] = "e@example.net"
	user, err := accounts.Register(t.Context(), both)
	if err != nil || user != one {
		t.Errorf("%v is not %v: %v", user, one, err)
	}
	both.Addresses = []string{"EVE@Example.org"}
	if _, err := accounts.Register(t.Context(), both); !errors.Is(err, hub.ErrTaken) {
		t.Errorf("registered twice: %v", err)
	}
	if _, err := accounts.Confirm(t.Context(), "nobody@example.org", "N"); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

// TestAddressesAreTheAuthorsToAsk: whether an address is among the recipients of
// a collection is told to its author; all others get what they would get without
// the question.
func TestAddressesAreTheAuthorsToAsk(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, mallory := w.User("ann"), w.User("bob"), w.User("mallory")
	cam := w.Camera(ann, 1)
	name := cam.AlbumFor("title", []collection.UserID{bob}, "eve@example.org")
	cam.Shares(name)
	c, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	forged, err := collection.New(collection.Header{ID: name.ID, Author: ann}, collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob}})
	labtest.Must(t, err)
	forged, err = forged.Sign(t.Context(), lab.Signer("stranger"), w.Now())
	labtest.Must(t, err)
	share := func(as collection.UserID, c collection.Collection, to ...string) error {
		data, err := c.MarshalBinary()
		labtest.Must(t, err)
		_, err = w.Hub.Hub.As(as).Share(t.Context(), transport.Share{Collection: data, To: to})
		return err
	}
	for what, asker := range map[string]struct {
		user collection.UserID
		c    collection.Collection
	}{"a recipient": {bob, c}, "an outsider": {mallory, c}, "a forger": {mallory, forged}, "a forger in the author's name": {ann, forged}} {
		want := share(asker.user, asker.c)
		if want == nil {
			t.Fatalf("%s shares it", what)
		}
		for _, guess := range []string{"eve@example.org", "bob@example.org", "dan@example.org", "no address"} {
			if err := share(asker.user, asker.c, guess); err == nil || err.Error() != want.Error() {
				t.Errorf("%s, %s: %v, want %v", what, guess, err, want)
			}
		}
	}
	labtest.Must(t, share(ann, c, "Eve@example.org"))
	if err := share(ann, c, "dan@example.org"); !errors.Is(err, transport.ErrDiffers) {
		t.Errorf("another recipient: %v", err)
	}
}

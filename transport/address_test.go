package transport_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// makeFor makes a collection for mail addresses.
func (c *camera) makeFor(title string, to []collection.UserID, addresses ...string) collection.Name {
	name, err := c.MakeFor(c.w.t.Context(), collection.Header{Title: title},
		collection.Body{Items: c.items, Recipients: to}, addresses...)
	must(c.w.t, err)
	return name
}

// postOnce delivers the letters that are due and returns those that came.
func (w *world) postOnce(m *notify.Memory) []notify.Letter {
	w.t.Helper()
	before := len(m.Letters())
	_, err := w.hub.Deliver(w.t.Context())
	must(w.t, err)
	return m.Letters()[before:]
}

// TestRecipientByAddress: a known address becomes its user, an unknown one a
// blinded one; who registers between the two shares reads the same collection,
// and the second notification reaches them.
func TestRecipientByAddress(t *testing.T) {
	var log bytes.Buffer
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail, GuestVersions: 1, Link: "https://hub.example.org/c",
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.makeFor("Picnic", nil, "Bob@example.org", "eve@example.org")
	answer, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	if answer.Next != transport.Done || cam.wire.requests.Load() != 2 {
		t.Fatalf("shared with %d requests, then %v", cam.wire.requests.Load(), answer.Next)
	}
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	addresses := 0
	for range c.Addresses() {
		addresses++
	}
	if !c.MayRead(bob) || addresses != 1 || len(c.Header().AuthorSeal) == 0 {
		t.Fatalf("bob may read: %v; %d blinded addresses", c.MayRead(bob), addresses)
	}
	b.hears(t, notify.Shared, 2)

	letters := w.postOnce(mail)
	if len(letters) != 1 {
		t.Fatalf("letters: %+v", letters)
	}
	l := letters[0]
	own, err := collection.Blind(name.ID, l.R, "eve@example.org")
	must(t, err)
	if l.Address != "eve@example.org" || l.Title != "Picnic" || !c.HasAddress(own) || l.Reason != notify.Shared ||
		!bytes.Equal(l.Cover, cam.versions[cam.items[0].ID][0]) {
		t.Errorf("letter %+v", l)
	}

	eve := w.user("eve") // between the two shares
	e := w.peer(eve, "eve")
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	e.hears(t, notify.Shared, 0) // her first word as a member
	if news := w.postOnce(mail); len(news) != 0 {
		t.Errorf("a member was written to: %+v", news)
	}
	for _, s := range []*station{b, e} {
		v, err := s.View(t.Context(), name)
		must(t, err)
		if v.Collection().Identity() != c.Identity() || !v.Collection().MayRead(eve) {
			t.Error("another collection, or not hers to read")
		}
		must(t, s.Fetch(t.Context(), ref(name, cam, 0, 2)))
	}
	if s := log.String(); strings.Contains(s, "eve@") || strings.Contains(s, "ob@example") {
		t.Errorf("the log names an address: %s", s)
	}
	data, err := c.MarshalBinary()
	must(t, err)
	if bytes.Contains(data, []byte("example.org")) {
		t.Error("the collection names an address")
	}
}

// TestRegisteredAfterAll: who registers after everything was told is told
// at once, by the hub, and fetches originals from the home peer.
func TestRegisteredAfterAll(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.makeFor("Picnic", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	e := w.peer(w.user("eve"), "eve")
	e.hears(t, notify.Shared, 0)
	must(t, e.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// TestDraftSharedAgain: a draft whose answer was lost is filled in just as
// before, also after a restart and a registration.
func TestDraftSharedAgain(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam := w.camera(ann, 1)
	name := cam.makeFor("Picnic", nil, "eve@example.org")
	draft, err := cam.Collection(t.Context(), name)
	must(t, err)
	data, err := draft.MarshalBinary()
	must(t, err)
	share := transport.Share{Collection: data, To: []string{"eve@example.org"}}
	first, err := w.hub.As(ann).Share(t.Context(), share)
	must(t, err)
	w.restart(w.hubStore)
	eve := w.user("eve")
	second, err := w.hub.As(ann).Share(t.Context(), share)
	must(t, err)
	if !bytes.Equal(first.Collection, second.Collection) || first.Next != transport.Seal {
		t.Errorf("completed in another way; next %v", first.Next)
	}
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	c, err := w.hub.As(eve).Collection(t.Context(), name)
	if err != nil || len(c.Collection) == 0 {
		t.Errorf("eve reads: %v", err)
	}
	share.To = append(share.To, "bob@example.org")
	var fault *transport.Fault
	if _, err := cam.hub.Share(t.Context(), share); !errors.Is(err, transport.ErrDiffers) || !errors.As(err, &fault) || fault.Differs[0] != "addresses" {
		t.Errorf("another recipient: %v", err)
	}
	share.To = make([]string, 1001)
	if _, err := cam.hub.Share(t.Context(), share); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("too many recipients: %v", err)
	}
	share.To = []string{"not an address"}
	if _, err := cam.hub.Share(t.Context(), share); !errors.Is(err, transport.ErrMalformed) || strings.Contains(err.Error(), "not an") {
		t.Errorf("no address: %v", err)
	}
	if _, err := cam.hub.Share(t.Context(), transport.Share{Collection: data}); !errors.Is(err, transport.ErrDiffers) {
		t.Errorf("the draft without addresses: %v", err)
	}
}

// TestSealedIsNotChanged: a sealed collection gets no further recipients, and a
// home peer resolves none.
func TestSealedIsNotChanged(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	c, err := cam.Collection(t.Context(), cam.make("title"))
	must(t, err)
	data, err := c.MarshalBinary()
	must(t, err)
	if _, err := cam.hub.Share(t.Context(), transport.Share{Collection: data, To: []string{"eve@example.org"}}); !errors.Is(err, transport.ErrDiffers) {
		t.Errorf("a sealed collection: %v", err)
	}
	draft := cam.makeFor("title", nil, "eve@example.org")
	if _, err := cam.Share(t.Context(), cam.link(home), draft); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("a draft at the home peer: %v", err)
	}
}

// TestTemporaryAccount: an account made for an address gets letters, and becomes
// the person's own without a second registration.
func TestTemporaryAccount(t *testing.T) {
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail, Unknown: hub.Temporary})
	ann := w.user("ann")
	cam := w.camera(ann, 1)
	first, second := cam.makeFor("one", nil, "eve@example.org"), cam.makeFor("two", nil, "eve@example.org")
	for _, name := range []collection.Name{first, second} {
		_, err := cam.Share(t.Context(), cam.hub, name)
		must(t, err)
	}
	if letters := w.postOnce(mail); len(letters) != 2 || letters[0].Address != "eve@example.org" || letters[0].R != [16]byte{} {
		t.Fatalf("letters %+v", letters)
	}
	accounts := w.hub.Accounts()
	temporary, err := accounts.ByAddress(t.Context(), "eve@example.org")
	must(t, err)
	if _, err := accounts.Issue(t.Context(), temporary, "phone"); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("a credential of a temporary account: %v", err)
	}
	eve, err := accounts.Confirm(t.Context(), "Eve@Example.org", "Eve")
	must(t, err)
	p, err := accounts.Person(t.Context(), eve)
	if err != nil || eve != temporary || p.Name != "Eve" || p.Temporary {
		t.Errorf("%v, %+v, %v", eve, p, err)
	}
	e := w.peer(eve, "home")
	news, err := e.Receive(t.Context())
	if err != nil || len(news) != 2 {
		t.Errorf("news %+v, %v", news, err)
	}
	_, err = cam.Share(t.Context(), cam.hub, cam.makeFor("three", nil, "eve@example.org"))
	must(t, err)
	e.hears(t, notify.Shared, 1)
	if letters := w.postOnce(mail); len(letters) != 0 {
		t.Errorf("a member was written to: %+v", letters)
	}
}

// TestRegisterTakesTheTemporaryAccountOver: who registers with its address has
// the same user; two such accounts do not become one.
func TestRegisterTakesTheTemporaryAccountOver(t *testing.T) {
	w := newWorld(t, hub.Config{Unknown: hub.Temporary})
	accounts := w.hub.Accounts()
	one, err := accounts.Temporary(t.Context(), "eve@example.org")
	must(t, err)
	again, err := accounts.Temporary(t.Context(), "EVE@example.org")
	must(t, err)
	_, err = accounts.Temporary(t.Context(), "eve@example.com")
	must(t, err)
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
	if _, err := accounts.Register(t.Context(), both); !errors.Is(err, hub.ErrTaken) {
		t.Errorf("registered twice: %v", err)
	}
	if _, err := accounts.Confirm(t.Context(), "nobody@example.org", "N"); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

// TestGuest: the token of a letter opens title, cover and what the hub lets
// guests see, never the collection; and it can be revoked.
func TestGuest(t *testing.T) {
	var log bytes.Buffer
	mail, store := new(notify.Memory), new(memstore.Store)
	w := newWorld(t, hub.Config{Channel: mail, Store: store, GuestVersions: 1, Link: "https://hub.example.org/c", LinkKey: []byte("kept apart"),
		Log: slog.New(slog.NewTextHandler(&log, nil))})
	ann := w.user("ann")
	cam, home := w.camera(ann, 2), w.peer(ann, "home")
	name := cam.makeFor("Picnic", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	first := w.postOnce(mail)[0]
	guest := httplink.NewClient(w.hubURL, nil, httplink.Options{})
	g, err := guest.Glimpse(t.Context(), first.Token)
	must(t, err)
	thumbnail := cam.versions[cam.items[1].ID][0]
	if g.Title != "Picnic" || g.Items != 2 || g.Labelled != 2 || len(g.Cover) == 0 || g.Versions != 1 {
		t.Errorf("glimpse %+v", g)
	}
	s, err := guest.GuestVersion(t.Context(), first.Token, 1, 0, 10)
	must(t, err)
	data, err := io.ReadAll(s)
	must(t, errors.Join(err, s.Close()))
	if !bytes.Equal(data, thumbnail[10:]) {
		t.Error("another thumbnail")
	}
	for what, at := range map[string][2]int{"another version": {1, 1}, "the original": {1, 2}, "another item": {2, 0}, "no item": {-1, 0}, "no version": {0, -1}} {
		if _, err := guest.GuestVersion(t.Context(), first.Token, at[0], at[1], 0); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := httplink.NewClient(w.hubURL, httplink.Bearer(first.Token), httplink.Options{}).Collection(t.Context(), name); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("the collection: %v", err)
	}

	w.restart(w.hubStore)
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	second := w.postOnce(mail)[0]
	if second.Link != first.Link || second.Link != "https://hub.example.org/c/"+first.Token || second.Reason != notify.Available ||
		second.Note == "" || second.ID == first.ID || second.Labelled != 0 {
		t.Errorf("second letter %+v", second)
	}
	for r, err := range store.Scan(t.Context(), "") {
		must(t, err)
		if bytes.Contains(r.Value, []byte(first.Token)) || strings.Contains(r.Key, first.Token) {
			t.Errorf("%s holds the token", r.Key)
		}
	}
	for _, path := range []string{"/x/0", "/0/x", "/0/0/0", "/0/0?offset=x", "/"} {
		r, err := http.Get(w.hubURL + "/v1/links/" + first.Token + path)
		must(t, err)
		must(t, r.Body.Close())
		if r.StatusCode < 400 {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	must(t, w.hub.RevokeLink(t.Context(), first.Token))
	if err := w.hub.RevokeLink(t.Context(), first.Token); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := guest.Glimpse(t.Context(), first.Token); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
	err = home.Edit(t.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = "Two weeks" })
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	third := w.postOnce(mail)[0]
	if g, err := guest.Glimpse(t.Context(), third.Token); err != nil || third.Token == first.Token || g.Title != "Two weeks" {
		t.Errorf("a new token: %+v, %v", g, err)
	}
	must(t, w.hub.RevokeLinks(t.Context(), name))
	if _, err := guest.Glimpse(t.Context(), third.Token); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a token of a collection whose links are revoked: %v", err)
	}
	if strings.Contains(log.String(), first.Token) {
		t.Error("the token is in the log")
	}
}

// TestLetterIsTriedAgain: with growing pauses, until it is set aside, which is
// visible; the next news is tried at once, as one letter.
func TestLetterIsTriedAgain(t *testing.T) {
	var log bytes.Buffer
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail, ParkAfter: time.Hour, Log: slog.New(slog.NewTextHandler(&log, nil))})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.makeFor("Picnic", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	mail.Fail(errors.New("550 no such user eve@example.org"))
	var pauses []time.Duration
	for {
		next, err := w.hub.Deliver(t.Context())
		must(t, err)
		if next.IsZero() {
			break
		}
		pauses = append(pauses, next.Sub(w.clock))
		w.clock = next.Add(-time.Second)
		if again, err := w.hub.Deliver(t.Context()); err != nil || !again.Equal(next) {
			t.Fatalf("tried too early: %v, %v", again, err)
		}
		w.clock = next
		w.restart(w.hubStore)
	}
	if len(pauses) != 6 || pauses[0] != time.Minute || pauses[5] != 32*time.Minute {
		t.Errorf("pauses %v", pauses)
	}
	parked, err := w.hub.Parked(t.Context())
	if err != nil || len(parked) != 1 || parked[0].Collection != name || parked[0].Address != "eve@example.org" || parked[0].Tries != 7 {
		t.Errorf("parked %+v, %v", parked, err)
	}
	if strings.Contains(log.String(), "eve@") {
		t.Errorf("the log names the address: %s", log.String())
	}
	mail.Fail(nil)
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	if l := w.postOnce(mail); len(l) != 1 || l[0].Reason != notify.Shared || l[0].Labelled != 0 {
		t.Errorf("letters %+v", l)
	}
	if parked, err := w.hub.Parked(t.Context()); err != nil || len(parked) != 0 {
		t.Errorf("parked %+v, %v", parked, err)
	}
}

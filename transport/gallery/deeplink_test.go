package gallery_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// linked is an album to whose address somebody comes who is not signed in.
type linked struct {
	*inn
	*browsertest.Page
	cam   *labtest.Camera
	name  collection.Name
	album string // its address
	user  collection.UserID
}

// TestLinkLeadsToAlbum: who comes to an album's address without being signed in sees that album after
// signing in, in whatever way, and joining leads back to it; no link leads to another site so.
func TestLinkLeadsToAlbum(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	l := &linked{inn: newInn(t, w), Page: browsertest.New(t), cam: w.Camera(w.User("ann"), 0)}
	browsertest.Photos(t, l.cam, 3)
	l.Open(l.origin + "/join")
	l.user = l.willBe()
	l.name = l.cam.Album("Holidays", l.user)
	l.album = l.origin + pageOf(l.name)
	t.Run("by joining", l.byJoining)
	t.Run("by the key of the browser", func(t *testing.T) { l.comes(t, "", "") })
	t.Run("by a link of the program", func(t *testing.T) {
		l.forgets()
		_, ticket, _ := strings.Cut(l.g.Link(l.user), "#")
		l.comes(t, "#"+ticket, "")
	})
	t.Run("by a passkey, to an item", l.byPasskey)
	t.Run("to an item of what has grown", l.inSuccessor)
	t.Run("nowhere else", l.nowhereElse)
}

// willBe is the user whom the key of the browser makes.
func (l *linked) willBe() (user collection.UserID) {
	text := browsertest.Eval[string](l.Page, fmt.Sprintf(`import(%q).then((m) => m.ownSigner()).then((s) => s.key.userId())
		.then((id) => [...id].map((b) => b.toString(16).padStart(2, '0')).join(''))`, l.g.Entry("me.js")))
	labtest.Must(l.t, user.UnmarshalText([]byte(text)))
	return user
}

func (l *linked) byJoining(t *testing.T) {
	secret, attempt := l.invites(enrol.Offer{})
	l.Open(l.album + "#." + secret)
	l.Until(`document.querySelector('#name')`)
	l.Click(`form .primary`)
	l.Until(`document.querySelector('.code, .failed')`)
	_, _, err := attempt.Wait(t.Context())
	labtest.Must(t, err)
	admitted := l.admits(attempt, "bob")
	l.Click(`.code ~ p .primary`)
	l.Until(`document.querySelector('.done, .failed')`)
	if user := <-admitted; user != l.user {
		t.Fatalf("user %v, not %v", user, l.user)
	}
	looks(l.Page, "join-back")
	l.cam.Shares(l.name)
	l.Click(`p a.primary`)
	l.seesAlbum(t, "")
}

// comes signs out, opens the album's address with what follows a #, and sees the album; the address
// ends with what is left of that.
func (l *linked) comes(t *testing.T, with, left string) {
	t.Helper()
	l.signsOut()
	l.Open(l.album + with)
	l.seesAlbum(t, left)
}

func (l *linked) seesAlbum(t *testing.T, left string) {
	t.Helper()
	l.Until(ready)
	if at := browsertest.Eval[string](l.Page, `location.href`); at != l.album+left {
		t.Errorf("it is at %s", at)
	}
}

func (l *linked) signsOut() {
	l.Open(l.origin + "/settings")
	l.Until(`document.querySelector('#signout')`)
	l.Click(`[action="/signout"] button`)
	l.Until(`document.querySelector('#ways') && !document.querySelector('#ways').hidden`)
}

// forgets has the browser be no station any more.
func (l *linked) forgets() {
	browsertest.Eval[bool](l.Page, fmt.Sprintf(`import(%q).then((m) => m.forget()).then(() => true)`, l.g.Entry("me.js")))
}

func (l *linked) byPasskey(t *testing.T) {
	do(l.Page, webauthn.Enable, webauthn.EnableParams{})
	do(l.Page, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	l.Open(l.origin + "/settings")
	l.Click("#newpasskey button")
	l.Until(`document.querySelector('.rows')`)
	l.signsOut()
	l.Open(l.album + itemOf(l.cam, 2))
	l.Until(`document.querySelector('#ways') && !document.querySelector('#ways').hidden`)
	l.Click("#passkey")
	l.Until(`document.querySelector('.viewer')`)
	l.seesAlbum(t, itemOf(l.cam, 2))
}

// inSuccessor opens an item of the album once that has grown: there it is another in number, and the
// same picture.
func (l *linked) inSuccessor(t *testing.T) {
	was := l.album
	browsertest.Photos(t, l.cam, 1)
	items := slices.Clone(l.cam.Items)
	slices.Reverse(items)
	is, err := l.cam.Make(t.Context(), collection.Header{Title: "Longer holidays", Authority: l.w.Authority()},
		collection.Body{Items: items, Recipients: []collection.UserID{l.user}, Replaces: []collection.ID{l.name.ID}})
	labtest.Must(t, err)
	l.cam.Shares(is)
	l.Open(l.origin + "/settings")
	l.Open(was + itemOf(l.cam, 1))
	l.Until(`document.querySelector('.viewer[open]')`)
	l.album = l.origin + pageOf(is)
	l.seesAlbum(t, itemOf(l.cam, 1))
	l.Until(`document.querySelector('.viewer .count').textContent === '4 of 4'`)
	l.album = was
}

// nowhereElse: what the address of a page names as the way back is a page of this gallery, or is not
// followed.
func (l *linked) nowhereElse(t *testing.T) {
	l.joins(l.Page, "carol")
	back := func(to string) string {
		l.Open(l.origin + "/join?to=" + url.QueryEscape(to))
		l.Until(`document.querySelector('#join a.primary')`)
		return browsertest.Eval[string](l.Page, `document.querySelector('#join a.primary').href`)
	}
	if at := back(strings.TrimPrefix(l.album, l.origin) + itemOf(l.cam, 2)); at != l.album+itemOf(l.cam, 2) {
		t.Errorf("it leads to %s", at)
	}
	for _, to := range []string{
		"//evil.example", `/\evil.example`, "/\t/evil.example", "\n//evil.example", "https://evil.example/", "//evil.example%2f..",
		"javascript:alert(1)", "data:text/html,x", "blob:" + l.origin + "/x", `\/evil.example`, "evil.example", l.origin + "@evil.example",
	} {
		if at := back(to); at != l.origin+"/" {
			t.Errorf("%q leads to %s", to, at)
		}
	}
	for _, to := range []string{"/.//evil.example", "/..//evil.example", "/%2f/evil.example", "/%2fevil.example", "/%5cevil.example", "/x/../..//evil.example"} {
		at := back(to)
		l.Open(at)
		if here := browsertest.Eval[string](l.Page, `location.origin`); here != l.origin || !strings.HasPrefix(at, l.origin+"/") {
			t.Errorf("%q leads to %s, and so to %s", to, at, here)
		}
	}
}

package gallery_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// do sends a command to a page's browser, and returns the answer.
func do[P, R any](p *browsertest.Page, command cdp.Command[P, R], with P) R {
	return browsertest.Run(p, chromedp.Action[R](func(ctx context.Context, t *chromedp.Target) (R, error) {
		return cdp.Call(ctx, t, command, with)
	}))
}

// looks takes a page's picture as it is, and on a phone in the dark, and has both be for everybody.
func looks(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.Accessible(name)
	p.Walks(name)
	do(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true})
	do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	p.Screenshot(name + "-phone-dark")
	p.Accessible(name + " on a phone, in the dark")
	do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	do(p, emulation.ClearDeviceMetricsOverride, cdp.Empty{})
}

// addCredential is webauthn.AddCredential without what virtual authenticators refuse.
var addCredential = cdp.Command[withCredential, cdp.Empty]{Method: webauthn.CommandAddCredential}

type withCredential struct {
	AuthenticatorID webauthn.AuthenticatorID `json:"authenticatorId"`
	Credential      credential               `json:"credential"`
}

type credential struct {
	ID         []byte  `json:"credentialId"`
	IsResident bool    `json:"isResidentCredential"`
	RpID       string  `json:"rpId"`
	PrivateKey []byte  `json:"privateKey"`
	UserHandle []byte  `json:"userHandle"`
	SignCount  float64 `json:"signCount"`
}

// TestSignIn: people come in by a passkey, by the key of their browser, and by a link of the
// program that runs the station, and are out when that is taken away.
func TestSignIn(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 0)
	browsertest.Photos(t, cam, 5)
	cam.Shares(cam.Album("Holidays", bob))
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	origin := browsertest.Serve(t, g)
	p := browsertest.New(t)
	button := func(name string) { p.Click(name) }
	const isIn, isOut = `document.querySelector('.albums')`, `document.querySelector('#ways') && !document.querySelector('#ways').hidden`

	p.Open(origin + "/")
	p.Until(isOut)
	looks(p, "signin")

	t.Run("link", func(t *testing.T) {
		link := g.Link(bob)
		p.Open(origin + link)
		p.Until(isIn)
		if url := browsertest.Eval[string](p, `location.href`); strings.Contains(url, "#") {
			t.Error("the secret stays in the address:", url)
		}
		looks(p, "albums")
		p.Open(origin + "/settings")
		button(`[action="/signout"] button`)
		p.Until(isOut)
		p.Open(origin + link)
		p.Until(isOut + ` && document.querySelector('#state').textContent.includes('used already')`)
	})

	t.Run("passkey", func(t *testing.T) {
		key := keyHolder(p)
		p.SignIn(origin, bob)
		p.Open(origin + "/settings")
		button("#newpasskey button")
		p.Until(`document.querySelector('.rows')`)
		looks(p, "settings")

		button(`[action="/signout"] button`)
		p.Until(isOut)
		button("#passkey")
		p.Until(isIn)

		p.Open(origin + "/settings")
		button(`[action="/signout"] button`)
		p.Until(isOut)
		kept := do(p, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: key}).Credentials
		if len(kept) != 1 || kept[0].RpID != "localhost" || !bytes.Equal(kept[0].UserHandle, bob[:]) {
			t.Fatalf("%+v", kept)
		}
		copied := credential{kept[0].CredentialID, true, kept[0].RpID, kept[0].PrivateKey, kept[0].UserHandle, 0} // before it was used
		do(p, webauthn.RemoveCredential, webauthn.RemoveCredentialParams{AuthenticatorID: key, CredentialID: copied.ID})
		do(p, addCredential, withCredential{key, copied})
		button("#passkey")
		p.Until(`document.querySelector('#state').textContent.includes('not known here')`)

		do(p, webauthn.RemoveCredential, webauthn.RemoveCredentialParams{AuthenticatorID: key, CredentialID: copied.ID})
		copied.SignCount = kept[0].SignCount
		do(p, addCredential, withCredential{key, copied})
		button("#passkey")
		p.Until(isIn)
		p.Open(origin + "/settings")
		button(`[action="/settings/passkey"] button`)
		p.Until(isOut) // the passkey had begun the session
		button("#passkey")
		p.Until(`document.querySelector('#state').textContent.includes('not known here')`)
	})
}

// TestGuest: who has a letter's link sees what guests may, the token is in no address that is
// sent, and a link that was revoked says so kindly.
func TestGuest(t *testing.T) {
	post := new(notify.Memory)
	w := browsertest.World(t, hub.Config{Gallery: "https://hub.example.org", Mail: mail.Config{Channel: post, GuestVersions: 1}})
	ann := w.User("ann")
	cam := w.Camera(ann, 0)
	browsertest.Photos(t, cam, 8)
	cam.Shares(cam.AlbumFor("Holidays & <i>more</i>", nil, "carol@example.org"))
	letters := w.Letters(post)
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}
	token := letters[0].Token

	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	watched := &watch{Pages: g}
	origin := browsertest.Serve(t, watched)
	p := browsertest.New(t)
	p.Open(origin + "/link#" + token)
	p.Until(`[...document.querySelectorAll('.thumbs img')].filter(i => i.naturalWidth > 0).length > 5`)
	looks(p, "guest")
	if title := browsertest.Eval[string](p, `document.querySelector('h1').textContent`); title != "Holidays & <i>more</i>" {
		t.Error(title)
	}
	if text := browsertest.Eval[string](p, `document.body.textContent`); !strings.Contains(text, "8 items") || !strings.Contains(text, "Join to see more") {
		t.Error(text)
	}
	guest := browsertest.Eval[string](p, `location.href`)
	for _, url := range append(watched.urls, guest) {
		if strings.Contains(url, token) {
			t.Error("the token was sent in", url)
		}
	}
	for _, path := range []string{"/", "/settings"} {
		p.Open(origin + path)
		p.Until(`document.querySelector('#ways')`) // a guest is not signed in
	}
	labtest.Must(t, w.Hub.Hub.Mail().RevokeLink(t.Context(), token))
	p.Open(guest)
	p.Until(`document.querySelector('h1').textContent === 'This link is over'`)
	looks(p, "over")
	p.Open(origin + "/link#" + token)
	p.Until(`document.querySelector('#state').textContent.includes('not shared over this link any more')`)
	p.Open(origin + "/link")
	p.Until(`document.querySelector('#state').textContent.includes('is missing')`)
}

// watch notes which URLs are asked for.
type watch struct {
	browsertest.Pages
	urls []string
}

func (w *watch) ServeHTTP(a http.ResponseWriter, r *http.Request) {
	w.urls = append(w.urls, r.URL.String(), r.Referer())
	w.Pages.ServeHTTP(a, r)
}

// TestGuestsAlone: another guest's cookie, or none, opens no link's pages, and the cookie goes to
// them alone.
func TestGuestsAlone(t *testing.T) {
	post := new(notify.Memory)
	w := browsertest.World(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}})
	cam := w.Camera(w.User("ann"), 2)
	cam.Shares(cam.AlbumFor("Holidays", nil, "carol@example.org", "dave@example.org"))
	letters := w.Letters(post)
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{URL: "https://hub.example.org"})
	labtest.Must(t, err)
	ask := func(method, path, body, cookie string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", cookie)
		a := httptest.NewRecorder()
		g.ServeHTTP(a, r)
		return a
	}
	var pages, cookies []string
	for _, l := range letters {
		a := ask("POST", "/link", "token="+l.Token, "")
		c, err := http.ParseSetCookie(a.Header().Get("Set-Cookie"))
		labtest.Must(t, err)
		if c.Path != a.Body.String() || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode {
			t.Error(c)
		}
		pages, cookies = append(pages, c.Path), append(cookies, c.Name+"="+c.Value)
	}
	for i, page := range pages {
		for path, want := range map[string]int{"": 410, "/cover": 404, "/1": 404} {
			for j, cookie := range append(cookies, "") {
				good := want
				if i == j {
					good = http.StatusOK
				}
				if a := ask("GET", page+path, "", cookie); a.Code != good {
					t.Errorf("%s with %q: %d", page+path, cookie, a.Code)
				}
			}
		}
	}
}

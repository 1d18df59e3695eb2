package gallery_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/webauthn"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// keyHolder is a page's screen lock, which keeps passkeys.
func keyHolder(p *browsertest.Page) webauthn.AuthenticatorID {
	do(p, webauthn.Enable, webauthn.EnableParams{})
	return do(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}).AuthenticatorID
}

// sealedSession signs a page in by a station's key, as its own scripts do.
func sealedSession(t *testing.T, p *browsertest.Page, w *labtest.World, user collection.UserID, station *lab.Station) {
	t.Helper()
	r := httptest.NewRequest("POST", "/session", nil)
	r.GetBody = func() (io.ReadCloser, error) { return http.NoBody, nil }
	labtest.Must(t, httplink.Sealed(httplink.Caller{User: user, Signer: station.Signer, Now: w.Now}, w.Hub.Hub.PublicKey().ID())(r))
	ask := fmt.Sprintf(`fetch('/session', { method: 'POST', headers: { authorization: %q } }).then((r) => r.status)`, r.Header.Get("Authorization"))
	if got := browsertest.Eval[int](p, ask); got != http.StatusNoContent {
		t.Fatal("the station is answered with", got)
	}
}

// TestPasskeyOfStoppedStation: a passkey counts for as long as the station that has made it, itself
// or by an earlier passkey: when a phone was stolen and its key is stopped, nothing that was made
// with it signs in, what it has begun is over, and passkeys made elsewhere stay.
func TestPasskeyOfStoppedStation(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	bob := w.User("bob")
	phone, tablet := w.Peer(bob, "phone").Station, w.Peer(bob, "tablet").Station
	store := new(memstore.Store)
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{Store: store})
	labtest.Must(t, err)
	origin := browsertest.Serve(t, g)
	p := browsertest.New(t)
	lock := keyHolder(p)
	const isOut = `document.querySelector('#ways') && !document.querySelector('#ways').hidden`
	signOut := func() {
		p.Open(origin + "/settings")
		p.Click(`[action="/signout"] button`)
		p.Until(isOut)
	}
	var kept []*webauthn.Credential
	make := func(shown int) {
		t.Helper()
		p.Open(origin + "/settings")
		p.Click("#newpasskey button")
		p.Until(fmt.Sprintf(`document.querySelectorAll('.rows li').length === %d`, shown))
		for _, c := range do(p, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: lock}).Credentials {
			do(p, webauthn.RemoveCredential, webauthn.RemoveCredentialParams{AuthenticatorID: lock, CredentialID: c.CredentialID})
			kept = append(kept, c)
		}
	}
	use := func(i int) {
		p.Open(origin + "/")
		p.Until(isOut)
		c := kept[i]
		do(p, addCredential, withCredential{lock, credential{c.CredentialID, true, c.RpID, c.PrivateKey, c.UserHandle, float64(c.SignCount) + 10}})
		p.Click("#passkey")
		p.Until(`document.querySelector('.empty') || document.querySelector('#state')?.textContent.includes('not known here')`)
		do(p, webauthn.RemoveCredential, webauthn.RemoveCredentialParams{AuthenticatorID: lock, CredentialID: c.CredentialID})
	}
	isIn := func() bool { return browsertest.Eval[bool](p, `!!document.querySelector('.empty')`) }

	p.Open(origin + "/")
	p.Until(isOut)
	for i, s := range []*lab.Station{phone, tablet} {
		sealedSession(t, p, w, bob, s)
		make(i + 1)
		if by := text(p, `.rows li:nth-child(`+fmt.Sprint(i+1)+`) [data-station]`); by != "made by station "+fmt.Sprintf("%x", s.Signer.Public().ID())[:16] {
			t.Errorf("passkey %d: %q", i, by)
		}
		if i == 1 {
			looks(p, "passkeys")
		}
		signOut()
	}
	use(0)
	if !isIn() {
		t.Fatal("the phone's passkey does not sign in")
	}
	make(3) // by the phone's

	w.Revokes(phone)
	for i, want := range []bool{false, true, false} {
		use(i)
		if isIn() != want {
			t.Errorf("passkey %d: it is %v that it signs in", i, isIn())
		}
		if isIn() {
			signOut()
		}
	}
	left := 0
	for _, err := range store.Scan(t.Context(), "gallery/passkey/", "", 0) {
		labtest.Must(t, err)
		left++
	}
	if left != 1 {
		t.Errorf("%d passkeys are kept", left)
	}
}

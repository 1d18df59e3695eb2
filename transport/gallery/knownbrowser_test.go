package gallery_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestKnownBrowser: an invitation opened at the front leads to joining; a browser that has joined
// is signed in by itself when its session is over, but not when its user has signed out, and not
// any more when its key is stopped.
func TestKnownBrowser(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	n := newInn(t, w)
	p := browsertest.New(t)
	const isIn, isOut = `document.querySelector('nav a[href="/settings"]')`, `document.querySelector('button#station')`
	secret, attempt := n.invites(enrol.Offer{})
	p.Open(n.origin + "/#." + secret)
	p.Until(`location.pathname === '/join' && document.querySelector('#name')`)
	p.Click(`form .primary`)
	p.Until(`document.querySelector('.code')`)
	_, _, err := attempt.Wait(t.Context())
	labtest.Must(t, err)
	admitted := n.admits(attempt, "bob")
	p.Click(`.code ~ p .primary`)
	p.Until(`document.querySelector('.done')`)
	bob := <-admitted

	p.Open(n.origin + "/settings")
	p.Until(isIn + ` && document.querySelector('#station').textContent.includes('Chrome')`)
	p.Click(`[action="/signout"] button`)
	p.Until(isOut)
	p.Open(n.origin + "/settings")
	p.Until(isIn) // the session is over, and the page is asked for again
	p.Click(`[action="/signout"] button`)
	p.Until(isOut)
	p.Click(`#station`)
	p.Until(isIn)

	credentials, err := w.Hub.Hub.Accounts().Credentials(t.Context(), bob)
	labtest.Must(t, err)
	for _, c := range credentials {
		labtest.Must(t, w.Hub.Hub.Accounts().Revoke(t.Context(), bob, c.Name))
	}
	p.Open(n.origin + "/")
	p.Until(isOut)
	p.Click(`#station`)
	p.Until(`document.querySelector('#state').textContent.includes('not let in any more')`)
}

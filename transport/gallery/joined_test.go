package gallery_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestJoinedBrowserIsAuthor: whoever has joined by an invitation shares and withdraws, and
// recipients see that: with a user's first key, and with one that a home has listed.
func TestJoinedBrowserIsAuthor(t *testing.T) {
	joins := map[string]func(*inn, *browsertest.Page) collection.UserID{
		"by the hub": func(n *inn, p *browsertest.Page) collection.UserID { return n.joins(p, "ann") },
		"at home": func(n *inn, p *browsertest.Page) collection.UserID {
			ann := n.w.User("ann")
			n.joinsAtHome(p, n.w.Peer(ann, "home"), ann)
			return ann
		},
	}
	for name, join := range joins {
		t.Run(name, func(t *testing.T) {
			n := newInn(t, browsertest.World(t, hub.Config{}))
			a := &author{World: n.w, Page: browsertest.New(t), origin: n.origin}
			a.user = join(n, a.Page)
			bob := a.User("bob")
			a.makes("Lake", original(4), "bob@example.org")
			a.Click(`.dock .primary`)
			a.Until(`document.querySelector('.good h2')`)
			c := a.shared(bob)

			album := a.origin + "/album/" + c.Author().String() + "/" + c.ID().String()
			a.Open(album + "/edit")
			a.Until(`document.querySelector('.card img')?.naturalWidth`)
			a.Click(`button[aria-label^="Withdraw "]`)
			a.Until(`document.querySelector('dialog[open]')`)
			a.Click(`dialog button[value=yes]`)
			a.Until(`document.querySelector('.card.gone')`)

			theirs := browsertest.New(t)
			theirs.SignIn(a.origin, bob)
			theirs.Open(album)
			theirs.Until(`document.querySelector('.mark.withdrawn')`)
			if _, rank := a.at(bob, c.Name()).At(0); !rank.Withdrawn() {
				t.Error("the hub has it not as withdrawn")
			}
		})
	}
}

// joinsAtHome has a browser become a station of a user's, whom the user's home admits.
func (n *inn) joinsAtHome(p *browsertest.Page, home *labtest.Peer, user collection.UserID) {
	n.t.Helper()
	endpoint, err := collection.DecodeEndpoint(home.Station.Peer.Source().Endpoint)
	labtest.Must(n.t, err)
	attempt, err := enrol.NewAttempt(n.t.Context(), enrol.Offer{
		User: user, Key: lab.UserKey(user).Public(), Authority: n.w.Hub.Hub.PublicKey(), Hub: []string{n.origin},
		Endpoints: []collection.Endpoint{endpoint},
	}, nonces{})
	labtest.Must(n.t, err)
	n.w.Net.Serve("home", home.Key(), httplink.PeerHandler(home.Station.Peer, httplink.HandlerOptions{Enrol: func(string) *enrol.Attempt { return attempt }}))
	p.Open(n.origin + "/join")
	p.Until(`document.querySelector('#invitation')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`#invitation`), home.URL()+"#"+home.Key().String()+"."))
	p.Click(`form .primary`)
	p.Until(`document.querySelector('.code, .failed')`)
	request, code, err := attempt.Wait(n.t.Context())
	labtest.Must(n.t, err)
	if got := text(p, ".code"); got != code || request.Role != signature.StationPeer {
		n.t.Fatalf("%q beside %q as %v: %s", got, code, request.Role, text(p, "#join"))
	}
	listed := make(chan error, 1)
	go func() { listed <- addTo(n.w, user, attempt) }()
	p.Click(`.code ~ p .primary`)
	p.Until(`document.querySelector('.done, .failed')`)
	labtest.Must(n.t, <-listed)
	if text(p, ".done") == "" || strings.Contains(text(p, "#join"), "begins with the key") {
		n.t.Fatal(text(p, "#join"))
	}
}

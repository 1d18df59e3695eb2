package gallery_test

import (
	"context"
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

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// text is what an element says.
func text(p *browsertest.Page, selector string) string {
	return browsertest.Eval[string](p, `document.querySelector('`+selector+`')?.textContent ?? ''`)
}

// TestBrowserJoins: a browser becomes a station by an invitation and a code that it and the
// operator see, and keeps a key that nobody gets out of it.
func TestBrowserJoins(t *testing.T) {
	n := newInn(t, browsertest.World(t, hub.Config{}))
	p := browsertest.New(t)
	secret, attempt := n.invites(enrol.Offer{})
	here, there := n.comes(p, secret, attempt)
	if here != there || len(here) != 7 {
		t.Fatalf("the browser shows %q, the operator %q", here, there)
	}
	p.Screenshot("join-code")
	if at := browsertest.Eval[string](p, `location.href`); at != n.origin+"/join" {
		t.Errorf("the invitation stays in the address: %s", at)
	}
	admitted := n.admits(attempt, "bob")
	p.Do(click(`.code ~ p .primary`))
	p.Until(`document.querySelector('.done, .failed')`)
	p.Screenshot("join-done")
	user := <-admitted
	if user.IsZero() || text(p, ".done") == "" || text(p, ".note") == "" {
		t.Fatalf("user %v reads %q", user, text(p, "main"))
	}
	t.Run("the key stays in the browser", func(t *testing.T) {
		kept := browsertest.Eval[string](p, inStore+`(async () => {
			const { secret } = await stored('station', 'key')
			return secret.extractable || secret.type + (await crypto.subtle.exportKey('pkcs8', secret).catch((e) => e.name))
		})()`)
		if kept != "privateInvalidAccessError" {
			t.Error(kept)
		}
	})
	t.Run("who comes again is known", func(t *testing.T) {
		p.Open(n.origin + "/join")
		p.Until(`document.querySelector('#join > p')`)
		if !browsertest.Eval[bool](p, `document.querySelector('#join').textContent.includes('joined already')`) {
			t.Error(text(p, "#join"))
		}
	})
}

// inStore reads what the browser has stored.
const inStore = `var stored = (store, key) => new Promise((done, fail) => {
	const open = indexedDB.open('glimpse')
	open.onerror = () => fail(open.error)
	open.onsuccess = () => {
		const get = open.result.transaction(store).objectStore(store).get(key)
		get.onsuccess = () => { open.result.close(); done(get.result) }
	}
});
`

// TestBrowserIsRefused: other codes, a no and an invitation that is spent end it, each in words of
// its own, and nothing is kept.
func TestBrowserIsRefused(t *testing.T) {
	n := newInn(t, browsertest.World(t, hub.Config{}))
	p := browsertest.New(t)
	failed := func(want string) {
		t.Helper()
		p.Until(`document.querySelector('.failed')`)
		if got := text(p, ".failed"); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("it says %q", got)
		}
		if browsertest.Eval[bool](p, inStore+`stored('station', 'account').then((a) => a !== undefined)`) {
			t.Error("an account is kept")
		}
	}
	secret, attempt := n.invites(enrol.Offer{})
	n.comes(p, secret, attempt)
	p.Do(click(`.code ~ p button:not(.primary)`))
	failed("Good that you looked")
	p.Screenshot("join-differ")

	secret, attempt = n.invites(enrol.Offer{})
	n.comes(p, secret, attempt)
	attempt.Refuse()
	p.Do(click(`.code ~ p .primary`))
	failed("The other side has said no")

	for name, hash := range map[string]string{"used": secret, "unknown": "AAAA"} {
		p.Open(n.origin + "/join#." + hash)
		p.Until(`document.querySelector('#name')`)
		p.Do(click(`form .primary`))
		failed("This invitation is used up")
		p.Screenshot("join-spent-" + name)
	}
}

// TestBrowserJoinsAtHome: a browser is added by the user's home, whose user key then lists it.
func TestBrowserJoinsAtHome(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	n := newInn(t, w)
	ann := w.User("ann")
	home := w.Peer(ann, "home")
	attempt, err := enrol.NewAttempt(t.Context(), enrol.Offer{
		User: ann, Key: lab.UserKey(ann).Public(), Authority: w.Hub.Hub.PublicKey(), Hub: []string{n.origin},
	}, nonces{})
	labtest.Must(t, err)
	w.Net.Serve("home", home.Key(), httplink.PeerHandler(home.Station.Peer, httplink.HandlerOptions{Enrol: func(string) *enrol.Attempt { return attempt }}))

	p := browsertest.New(t)
	p.Open(n.origin + "/join")
	p.Until(`document.querySelector('#invitation')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`#invitation`), home.URL()+"#"+home.Key().String()+"."), click(`form .primary`))
	p.Until(`document.querySelector('.code, .failed')`)
	_, code, err := attempt.Wait(t.Context())
	labtest.Must(t, err)
	if got := text(p, ".code"); got != code {
		t.Fatalf("%q beside %q: %s", got, code, text(p, "#join"))
	}
	listed := make(chan error, 1)
	go func() { listed <- addTo(w, ann, attempt) }()
	p.Do(click(`.code ~ p .primary`))
	p.Until(`document.querySelector('.done, .failed')`)
	labtest.Must(t, <-listed)
	if text(p, ".done") == "" || text(p, ".note") != "" {
		t.Error(text(p, "#join"))
	}
}

// addTo puts the station that has come to an attempt into its user's roster.
func addTo(w *labtest.World, user collection.UserID, attempt *enrol.Attempt) error {
	ctx := context.Background()
	request, err := attempt.Confirm(ctx)
	if err != nil {
		return err
	}
	r, err := lab.Roster(ctx, w.Hub.Hub, user)
	if err != nil {
		return err
	}
	data, err := lab.SetRoster(ctx, w.Hub.Hub, r.Join(signature.Station{Key: request.Key, Role: request.Role, Proof: request.Proof}), lab.UserKey(user))
	if err != nil {
		return err
	}
	return attempt.Admit(data)
}

// nonces are the same each time.
type nonces struct{}

func (nonces) Read(p []byte) (int, error) { return len(p), nil }

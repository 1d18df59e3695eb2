package gallery_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// text is what an element says.
func text(p *browsertest.Page, selector string) string {
	return browsertest.Eval[string](p, `document.querySelector('`+selector+`')?.textContent ?? ''`)
}

// TestBrowserJoins: a browser becomes a station by an invitation and a code that it and the
// operator see, and keeps a key that nobody gets out of it.
func TestBrowserJoins(t *testing.T) {
	n := newInn(t, browsertest.World(t, hub.Config{}))
	p := browsertest.New(t)
	t.Run("one key is made, however often it is asked for", func(t *testing.T) {
		p.Open(n.origin + "/join")
		made := browsertest.Eval[[]string](p, fmt.Sprintf(`import(%q).then((m) => Promise.all([m.ownSigner(), m.ownSigner()])).then((all) => all.map((s) => s.key.name))`, n.g.Entry("me.js")))
		if made[0] != made[1] {
			t.Error("two tabs have made", made)
		}
	})
	secret, attempt := n.invites(enrol.Offer{})
	here, there := n.comes(p, secret, attempt)
	if here != there || len(here) != 7 {
		t.Fatalf("the browser shows %q, the operator %q", here, there)
	}
	looks(p, "join-code")
	if at := browsertest.Eval[string](p, `location.href`); at != n.origin+"/join" {
		t.Errorf("the invitation stays in the address: %s", at)
	}
	admitted := n.admits(attempt, "bob")
	p.Click(`.code ~ p .primary`)
	p.Until(`document.querySelector('.done, .failed')`)
	looks(p, "join-done")
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
	t.Run("the hub adds no other station, as the page of keys says", func(t *testing.T) {
		_, attempt := n.invites(enrol.Offer{User: user})
		said := make(chan error, 1)
		go func() {
			_, err := n.w.Hub.Hub.Accounts().Enrol(context.WithoutCancel(t.Context()), attempt, nil)
			said <- err
		}()
		joiner, err := enrol.Join(t.Context(), attempt, lab.Signer("second"), signature.StationPeer, "home", rand.Reader)
		labtest.Must(t, err)
		if _, err := joiner.Confirm(t.Context()); err == nil {
			t.Error("it joins")
		}
		if err := <-said; !errors.Is(err, signature.ErrChanged) {
			t.Error(err)
		}
		p.Open(n.origin + "/keys")
		p.Until(`document.querySelector('#alone')`)
		looks(p, "keys-alone")
		if out := browsertest.Eval[[]string](p, `[...document.querySelectorAll('.card button')].filter((e) => e.checkVisibility()).filter((e) => {
			const inner = e.getBoundingClientRect(), card = e.closest('.card').getBoundingClientRect()
			return inner.top < card.top || inner.bottom > card.bottom || inner.left < card.left || inner.right > card.right
		}).map((e) => e.textContent)`); len(out) > 0 {
			t.Errorf("outside of its card: %q", out)
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
	p.Click(`.code ~ p button:not(.primary)`)
	failed("Good that you looked")
	looks(p, "join-differ")

	secret, attempt = n.invites(enrol.Offer{})
	n.comes(p, secret, attempt)
	attempt.Refuse()
	p.Click(`.code ~ p .primary`)
	failed("The other side has said no")

	for name, hash := range map[string]string{"used": secret, "unknown": "AAAA"} {
		p.Open(n.origin + "/join#." + hash)
		p.Until(`document.querySelector('#name')`)
		p.Click(`form .primary`)
		failed("This invitation is used up")
		looks(p, "join-spent-"+name)
	}
}

// TestBrowserJoinsAtHome: a browser is added by the user's home, whose user key then lists it.
func TestBrowserJoinsAtHome(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	n := newInn(t, w)
	ann := w.User("ann")
	p := browsertest.New(t)
	home := w.Peer(ann, "home")
	t.Run("a link leads to another station, which is shown", func(t *testing.T) {
		p.Open(n.origin + "/join#" + home.URL() + "%23" + home.Key().String() + ".")
		p.Until(`document.querySelector('#invitation')`)
		if got := browsertest.Eval[string](p, `document.querySelector('#invitation').value`); got != home.URL()+"#"+home.Key().String()+"." {
			t.Errorf("it says %q", got)
		}
		if at := browsertest.Eval[string](p, `location.href`); at != n.origin+"/join" {
			t.Errorf("the invitation stays in the address: %s", at)
		}
		looks(p, "join-elsewhere")
	})
	n.joinsAtHome(p, home, ann)
	t.Run("it knows the home", func(t *testing.T) {
		got := browsertest.Eval[[]string](p, inStore+`stored('station', 'account').then(({ homes }) => homes.flatMap((e) => e.urls))`)
		if !slices.Equal(got, []string{home.URL()}) {
			t.Errorf("where it serves: %q, not %s", got, home.URL())
		}
	})

	t.Run("its user's stations are listed", func(t *testing.T) {
		p.Do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
		p.Open(n.origin + "/keys")
		p.Until(`document.querySelectorAll('#stations li').length === 2`)
		if text(p, "#alone") != "" {
			t.Error("it says that no other station can be added")
		}
		browsertest.Eval[bool](p, `(document.querySelector('#stations').scrollIntoView(), true)`)
		p.Screenshot("keys-stations-phone")
		p.Accessible("keys, with stations")
		p.Walks("keys, with stations")
	})
	t.Run("a later roster is kept, and an earlier one never again", func(t *testing.T) {
		before, err := lab.Roster(t.Context(), w.Hub.Hub, ann)
		labtest.Must(t, err)
		w.Camera(ann, 0)
		latest, err := lab.Roster(t.Context(), w.Hub.Hub, ann)
		labtest.Must(t, err)
		for what, shown := range map[string][]signature.Roster{"later": {latest}, "earlier": {before, latest, before}} {
			for _, r := range shown {
				data, err := r.MarshalBinary()
				labtest.Must(t, err)
				browsertest.Eval[bool](p, fmt.Sprintf(`import(%q).then((m) => m.ringOf([new Uint8Array(%s)])).then(() => true)`, n.g.Entry("ring.js"), numbers(data)))
			}
			p.Open(n.origin + "/keys")
			p.Until(`document.querySelector('#stations li')`)
			if n := browsertest.Eval[int](p, `document.querySelectorAll('#stations li').length`); n != 3 {
				t.Errorf("%s: %d stations", what, n)
			}
		}
	})
	t.Run("the hub adds no station", func(t *testing.T) {
		s, err := signature.KeyStatement{User: ann, Key: lab.Signer("evil").Public(), Role: signature.RoleUser, Issued: w.Now()}.Sign(t.Context(), w.Hub.Signer)
		labtest.Must(t, err)
		data, err := s.MarshalBinary()
		labtest.Must(t, err)
		keys := browsertest.Eval[[]string](p, fmt.Sprintf(`import(%q).then((m) => m.ringOf([new Uint8Array(%s)])).then(({ ring }) => ring.keys)`, n.g.Entry("ring.js"), numbers(data)))
		if evil := fmt.Sprintf("%x", lab.Signer("evil").Public().ID()); slices.Contains(keys, evil) || len(keys) == 0 {
			t.Errorf("%s is one of %v", evil, keys)
		}
	})
	t.Run("the key is forgotten, once that is meant", func(t *testing.T) {
		do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		p.Open(n.origin + "/keys")
		p.Until(`document.querySelector('#this details')`)
		browsertest.Eval[bool](p, `(document.querySelector('#this details').open = true)`)
		browsertest.Eval[bool](p, `(document.querySelector('#this').scrollIntoView(), true)`)
		p.Screenshot("keys-forget-phone-dark")
		p.Accessible("keys, to be forgotten")
		p.Click(`#forget`)
		p.Until(`!document.querySelector('#this')`)
		if browsertest.Eval[bool](p, inStore+`Promise.all([stored('station', 'account'), stored('station', 'key')]).then((all) => all.some((e) => e))`) {
			t.Error("it is kept")
		}
	})
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

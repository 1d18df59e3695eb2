package gallery_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// vouched opens the page that says who vouches for the album, and returns what the badge says.
func (l *lent) vouched() (kind, says string) {
	l.t.Helper()
	l.p.Open("about:blank")
	l.p.Open(fmt.Sprintf("%s/keys#%v/%v", l.origin, l.name.Author, l.name.ID))
	l.p.Until(`document.querySelector('a.vouch')`)
	return browsertest.Eval[string](l.p, `document.querySelector('a.vouch').dataset.kind`), text(l.p, "a.vouch")
}

// forged has a key that is not Ann's seal an album with another title, as Ann's.
func (l *lent) forged(state *transport.State, key *signature.Signer) {
	c, err := collection.Decode(state.Collection)
	labtest.Must(l.t, err)
	c, err = c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "Forged" })
	labtest.Must(l.t, err)
	c, err = c.Sign(context.Background(), key, l.w.Now())
	labtest.Must(l.t, err)
	state.Collection, err = c.MarshalBinary()
	labtest.Must(l.t, err)
}

// statement is what the hub says of a key.
func (l *lent) statement(user collection.UserID, key *signature.Signer) []byte {
	s, err := signature.KeyStatement{User: user, Key: key.Public(), Role: signature.RoleUser, Issued: l.w.Now()}.Sign(context.Background(), l.w.Hub.Signer)
	labtest.Must(l.t, err)
	data, err := s.MarshalBinary()
	labtest.Must(l.t, err)
	return data
}

// TestLyingHub: a page that does not come from the hub shows each of its lies as one; the honest
// hub is shown as honest before and afterwards.
func TestLyingHub(t *testing.T) {
	l := published(t, 3)
	l.findsLies(func(name string) { looks(l.p, name) })
}

// altered are lies about an album that no seal covers.
func (l *lent) altered() map[string]func(*transport.State) {
	other := l.cam.Album("Another one", l.bob)
	l.cam.Syncs(l.home, other)
	l.home.Publishes(other)
	put := func(from, to string) func(*transport.State) {
		return func(s *transport.State) {
			changed := bytes.Replace(s.Collection, []byte(from), []byte(to), 1)
			if bytes.Equal(changed, s.Collection) {
				l.t.Errorf("%q is not there", from)
			}
			s.Collection = changed
		}
	}
	eve := collection.UserID{1, 2, 3}
	return map[string]func(*transport.State){
		"another title":     put("Holidays", "Holigays"),
		"another caption":   put("photo 1", "phota 1"),
		"another type":      put("image/jpeg", "image/jpfg"),
		"another recipient": put(string(l.bob[:]), string(eve[:])),
		"other ranks":       l.withdrawn,
		"another album": func(s *transport.State) {
			state, err := l.w.Hub.Hub.As(l.bob).Collection(context.Background(), other)
			labtest.Must(l.t, err)
			*s = state
		},
		"no collection": func(s *transport.State) { s.Collection = s.Collection[:100] },
	}
}

// withdrawn has somebody withdraw a photo who is nobody.
func (l *lent) withdrawn(s *transport.State) {
	c, err := collection.Decode(s.Collection)
	labtest.Must(l.t, err)
	u, err := c.Withdraw(l.cam.Items[0].ID)
	labtest.Must(l.t, err)
	u, err = u.Sign(context.Background(), lab.Signer("evil"), l.w.Now())
	labtest.Must(l.t, err)
	data, err := u.MarshalBinary()
	labtest.Must(l.t, err)
	s.Updates = append(s.Updates, data)
}

// byAnother has a key that the hub vouches for as Ann's seal another title.
func (l *lent) byAnother(s *transport.State) {
	evil := lab.Signer("evil")
	l.forged(s, evil)
	s.Keys = [][]byte{l.statement(l.name.Author, evil)}
}

// isHonest checks that the page shows the album as its author has sealed it.
func (l *lent) isHonest() {
	l.t.Helper()
	l.lie = nil
	if kind, says := l.vouched(); kind != "both" || !strings.HasPrefix(says, "Sealed by the author") {
		l.t.Errorf("an honest one: %s, %q", kind, says)
	}
	if got := text(l.p, "#album a:not(.vouch)"); got != "Holidays" {
		l.t.Errorf("it is called %q", got)
	}
}

// firstKeyStays has the browser's user decide for the key that was seen first.
func (l *lent) firstKeyStays() {
	l.t.Helper()
	browsertest.Eval[bool](l.p, `(document.querySelector('.alarm details').open = true)`)
	l.p.Click(`.alarm button:not(.take)`)
	l.p.Until(`!document.querySelector('.card .alarm')`)
}

// findsLies checks what the pages say when what they are told by their station is a lie, and has
// somebody look at that.
func (l *lent) findsLies(look func(name string)) {
	l.t.Helper()
	l.isHonest()
	look("keys-album")
	for what, lie := range l.altered() {
		l.lie = lie
		if kind, says := l.vouched(); kind != "altered" || !strings.HasPrefix(says, "This is not what the author has sealed") {
			l.t.Errorf("%s: %s, %q", what, kind, says)
		}
	}
	look("keys-altered")
	l.lie = func(s *transport.State) { l.forged(s, lab.Signer("evil")) }
	if kind, _ := l.vouched(); kind != "unknown" {
		l.t.Errorf("another key: %s", kind)
	}
	l.isHonest()
	l.lie = l.byAnother
	if kind, says := l.vouched(); kind != "changed" || !strings.HasPrefix(says, "Careful") {
		l.t.Errorf("another key for the author: %s, %q", kind, says)
	}
	look("keys-changed")
	l.lie = nil // and it stays said, until somebody has compared
	if kind, _ := l.vouched(); kind != "changed" || text(l.p, ".card .alarm") == "" {
		l.t.Errorf("afterwards: %s, %q", kind, text(l.p, "#keys"))
	}
	l.firstKeyStays()
	l.isHonest()
}

// TestKeysAreCompared: a pinned key is shown with its fingerprint, and compared with what somebody
// was told.
func TestKeysAreCompared(t *testing.T) {
	l := published(t, 1)
	l.vouched()
	ann := `[data-pin="` + l.name.Author.String() + `"]`
	want := fmt.Sprintf("%x", lab.UserKey(l.name.Author).Public().ID())
	groups := browsertest.Eval[[]string](l.p, `[...document.querySelectorAll('`+ann+` .fingerprint span')].map((e) => e.textContent)`)
	if strings.Join(groups, "") != want || len(groups) != 16 {
		t.Errorf("the fingerprint is %v, want %s", groups, want)
	}
	if who, what := text(l.p, ann+" h3"), text(l.p, ann+" .keyhead p"); who != "ann" || !strings.HasPrefix(what, "User "+l.name.Author.String()[:8]+" · seen first") {
		t.Errorf("%q, %q", who, what)
	}
	if n := browsertest.Eval[int](l.p, `document.querySelectorAll('`+ann+` .keyhead rect').length`); n == 0 {
		t.Error("no pattern")
	}
	compare := func(told, says string) {
		t.Helper()
		browsertest.Eval[bool](l.p, `(document.querySelector('`+ann+` details').open = true, document.querySelector('`+ann+` input').value = '', true)`)
		l.p.Do(chromedp.SendKeys(chromedp.CSS(ann+` input`), told))
		l.p.Click(ann + ` form button`)
		l.p.Until(`document.querySelector('` + ann + ` [role=status]').textContent.includes('` + says + `')`)
	}
	compare(strings.ToUpper(strings.Join(groups[:15], " "))+" 0000", "They differ")
	l.vouched()
	if got := text(l.p, ann+" .keyhead p"); !strings.HasSuffix(got, "not compared yet") {
		t.Errorf("after another one: %q", got)
	}
	compare(strings.ToUpper(strings.Join(groups, " ")), "They are the same")
	l.vouched()
	if got := text(l.p, ann+" .keyhead p"); !strings.Contains(got, "compared on") {
		t.Errorf("after the same one: %q", got)
	}
}

// TestVouchingIsSaid: what the author has not sealed, a revoked key has, or nobody has heard of for long,
// is said to be so.
func TestVouchingIsSaid(t *testing.T) {
	l := published(t, 1)
	l.lie = l.byHub
	if kind, says := l.vouched(); kind != "hub" || !strings.HasPrefix(says, "The hub alone") {
		t.Errorf("%s, %q", kind, says)
	}
	l.lie = nil
	l.load()
	browsertest.Eval[bool](l.p, `write('station', 'heard', { number: 0, at: Date.now() / 1000 - 8 * 86400 }).then(() => true)`)
	if kind := browsertest.Eval[string](l.p, `reread()`); kind != "stale" {
		t.Errorf("a silent hub: %s", kind)
	}
	if kind, _ := l.vouched(); kind != "both" { // the page asks it
		t.Errorf("a hub that is asked: %s", kind)
	}
	_, own := l.cam.Encoded(l.name) // which no hub has sealed
	l.lie = func(s *transport.State) { s.Collection = own }
	if kind, _ := l.vouched(); kind != "author" {
		t.Errorf("the author's seal alone: %s", kind)
	}
	l.w.Revokes(l.cam.Station)
	if kind, says := l.vouched(); kind != "revoked" || !strings.HasPrefix(says, "Sealed with a key that counts no more") {
		t.Errorf("a revoked camera: %s, %q", kind, says)
	}
	l.lie = nil
	if kind, _ := l.vouched(); kind != "hub" {
		t.Errorf("what the hub has sealed, too: %s", kind)
	}
}

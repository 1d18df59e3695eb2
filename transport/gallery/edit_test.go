package gallery_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestEditsAlbum: an author changes an album in the browser, and the hub, and the recipients' homes,
// take that as they would from a home computer.
func TestEditsAlbum(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	bob, eve := a.User("bob"), a.User("eve")
	a.joins(signature.StationPeer) // which may withdraw
	cam := a.Camera(a.user, 0)
	browsertest.Photos(t, cam, 3)
	name := cam.Album("Lake", bob, eve)
	cam.Shares(name)
	home := a.Peer(bob, "bob's")
	home.Receives()
	opens := func() {
		a.Open(a.origin + "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit")
		a.Until(`document.querySelectorAll('.card img').length === 3 && [...document.querySelectorAll('.card img')].every((i) => i.naturalWidth)`)
	}
	confirms := func(says string) {
		a.Until(`document.querySelector('dialog[open]')`)
		if got := browsertest.Eval[string](a.Page, `document.querySelector('dialog').innerText`); !strings.Contains(got, says) {
			t.Errorf("it asks %q, without %q", got, says)
		}
		a.Click(`dialog button[value=yes]`)
	}

	t.Run("texts", func(t *testing.T) {
		opens()
		a.Do(chromedp.SetValue(`.title`, "Lake and hills"), chromedp.SetValue(`.card:nth-child(2) .caption`, "the boat"))
		browsertest.Eval[bool](a.Page, `['.title', '.card:nth-child(2) .caption'].every((s) => document.querySelector(s).dispatchEvent(new Event('input')))`)
		looks(a.Page, "edit")
		if !browsertest.Eval[bool](a.Page, `[...document.querySelectorAll('.card')].every((e) => {
			const card = e.getBoundingClientRect(), picture = e.querySelector('.picture').getBoundingClientRect()
			return Math.abs(picture.left - card.left - (card.right - picture.right)) < 1
		})`) {
			t.Error("a picture is not in the middle of its card")
		}
		a.Click(`.dock .primary`)
		a.Until(`document.querySelector('.good')?.textContent.includes('saved')`)
		c := a.at(bob, name)
		if c.Title() != "Lake and hills" || c.Item(1).Caption != "the boat" || c.Item(0).Caption != "photo 0" || c.Header().Edition != 1 {
			t.Errorf("%q, %q in edition %d", c.Title(), c.Item(1).Caption, c.Header().Edition)
		}
		home.Hears(notify.Edited, 3)
	})
	t.Run("withdraw", func(t *testing.T) {
		opens()
		a.Click(`button[aria-label="Withdraw the boat"]`)
		looks(a.Page, "edit-withdraw")
		a.Press(kb.Escape) // takes it back, and leaves the focus where it was
		a.Until(`!document.querySelector('dialog') && document.activeElement.getAttribute('aria-label') === 'Withdraw the boat'`)
		if _, rank := a.at(bob, name).At(1); rank.Withdrawn() {
			t.Fatal("it is withdrawn")
		}
		a.Press(kb.Enter)
		confirms("will never come")
		a.Until(`document.querySelector('.card:nth-child(2)').classList.contains('gone')`)
		if _, rank := a.at(bob, name).At(1); !rank.Withdrawn() {
			t.Error("it is not withdrawn")
		}
	})
	var next collection.Name
	t.Run("grow, and leave somebody out", func(t *testing.T) {
		a.Open(a.origin + "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit")
		a.Until(`document.querySelectorAll('.card').length === 3`)
		a.Do(chromedp.SetUploadFiles(`input[type=file]`, []string{a.file("new.jpg", original(7))}))
		a.Until(`document.querySelector('[aria-label="To be added"] .card img')`)
		a.Click(`button[aria-label="Remove eve"]`)
		a.Click(`.dock .primary`)
		looks(a.Page, "edit-succeed")
		confirms("eve: for them the album has ended")
		a.Until(`document.querySelector('.good a')`)
		path := browsertest.Eval[string](a.Page, `document.querySelector('.good a').pathname`)
		labtest.Must(t, next.ID.UnmarshalText([]byte(path[strings.LastIndex(path, "/")+1:])))
		next.Author = a.user
		c := a.at(bob, next)
		if c.Len() != 4 || c.Title() != "Lake and hills" || c.Item(1).Caption != "the boat" || c.Item(3).Caption != "new.jpg" || c.MayRead(eve) {
			t.Errorf("%q of %d items, for eve %t", c.Title(), c.Len(), c.MayRead(eve))
		}
		for i := range 3 {
			old, is := a.at(a.user, name).Item(i), c.Item(i)
			if old.ID != is.ID || !slices.Equal(old.Digests, is.Digests) {
				t.Errorf("item %d is another one", i)
			}
		}
		if _, rank := c.At(1); !rank.Withdrawn() {
			t.Error("what was withdrawn is there again")
		}
		if !a.at(a.user, name).Ended() {
			t.Error("what was replaced goes on")
		}
		a.isJPEG(bob, c, 3, 0)
		if _, err := a.Hub.Hub.As(eve).Collection(t.Context(), next); !errors.Is(err, transport.ErrForbidden) && !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("eve reads it: %v", err)
		}
		home.Receives()
		if got := home.Views(next); got.Len() != 4 {
			t.Errorf("bob's home sees %d items", got.Len())
		}
	})
	t.Run("end", func(t *testing.T) {
		a.Open(a.origin + "/album/" + next.Author.String() + "/" + next.ID.String() + "/edit")
		a.Until(`document.querySelector('.danger')`)
		a.Click(`#album > .danger`)
		confirms("Lake and hills")
		a.Until(`document.querySelector('.good h2')?.textContent.includes('has ended')`)
		if !a.at(a.user, next).Ended() {
			t.Error("it goes on")
		}
	})
	t.Run("nothing that its author has not sealed", func(t *testing.T) {
		name := cam.Album("Sealed", bob)
		cam.Shares(name)
		state, err := a.Hub.Hub.As(a.user).Collection(t.Context(), name)
		labtest.Must(t, err)
		c, err := a.at(a.user, name).Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "the hub's" })
		labtest.Must(t, err)
		c, err = c.CoSign(t.Context(), a.Hub.Signer, a.Now())
		labtest.Must(t, err)
		state.Collection, err = c.MarshalBinary()
		labtest.Must(t, err)
		lie, err := transport.Encode(state)
		labtest.Must(t, err)
		a.pages.instead = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/cbor")
			_, _ = w.Write(lie)
		}
		a.pages.at("/v1/collections/")
		a.Open(a.origin + "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit")
		a.Until(`document.querySelector('#album .problem')`)
		a.pages.at("/none")
	})
	t.Run("nobody else's", func(t *testing.T) {
		other := a.Camera(bob, 1)
		theirs := other.Album("Bob's", a.user)
		other.Shares(theirs)
		a.Open(a.origin + "/album/" + theirs.Author.String() + "/" + theirs.ID.String() + "/edit")
		if browsertest.Eval[bool](a.Page, `!!document.querySelector('#album')`) {
			t.Error("another's album can be edited")
		}
	})
}

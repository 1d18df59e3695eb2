package gallery_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestNewsGoesWherePeopleWant: a member names an address of a channel, proves it with the code that
// comes there, and is told there from then on; an author sees whom letters do not reach; whoever
// signs out leaves nothing that was seen.
func TestNewsGoesWherePeopleWant(t *testing.T) {
	post, chat := new(notify.Memory), new(notify.Memory)
	a := newAuthor(t, hub.Config{Gallery: "https://hub.example.org", Mail: mail.Config{
		Channel: post, Channels: map[string]notify.Channel{"mail": post, "xmpp": chat},
	}})
	opens := func() {
		a.Open(a.origin + "/settings")
		a.Until(`document.querySelector('#channels:not([hidden]) form')`)
	}
	saves := func(says string) {
		a.Click(`#channels .primary`)
		a.Until(`document.querySelector('#channelstate').textContent.includes('` + says + `')`)
	}
	cam, bobs := a.Camera(a.user, 1), a.Camera(a.User("bob"), 1)

	t.Run("an address is proven", func(t *testing.T) {
		opens()
		a.types(`#channel-xmpp`, "ann@chat.example.org")
		a.Do(chromedp.SetValue(`#language`, "de"))
		saves("A code is on its way")
		looks(a.Page, "settings-code")
		a.types(`#code-xmpp`, "ABCDEFGH")
		saves("not the code")
		codes := chat.Letters()
		last := codes[len(codes)-1]
		if last.Reason != notify.Confirm || last.Address != "ann@chat.example.org" || last.Language != "de" {
			t.Errorf("%+v", last)
		}
		a.types(`#code-xmpp`, last.Code)
		saves("Saved.")
		opens()
		if got := browsertest.Eval[string](a.Page, `document.querySelector('#channel-xmpp').value + document.querySelector('#channel-mail').value + document.querySelector('#language').value`); got != "ann@chat.example.orgde" {
			t.Errorf("it shows %q", got)
		}
	})
	t.Run("news goes there", func(t *testing.T) {
		before := len(chat.Letters())
		bobs.Shares(bobs.Album("Bob's", a.user))
		a.Letters(post)
		news := chat.Letters()[before:]
		if len(news) != 1 || news[0].Title != "Bob's" || news[0].Address != "ann@chat.example.org" || news[0].Language != "de" {
			t.Errorf("%+v", news)
		}
	})
	t.Run("what is refused is said", func(t *testing.T) {
		chat.Fail(notify.ErrRefused)
		a.types(`#channel-xmpp`, "x")
		saves("no address")
		opens()
		browsertest.Eval[string](a.Page, `document.querySelector('#channel-xmpp').value = ''`)
		saves("Saved.")
		if got, err := a.Hub.Hub.Mail().Of(a.user).Channels(t.Context()); err != nil || len(got.Addresses) != 0 {
			t.Errorf("%v is chosen, %v", got.Addresses, err)
		}
	})
	t.Run("letters that nobody gets", func(t *testing.T) {
		if !browsertest.Eval[bool](a.Page, `document.querySelector('#parked').hidden`) {
			t.Error("it speaks of letters of which there are none")
		}
		post.Fail(notify.ErrRefused)
		name := cam.AlbumFor("Lost", nil, "carol@example.org")
		cam.Shares(name)
		a.Letters(post)
		opens()
		a.Until(`document.querySelector('#parked:not([hidden]) li')?.textContent.includes('carol@example.org')`)
		looks(a.Page, "settings-parked")
		if got := browsertest.Eval[string](a.Page, `document.querySelector('#parked a').pathname`); !strings.HasSuffix(got, name.ID.String()) {
			t.Errorf("it leads to %s", got)
		}
	})
	t.Run("nothing that was seen is left", func(t *testing.T) {
		seen := inStore + `stored('seen', 'user').then((user) => user ?? '')`
		a.Open(a.origin + "/")
		a.Until(`document.body.dataset.ready`)
		if got := browsertest.Eval[string](a.Page, seen); got != a.user.String() {
			t.Fatalf("%q has seen something", got)
		}
		opens()
		a.Click(`#signout button:last-child`)
		a.Until(`location.search === '?out' && document.querySelector('#ways')`)
		if got := browsertest.Eval[string](a.Page, seen); got != "" {
			t.Errorf("what %s has seen is left", got)
		}
	})
}

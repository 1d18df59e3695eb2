package hub_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// code returns the code that has come to an address over chat since chat was looked at last.
func (c *channels) code(address string) string {
	c.t.Helper()
	l := c.told(&c.chat, notify.Confirm)[0]
	if l.Address != address || len(l.Code) != 8 || l.Link+l.Unsubscribe+l.Title != "" || l.Language != "de" || l.ID == (notify.ID{}) {
		c.t.Errorf("letter %+v", l)
	}
	return l.Code
}

// TestMemberProvesAddress: an address is chosen by who reads what comes to it, alone, and is not
// written to before; until then the channel is as it was.
func TestMemberProvesAddress(t *testing.T) {
	w := newChannels(t, hub.Config{})
	bob, eve := w.User("bob"), w.User("eve")
	letters := w.Hub.Hub.Mail().Of(bob)
	choose := func(of transport.Letters, address, code, chosen, awaited string) {
		t.Helper()
		c := transport.Choice{Language: "de", Addresses: map[string]string{"chat": address}, Codes: map[string]string{"chat": code}}
		got, err := of.Choose(t.Context(), c)
		labtest.Must(t, err)
		if got.Addresses["chat"] != chosen || strings.Join(got.Awaited, " ") != awaited || strings.Join(got.Offered, " ") != "chat mail" || got.Language != "de" {
			t.Errorf("%s: %+v", address, got)
		}
	}
	choose(letters, "bob@chat", "", "", "chat")
	code := w.code("bob@chat")
	cam := w.Camera(w.User("ann"), 1)
	cam.Shares(cam.Album("Lake", bob))
	w.told(&w.chat) // it is not proven
	choose(w.Hub.Hub.Mail().Of(eve), "bob@chat", code, "", "chat")
	w.code("bob@chat")
	choose(letters, "other@chat", code, "", "chat")
	w.code("other@chat")
	w.Pass(time.Hour)
	choose(letters, "bob@chat", " "+strings.ToLower(code)+"\n", "bob@chat", "")
	choose(letters, "bob@chat", "", "bob@chat", "") // it is known
	w.told(&w.chat)
	choose(letters, "new@chat", "AAAAAAAA", "bob@chat", "chat")
	code = w.code("new@chat")
	cam.Shares(cam.Album("Hut", bob))
	if l := w.told(&w.chat, notify.Shared)[0]; l.Address != "bob@chat" {
		t.Errorf("letter %+v", l)
	}
	w.Pass(2 * time.Hour)
	choose(letters, "new@chat", code, "bob@chat", "chat") // too old
	w.code("new@chat")
	none, err := letters.Choose(t.Context(), transport.Choice{})
	labtest.Must(t, err)
	if len(none.Addresses) > 0 {
		t.Errorf("%+v", none)
	}
	cam.Shares(cam.Album("Sea", bob))
	w.told(&w.chat)
}

// TestCodesAreFew: a user, and who would annoy somebody, gets few codes sent; a channel that fails
// is said, and no address.
func TestCodesAreFew(t *testing.T) {
	w := newChannels(t, hub.Config{Mail: mail.Config{MaxPerDay: 3}})
	letters := w.Hub.Hub.Mail().Of(w.User("bob"))
	ask := func(of transport.Letters, address string) error {
		_, err := of.Choose(t.Context(), transport.Choice{Addresses: map[string]string{"chat": address}})
		return err
	}
	for i := range 10 {
		labtest.Must(t, ask(letters, strings.Repeat("x", i/3+1)+"@chat"))
	}
	for what, err := range map[string]error{"one user": ask(letters, "y@chat"), "one address": ask(w.Hub.Hub.Mail().Of(w.User("eve")), "x@chat")} {
		if !errors.Is(err, transport.ErrQuota) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(w.chat.Letters()); n != 10 {
		t.Errorf("%d codes", n)
	}
	w.Pass(25 * time.Hour)
	for fault, want := range map[error]error{notify.ErrRefused: transport.ErrMalformed, errors.New("z@chat is down"): transport.ErrUnreachable} {
		w.chat.Fail(fault)
		if err := ask(letters, "z@chat"); !errors.Is(err, want) || strings.Contains(err.Error(), "z@chat") {
			t.Errorf("%v: %v", fault, err)
		}
	}
}

// TestAuthorSeesParked: letters that nobody gets are shown to their author, and to no other.
func TestAuthorSeesParked(t *testing.T) {
	var post notify.Memory
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: &post}})
	cam := w.Camera(w.User("ann"), 1)
	post.Fail(notify.ErrRefused)
	name := cam.AlbumFor("Lake", nil, "eve@example.org")
	since := w.Now().Unix()
	cam.Shares(name)
	w.Letters(&post)
	p, err := w.Hub.Hub.Mail().Of(cam.User).Parked(t.Context())
	labtest.Must(t, err)
	want := transport.ParkedLetter{Author: name.Author, ID: name.ID, Address: "eve@example.org", Since: since, Refused: true}
	if len(p.Letters) != 1 || p.Letters[0] != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	if p, err := w.Hub.Hub.Mail().Of(w.User("bob")).Parked(t.Context()); err != nil || len(p.Letters) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

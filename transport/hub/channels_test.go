package hub_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// channels is a hub with two channels that members may choose.
type channels struct {
	*labtest.World
	t          *testing.T
	chat, post notify.Memory
	read       map[*notify.Memory]int
}

func newChannels(t *testing.T, cfg hub.Config) *channels {
	c := &channels{t: t, read: map[*notify.Memory]int{}}
	cfg.Mail.Channels = map[string]notify.Channel{"chat": &c.chat, "mail": &c.post}
	c.World = labtest.New(t, cfg)
	return c
}

func (c *channels) chooses(u collection.UserID, addresses map[string]string) {
	c.t.Helper()
	labtest.Must(c.t, c.Hub.Hub.Mail().Choose(c.t.Context(), u, transport.Choice{Language: "de", Addresses: addresses}))
}

// told delivers what waits, and compares what has come over a channel since it was looked at last.
func (c *channels) told(over *notify.Memory, want ...notify.Reason) []notify.Letter {
	c.t.Helper()
	_, err := c.Hub.Hub.Mail().Deliver(c.t.Context())
	labtest.Must(c.t, err)
	news := over.Letters()[c.read[over]:]
	c.read[over] += len(news)
	if len(news) != len(want) {
		c.t.Fatalf("letters %+v, want %v", news, want)
	}
	for i, l := range news {
		if l.Reason != want[i] {
			c.t.Errorf("letter %+v, want %v", l, want[i])
		}
	}
	return news
}

// TestMembersChooseChannels: a member is told in the feed, and each piece of news once over
// each channel that the member has chosen, in the member's language; who has chosen none, and
// the author, by the feed alone.
func TestMembersChooseChannels(t *testing.T) {
	w := newChannels(t, hub.Config{Gallery: "https://hub.example.org"})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home := w.Camera(ann, 2), w.Peer(ann, "home")
	w.chooses(bob, map[string]string{"chat": "bob@chat.example.org", "mail": "bob@example.org"})
	w.chooses(ann, map[string]string{"chat": "ann@chat.example.org"})
	name := cam.Album("Lake", bob, eve)
	cam.Shares(name)
	l := w.told(&w.chat, notify.Shared)[0]
	if l.Address != "bob@chat.example.org" || l.Language != "de" || l.By != "ann" || l.Title != "Lake" || len(l.Cover) == 0 || l.Link != "https://hub.example.org/album/"+name.String() {
		t.Errorf("letter %+v", l)
	}
	if m := w.told(&w.post, notify.Shared)[0]; m.Address != "bob@example.org" || m.ID != l.ID {
		t.Errorf("by mail %+v", m)
	}
	cam.Shares(name) // again: no news
	w.told(&w.chat)
	cam.Syncs(home, name)
	home.Publishes(name)
	home.Retitles(name, "Boats")
	home.Publishes(name) // newer news takes the place of what has not gone
	if l := w.told(&w.chat, notify.Edited)[0]; l.Title != "Boats" || l.Labelled != 0 {
		t.Errorf("letter %+v", l)
	}
	w.told(&w.post, notify.Edited)
	for _, u := range []collection.UserID{bob, eve} {
		if news := w.Waiting(u); len(news) != 1 || news[0].Notification.Title != "Boats" {
			t.Errorf("the feed of %v: %+v", u, news)
		}
	}
}

// TestChannelNotChosenAnyMore: what waits for it is not sent, over others it is.
func TestChannelNotChosenAnyMore(t *testing.T) {
	w := newChannels(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 1)
	w.chooses(bob, map[string]string{"chat": "bob@chat.example.org", "mail": "bob@example.org"})
	cam.Shares(cam.Album("Lake", bob))
	w.chooses(bob, map[string]string{"mail": "bob@elsewhere.example.org"})
	w.told(&w.chat)
	if l := w.told(&w.post, notify.Shared)[0]; l.Address != "bob@elsewhere.example.org" {
		t.Errorf("letter %+v", l)
	}
	choice, err := w.Hub.Hub.Mail().Of(bob).Channels(t.Context())
	if err != nil || choice.Language != "de" || len(choice.Addresses) != 1 {
		t.Errorf("%+v, %v", choice, err)
	}
}

// TestChannelFails: one that fails keeps no other back, and is tried again, while the feed goes
// on.
func TestChannelFails(t *testing.T) {
	w := newChannels(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 1)
	w.chooses(bob, map[string]string{"chat": "bob@chat.example.org", "mail": "bob@example.org"})
	w.chat.Fail(errors.New("down"))
	cam.Shares(cam.Album("Lake", bob))
	w.told(&w.post, notify.Shared)
	w.chat.Fail(nil)
	w.Pass(time.Minute)
	w.told(&w.chat, notify.Shared)
	w.told(&w.post)
}

// TestChannelEnded: a member who has ended letters over a channel gets those on what other people
// share, and all over others.
func TestChannelEnded(t *testing.T) {
	w := newChannels(t, hub.Config{Mail: mail.Config{Unsubscribe: "."}})
	bob := w.User("bob")
	w.chooses(bob, map[string]string{"chat": "bob@example.org", "mail": "bob@example.org"})
	cam, other := w.Camera(w.User("ann"), 1), w.Camera(w.User("cleo"), 1)
	cam.Shares(cam.Album("Lake", bob))
	labtest.Must(t, w.Hub.Hub.Mail().Unsubscribe(t.Context(), w.told(&w.chat, notify.Shared)[0].Unsubscribe[len("./"):]))
	w.told(&w.post, notify.Shared)
	cam.Shares(cam.Album("Hut", bob))
	w.told(&w.chat)
	w.told(&w.post, notify.Shared)
	other.Shares(other.Album("Sea", bob))
	w.told(&w.chat, notify.Shared)
}

// TestHeldBackIsNotTold: what strangers share beyond what the feed takes comes over no channel.
func TestHeldBackIsNotTold(t *testing.T) {
	w := newChannels(t, hub.Config{Unasked: hub.Unasked{Collections: 4}}) // of one stranger: one
	bob := w.User("bob")
	w.chooses(bob, map[string]string{"chat": "bob@example.org"})
	cam := w.Camera(w.User("ann"), 1)
	cam.Shares(cam.Album("Lake", bob))
	w.told(&w.chat, notify.Shared)
	cam.Shares(cam.Album("Hut", bob))
	w.told(&w.chat)
	if news := w.Waiting(bob); len(news) != 1 {
		t.Errorf("the feed has %d entries", len(news))
	}
}

// TestChoiceRefused: a channel that is none, and addresses that cannot be any.
func TestChoiceRefused(t *testing.T) {
	w := newChannels(t, hub.Config{})
	bob := w.User("bob")
	for _, choice := range []transport.Choice{
		{Addresses: map[string]string{"fax": "1"}}, {Addresses: map[string]string{"chat": ""}}, {Addresses: map[string]string{"chat": "a\nb"}},
		{Addresses: map[string]string{"chat": "\xff"}}, {Addresses: map[string]string{"chat": strings.Repeat("x", 2049)}},
		{Language: strings.Repeat("d", 36)}, {Language: "d\ne"},
	} {
		if err := w.Hub.Hub.Mail().Choose(t.Context(), bob, choice); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%+v: %v", choice, err)
		}
	}
	if choice, err := w.Hub.Hub.Mail().Of(bob).Channels(t.Context()); err != nil || choice.Language != "" || choice.Addresses != nil {
		t.Errorf("%+v, %v", choice, err)
	}
	for _, name := range []string{"", "a/b", "A", strings.Repeat("a", 17)} {
		_, err := hub.New(t.Context(), w.Hub.Signer, hub.Config{Mail: mail.Config{Channels: map[string]notify.Channel{name: &w.chat}}})
		if !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

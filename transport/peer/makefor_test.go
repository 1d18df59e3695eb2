package peer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// fillingIn is a hub whose answers to shares are changed on the way.
type fillingIn struct {
	transport.Hub
	change func(transport.Answer) (transport.Answer, error)
}

func (a fillingIn) Share(ctx context.Context, s transport.Share) (transport.Answer, error) {
	answer, err := a.Hub.Share(ctx, s)
	if err == nil && a.change != nil {
		answer, err = a.change(answer)
	}
	return answer, err
}

// addressed makes a family, and what Ann's home makes a collection of, for mail addresses.
func addressed(t *testing.T) (w *labtest.World, home, bob *labtest.Peer, post *notify.Memory, makes func(title string, addresses ...string) (collection.Name, error)) {
	t.Helper()
	post = new(notify.Memory)
	w = labtest.New(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}, Gallery: "https://hub.example.org"})
	ann := w.User("ann")
	cam, home, bob := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(w.User("bob"), "bob")
	return w, home, bob, post, func(title string, addresses ...string) (collection.Name, error) {
		header := collection.Header{ID: collection.ID{7}, Title: title, Authority: w.Authority()}
		return home.Author.MakeFor(t.Context(), header, collection.Body{Items: cam.Items}, cam.Card.Open, addresses...)
	}
}

// TestMakeFor: a home shares with mail addresses: with the user whose one is, and with
// somebody who gets a letter.
func TestMakeFor(t *testing.T) {
	w, home, bob, post, makes := addressed(t)
	name, err := makes("Lake", "Bob@example.org", "eve@example.org")
	labtest.Must(t, err)
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	c := bob.Views(name)
	if n := len(c.Body().Addresses); !c.MayRead(bob.User) || n != 1 || len(c.Header().AuthorSeal) == 0 {
		t.Errorf("%d blinded addresses", n)
	}
	ref := transport.Ref{Collection: name, Item: c.Item(0).ID, Version: 2}
	bob.Fetches(ref)
	if letters := w.Letters(post); len(letters) != 1 || letters[0].Address != "eve@example.org" {
		t.Errorf("letters: %+v", letters)
	}
}

// TestMakeForRecipient: the address of who is a recipient anyway adds nobody, and harms nothing.
func TestMakeForRecipient(t *testing.T) {
	w, home, bob, _, _ := addressed(t)
	header := collection.Header{ID: collection.ID{7}, Title: "Lake", Authority: w.Authority()}
	cam := w.Camera(home.User, 2)
	body := collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob.User}}
	name, err := home.Author.MakeFor(t.Context(), header, body, cam.Card.Open, "bob@example.org")
	labtest.Must(t, err)
	labtest.Must(t, home.Author.PublishPartial(t.Context(), name))
	bob.Hears(notify.Shared, 2)
	if got := bob.Views(name).Body(); len(got.Recipients) != 1 || len(got.Addresses) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestMakeForAgain: where the hub's answer was lost, the same is made of it later.
func TestMakeForAgain(t *testing.T) {
	w, home, bob, _, makes := addressed(t)
	lost := errors.New("lost")
	home.Restart(func(cfg *peer.Config) {
		cfg.Hub = fillingIn{cfg.Hub, func(transport.Answer) (transport.Answer, error) { return transport.Answer{}, lost }}
	})
	if _, err := makes("Lake", "bob@example.org"); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	w.Pass(time.Hour)
	home.Restart(nil)
	name, err := makes("Another day", "bob@example.org")
	labtest.Must(t, err)
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	bob.HearsNothing()
	if got := bob.Views(name).Title(); got != "Lake" {
		t.Errorf("title %q", got)
	}
}

// TestMakeForNobodyElse: of recipients that a hub adds, and without a hub, nothing is sealed.
func TestMakeForNobodyElse(t *testing.T) {
	_, home, _, _, makes := addressed(t)
	home.Restart(func(cfg *peer.Config) {
		cfg.Hub = fillingIn{cfg.Hub, func(a transport.Answer) (transport.Answer, error) {
			c, err := collection.Decode(a.Collection)
			if err != nil {
				return a, err
			}
			body := c.Body()
			body.Recipients = append(body.Recipients, collection.UserID{66})
			if c, err = collection.New(c.Header(), body); err == nil {
				a.Collection, err = c.MarshalBinary()
			}
			return a, err
		}}
	})
	if _, err := makes("Lake", "bob@example.org"); !errors.Is(err, transport.ErrDiffers) {
		t.Error(err)
	}
	if names, err := home.Names(t.Context()); len(names) != 0 || err != nil {
		t.Error(names, err)
	}
	home.Restart(func(cfg *peer.Config) { cfg.Hub = nil })
	if _, err := makes("Lake", "bob@example.org"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	if _, err := makes("Lake", "nobody"); !errors.Is(err, collection.ErrAddress) {
		t.Error(err)
	}
}

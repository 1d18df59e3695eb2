package transport_test

import (
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// people is a user base that a server has already.
type people map[string]collection.UserID

func (p people) ByAddress(_ context.Context, address string) (collection.UserID, error) {
	if user, ok := p[address]; ok {
		return user, nil
	}
	return collection.UserID{}, transport.ErrNotFound
}

func (p people) KeyStatements(context.Context, collection.UserID) ([][]byte, error) { return nil, nil }

// TestDirectoryDecides: who is whose is asked of the directory, when a
// collection is made, when it is announced, and when the server says that
// somebody has joined.
func TestDirectoryDecides(t *testing.T) {
	directory, bob, eve := people{}, collection.UserID{0xb}, collection.UserID{0xe}
	w := newWorld(t, hub.Config{Directory: directory})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	directory["bob@example.org"] = bob
	reads := func(user collection.UserID, name collection.Name) bool {
		_, err := w.hub.As(user).Collection(t.Context(), name)
		return err == nil
	}
	share := func() collection.Name {
		name := cam.makeFor("title", nil, "bob@example.org", "eve@example.org")
		_, err := cam.Share(t.Context(), cam.hub, name)
		must(t, err)
		return name
	}
	first := share()
	if !reads(bob, first) || reads(eve, first) {
		t.Errorf("bob reads: %v, eve reads: %v", reads(bob, first), reads(eve, first))
	}
	directory["eve@example.org"] = eve
	if reads(eve, first) {
		t.Error("eve reads before anybody looked")
	}
	must(t, w.hub.Joined(t.Context(), "Eve@example.org"))
	if !reads(eve, first) {
		t.Error("eve does not read")
	}
	delete(directory, "eve@example.org")
	second := share()
	_, err := cam.Share(t.Context(), cam.link(home), second)
	must(t, err)
	directory["eve@example.org"] = eve
	must(t, home.Publish(t.Context(), second))
	waiting, err := w.hub.As(eve).Notifications(t.Context())
	must(t, err)
	if !reads(eve, second) || len(waiting.Waiting) != 2 {
		t.Errorf("eve reads: %v, %d notifications", reads(eve, second), len(waiting.Waiting))
	}
}

// TestSenderNotifiesUsersOnly: where the sender tells the users itself, those with
// a mail address only are written to by the hub all the same.
func TestSenderNotifiesUsersOnly(t *testing.T) {
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	name := cam.makeFor("title", []collection.UserID{bob}, "eve@example.org")
	_, err := cam.ShareAndNotify(t.Context(), cam.hub, name, func(collection.UserID) transport.Recipient { return cam.recipient(b) })
	must(t, err)
	if letters := w.postOnce(mail); len(letters) != 1 || letters[0].Reason != notify.Shared {
		t.Errorf("letters %+v", letters)
	}
	waiting, err := w.hub.As(bob).Notifications(t.Context())
	if err != nil || len(waiting.Waiting) != 0 {
		t.Errorf("the hub told bob: %+v, %v", waiting, err)
	}
}

// recipient is the camera's way to the station of a recipient.
func (c *camera) recipient(s *station) transport.Recipient { return c.link(s) }

// slowMail is a channel during whose work something newer happens.
type slowMail struct {
	notify.Memory
	meanwhile func()
}

func (m *slowMail) Deliver(ctx context.Context, l notify.Letter) error {
	if next := m.meanwhile; next != nil {
		m.meanwhile = nil
		next()
	}
	return m.Memory.Deliver(ctx, l)
}

// TestNewerLetterIsNotLost: what came while a letter was delivered is delivered
// after it.
func TestNewerLetterIsNotLost(t *testing.T) {
	mail := new(slowMail)
	w := newWorld(t, hub.Config{Channel: mail})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.makeFor("title", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	mail.meanwhile = func() { must(t, home.Publish(t.Context(), name)) }
	for range 3 {
		_, err := w.hub.Deliver(t.Context())
		must(t, err)
	}
	letters := mail.Letters()
	if len(letters) != 2 || letters[0].Labelled != 1 || letters[1].Labelled != 0 {
		t.Errorf("letters %+v", letters)
	}
}

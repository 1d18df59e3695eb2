package transport_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// revoking is a hub that hears that a camera is lost when its upload comes.
type revoking struct {
	transport.Hub
	revoke func() error
}

func (r revoking) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	if err := r.revoke(); err != nil && !errors.Is(err, transport.ErrNotFound) {
		return transport.Answer{}, err
	}
	return r.Hub.Upload(ctx, name, stream)
}

// TestRevokedDuringUpload: a camera whose key is revoked while it uploads cannot
// seal the collection once more, and nobody is told of it.
func TestRevokedDuringUpload(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	name := cam.make("title", bob)
	to := revoking{w.hub.As(ann), func() error { return w.hub.Accounts().Revoke(t.Context(), ann, "camera") }}
	if _, err := cam.Share(t.Context(), to, name); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("sealed with a revoked key: %v", err)
	}
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("told %v, %v", news, err)
	}
}

// TestLettersWaitForTheAuthorsSeal: a camera is lost before the letters on what it
// has shared have left. They leave when the author's home computer has sealed it
// again, however long that takes.
func TestLettersWaitForTheAuthorsSeal(t *testing.T) {
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.makeFor("title", nil, "eve@example.org")
	for _, station := range []transport.ShareReceiver{cam.hub, cam.link(home)} {
		_, err := cam.Share(t.Context(), station, name)
		must(t, err)
	}
	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	for range 2 {
		if letters := w.postOnce(mail); len(letters) != 0 {
			t.Errorf("written to of what a lost camera has sealed: %d letters", len(letters))
		}
		w.clock = w.clock.Add(30 * 24 * time.Hour)
	}
	must(t, home.Publish(t.Context(), name))
	if letters := w.postOnce(mail); len(letters) != 1 || letters[0].Reason != notify.Shared || letters[0].Labelled != 0 {
		t.Errorf("%d letters after it was sealed again", len(letters))
	}
}

// TestCompleterHearsOfTheNewSeal: somebody who may complete a collection has not heard
// that the author's camera is lost, and the home computer has sealed it again. What
// they publish or say is taken.
func TestCompleterHearsOfTheNewSeal(t *testing.T) {
	for what, do := range map[string]func(*station, collection.Name) error{
		"publish": func(s *station, name collection.Name) error { return s.Publish(t.Context(), name) },
		"tell":    func(s *station, name collection.Name) error { return s.NotifyHub(t.Context(), name) },
	} {
		w := newWorld(t, hub.Config{})
		ann, dan := w.user("ann"), w.user("dan")
		cam, home, d := w.camera(ann, 1), w.peer(ann, "home"), w.peer(dan, "dan")
		name := cam.makeBody("title", collection.Body{Completers: []collection.UserID{dan}})
		for _, station := range []transport.ShareReceiver{cam.hub, cam.link(home)} {
			_, err := cam.Share(t.Context(), station, name)
			must(t, err)
		}
		must(t, d.Refresh(t.Context(), name))
		must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
		must(t, home.Publish(t.Context(), name))
		if err := do(d, name); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		v, err := d.View(t.Context(), name)
		must(t, err)
		if v.Verified().AuthorityOnly() || v.Collection().Labelled() != 0 {
			t.Errorf("%s: authority only: %v, %d labelled", what, v.Verified().AuthorityOnly(), v.Collection().Labelled())
		}
	}
}

// TestWishOutlastsALostCamera: who was handed a draft by a camera that is lost, and
// wishes for an original, hears that the collection has no seal of its author's, as
// with Receive. The wish stays, and is granted when the home computer has sealed it.
func TestWishOutlastsALostCamera(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 1), w.peer(ann, "home"), w.peer(bob, "bob")
	b.reopen(accepts(1))
	name := cam.make("title", bob)
	_, err := cam.HandOver(t.Context(), cam.link(b), name, 1<<20)
	must(t, err)
	must(t, b.Wish(t.Context(), ref(name, cam, 0, 2)))
	for _, station := range []transport.ShareReceiver{cam.hub, cam.link(home)} {
		_, err := cam.Share(t.Context(), station, name)
		must(t, err)
	}
	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	if err := b.RetryWishes(t.Context()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("grant: %v", err)
	}
	b.wishes(t, 1)
	must(t, home.Publish(t.Context(), name))
	w.clock = w.clock.AddDate(0, 0, 1)
	must(t, b.RetryWishes(t.Context()))
	b.wishes(t, 0)
}

// TestNoHomeHasSealed: a camera shares photos that the home computer serves already
// in a second collection, and is lost before that has heard of it. The home
// computer takes nobody's word for it, and gives nothing out. So the hub takes the
// availability back, and who wishes for an original sees a label instead of a
// promise that nobody keeps. What the home computer has sealed itself is as it was.
func TestNoHomeHasSealed(t *testing.T) {
	w := newWorld(t, hub.Config{MaxFailedProbes: 2})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	first := cam.make("first", bob)
	_, err := cam.Share(t.Context(), cam.link(home), first)
	must(t, err)
	must(t, home.Publish(t.Context(), first))
	second := cam.make("second", bob)
	_, err = cam.Share(t.Context(), cam.hub, second)
	must(t, err)
	_, err = b.Receive(t.Context())
	must(t, err)
	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	must(t, home.Publish(t.Context(), first))

	must(t, b.Wish(t.Context(), ref(second, cam, 0, 2)))
	b.wishes(t, 1)
	for range 2 {
		must(t, w.hub.Probe(t.Context()))
	}
	w.clock = w.clock.AddDate(0, 0, 1)
	must(t, b.RetryWishes(t.Context()))
	b.wishes(t, 1)
	if err := b.Fetch(t.Context(), ref(second, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetch of what no home serves: %v", err)
	}
	must(t, b.Fetch(t.Context(), ref(first, cam, 1, 2)))
}

// TestTakenBackAfterRevocation: a camera is lost, and the home computer is off for
// long. Nobody is told, but who asks for an original is shown a label. When the home
// computer is back it seals the collection again, and what it serves is complete.
func TestTakenBackAfterRevocation(t *testing.T) {
	w := newWorld(t, hub.Config{MaxFailedProbes: 1})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 1), w.peer(ann, "home"), w.peer(bob, "bob")
	home.reopen(func(cfg *peer.Config) { cfg.Render = nil }) // it makes no edition of its own
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	must(t, home.Close(t.Context()))
	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	must(t, w.hub.Probe(t.Context()))
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("told %v, %v", news, err)
	}
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetch of what nobody serves: %v", err)
	}
	home.reopen(nil)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// wishes checks for how much a station still wishes.
func (s *station) wishes(t *testing.T, want int) {
	t.Helper()
	if refs, err := s.Wishes(t.Context()); len(refs) != want || err != nil {
		t.Errorf("%d wishes, %v", len(refs), err)
	}
}

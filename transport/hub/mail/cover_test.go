package mail_test

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// begun is a collection of one photo of Ann's for somebody with a temporary account, whose
// thumbnail has still to come.
func begun(t *testing.T) (w *labtest.World, post *notify.Memory, cam *labtest.Camera, home *labtest.Peer, name collection.Name) {
	post = new(notify.Memory)
	w = labtest.New(t, hub.Config{Mail: mail.Config{Channel: post}, Unknown: hub.Temporary})
	ann := w.User("ann")
	eve, err := w.Hub.Hub.Accounts().Temporary(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	cam, home = w.Camera(ann, 1), w.Peer(ann, "home")
	name = cam.Album("title", eve)
	cam.Offers(name)
	if l := w.Letters(post); len(l) != 0 {
		t.Fatalf("letters at once: %+v", l)
	}
	return w, post, cam, home, name
}

// TestFirstLetterWaitsForTheCover: a letter goes when the cover has come.
func TestFirstLetterWaitsForTheCover(t *testing.T) {
	w, post, cam, _, name := begun(t)
	cam.Shares(name)
	if l := w.Letters(post); len(l) != 1 || len(l[0].Cover) == 0 || l[0].Reason != notify.Shared {
		t.Errorf("letters %+v", l)
	}
}

// TestFirstLetterDoesNotWaitLong: it goes without the cover a minute later, also if the
// hub is another process then.
func TestFirstLetterDoesNotWaitLong(t *testing.T) {
	w, post, _, _, _ := begun(t)
	start := w.Now()
	for n := 0; ; n++ {
		w.Restart(w.Hub.Store)
		next, err := w.Hub.Hub.Mail().Deliver(t.Context())
		labtest.Must(t, err)
		if next.IsZero() {
			break
		}
		if n > 100 {
			t.Fatal("it waits for ever")
		}
		w.Pass(next.Sub(w.Now()))
	}
	if l := post.Letters(); len(l) != 1 || l[0].Cover != nil || w.Now().Sub(start) > 61*time.Second {
		t.Errorf("letters %+v after %v", l, w.Now().Sub(start))
	}
}

// TestWithdrawnBeforeTheFirstLetter: nobody gets a letter of what is withdrawn before it
// could be seen.
func TestWithdrawnBeforeTheFirstLetter(t *testing.T) {
	w, post, cam, home, name := begun(t)
	cam.Syncs(home, name)
	labtest.Must(t, home.Author.Withdraw(t.Context(), name, cam.Items[0].ID))
	w.Pass(time.Hour)
	if l := w.Letters(post); len(l) != 0 {
		t.Errorf("letters %+v", l)
	}
}

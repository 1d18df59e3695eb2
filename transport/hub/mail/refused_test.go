package mail_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestRefusedForGood: a letter to an address at which nobody is reached is set aside at once,
// its author is shown why, nobody else is, and the next news is tried again.
func TestRefusedForGood(t *testing.T) {
	w, post, cam, home, name := draft(t, hub.Config{})
	cam.Shares(name)
	post.Fail(fmt.Errorf("smtp: %w", notify.ErrRefused))
	w.Letters(post)
	shown(t, w, cam.User, mail.Parked{Collection: name, Address: "eve@example.org", Since: w.Now().UTC(), Tries: 1, Refused: true})
	shown(t, w, w.User("bob"))
	post.Fail(nil)
	cam.Syncs(home, name)
	home.Publishes(name)
	if l := w.Letters(post); len(l) != 1 || l[0].Reason != notify.Shared {
		t.Errorf("letters %+v", l)
	}
	shown(t, w, cam.User)
}

// shown compares what an author is shown of letters that were set aside.
func shown(t *testing.T, w *labtest.World, author userID, want ...mail.Parked) {
	t.Helper()
	got, err := w.Hub.Hub.Mail().Parked(t.Context(), author)
	labtest.Must(t, err)
	if len(got) != len(want) {
		t.Fatalf("parked %+v, want %+v", got, want)
	}
	for i, p := range got {
		p.Since = p.Since.UTC()
		want[i].Since = want[i].Since.Truncate(time.Second)
		if p != want[i] {
			t.Errorf("parked %+v, want %+v", p, want[i])
		}
	}
}

// TestBounced: a letter that was taken and comes back is shown to the author as one that was
// refused; the next news is tried again.
func TestBounced(t *testing.T) {
	w, post, cam, home, name := draft(t, hub.Config{})
	cam.Shares(name)
	letter := w.Letters(post)[0]
	shown(t, w, cam.User)
	hash := records.HashOf(letter.Token).String()
	mailer := w.Hub.Hub.Mail()
	for _, handle := range []string{"", hash[:31], "x" + hash[1:], hash[1:] + "0", "../" + hash} {
		if err := mailer.Bounced(t.Context(), handle); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%q: %v", handle, err)
		}
	}
	shown(t, w, cam.User)
	labtest.Must(t, mailer.Bounced(t.Context(), hash[:32]))
	labtest.Must(t, mailer.Bounced(t.Context(), hash))
	shown(t, w, cam.User, mail.Parked{Collection: name, Address: "eve@example.org", Since: w.Now(), Refused: true})
	if l := w.Letters(post); len(l) != 0 {
		t.Errorf("written again: %+v", l)
	}
	cam.Syncs(home, name)
	home.Publishes(name)
	if l := w.Letters(post); len(l) != 1 || l[0].Reason != notify.Available || l[0].Labelled != 0 {
		t.Errorf("letters %+v", l)
	}
	shown(t, w, cam.User)
}

// TestBouncedWhileNewsWaits: news that waits is set aside with it, as it is.
func TestBouncedWhileNewsWaits(t *testing.T) {
	w, post, cam, home, name := draft(t, hub.Config{})
	cam.Shares(name)
	hash := records.HashOf(w.Letters(post)[0].Token).String()
	cam.Syncs(home, name)
	home.Publishes(name)
	labtest.Must(t, w.Hub.Hub.Mail().Bounced(t.Context(), hash))
	if l := w.Letters(post); len(l) != 0 {
		t.Errorf("letters %+v", l)
	}
	home.Retitles(name, "Two weeks")
	home.Publishes(name)
	if l := w.Letters(post); len(l) != 1 || l[0].Title != "Two weeks" || l[0].Labelled != 0 {
		t.Errorf("letters %+v", l)
	}
}

package mail_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

type userID = collection.UserID

// TestUnsubscribe: who has ended letters gets none on what the author shares, then or later,
// also not one that waits, until that is taken back; others do, and others' things still come. The
// link goes on, which what the address for that has does not open.
func TestUnsubscribe(t *testing.T) {
	w, post, cam, home, _ := draft(t, hub.Config{Gallery: "https://hub.example.org", Mail: mail.Config{Unsubscribe: "https://hub.example.org/stop"}})
	name := cam.AlbumFor("title", nil, "eve@example.org", "bob@example.org")
	cam.Shares(name)
	var token, handle string
	for _, l := range w.Letters(post) {
		at, is := strings.CutPrefix(l.Unsubscribe, "https://hub.example.org/stop/")
		if !is || strings.Contains(at, l.Token) {
			t.Errorf("ended at %q", l.Unsubscribe)
		}
		if l.Address == "eve@example.org" {
			token, handle = l.Token, at
		}
	}
	cam.Syncs(home, name)
	home.Publishes(name) // of which letters wait
	mailer := w.Hub.Hub.Mail()
	for range 2 {
		labtest.Must(t, mailer.Unsubscribe(t.Context(), handle))
	}
	for what, none := range map[string]string{"a token": token, "a part": handle[:63], "that of a report": handle[:32], "another": strings.Repeat("0", 64), "nothing": ""} {
		if err := mailer.Unsubscribe(t.Context(), none); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
		if err := mailer.Resubscribe(t.Context(), none); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("again, %s: %v", what, err)
		}
	}
	if _, err := mailer.Glimpse(t.Context(), handle); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("the handle opens the collection: %v", err)
	}
	cam.Shares(cam.AlbumFor("later", nil, "eve@example.org", "bob@example.org"))
	other := w.Camera(w.User("cleo"), 1)
	other.Shares(other.AlbumFor("other's", nil, "eve@example.org"))
	got := map[string]string{}
	for _, l := range w.Letters(post) {
		got[l.Address] += l.Title + ";"
	}
	if got["eve@example.org"] != "other's;" || len(got["bob@example.org"]) != len("title;later;") {
		t.Errorf("letters %v", got)
	}
	if _, err := mailer.Glimpse(t.Context(), token); err != nil {
		t.Errorf("the link: %v", err)
	}
	for r, err := range w.Hub.Store.Scan(t.Context(), "silent/", "", 0) {
		if labtest.Must(t, err); len(r.Value) > 0 {
			t.Errorf("%s holds %q", r.Key, r.Value)
		}
	}
	for range 2 {
		labtest.Must(t, mailer.Resubscribe(t.Context(), handle))
	}
	cam.Shares(cam.AlbumFor("once more", nil, "eve@example.org"))
	if again := w.Letters(post); len(again) != 1 || again[0].Title != "once more" {
		t.Errorf("letters %v", again)
	}
}

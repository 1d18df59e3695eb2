package mail_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestLeftOutByLetter: whom an author leaves out of what takes a collection's place gets no more
// letters, those that wait included, and what the links of earlier ones opened is not found, for
// as long as that is so.
func TestLeftOutByLetter(t *testing.T) {
	post := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1, LinkKey: []byte("kept apart")}, Unknown: hub.Temporary})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	links := w.Hub.Hub.Mail()
	members := []collection.UserID{ann}
	for _, address := range []string{"eve@example.org", "ben@example.org"} {
		u, err := w.Hub.Hub.Accounts().Temporary(t.Context(), address)
		labtest.Must(t, err)
		members = append(members, u)
	}
	name := cam.Album("first", members[1:]...)
	cam.Shares(name)
	tokens := map[string]string{}
	for _, l := range w.Letters(post) {
		tokens[l.Address] = l.Token
	}
	opens := func(address string, want error) {
		t.Helper()
		if _, err := links.Glimpse(t.Context(), tokens[address]); !errors.Is(err, want) {
			t.Errorf("%s: the glimpse: %v", address, err)
		}
		s, err := links.GuestVersion(t.Context(), tokens[address], 0, 0, 0)
		if !errors.Is(err, want) {
			t.Errorf("%s: the thumbnail: %v", address, err)
		}
		if err == nil {
			labtest.Must(t, s.Close())
		}
	}
	opens("eve@example.org", nil)
	opens("ben@example.org", nil)

	cam.Syncs(home, name)
	home.Publishes(name) // of which letters wait
	next := cam.AlbumOf("next", collection.Body{Recipients: members[2:], Replaces: []collection.ID{name.ID}})
	cam.Shares(next)
	for _, l := range w.Letters(post) {
		if l.Address != "ben@example.org" {
			t.Errorf("%s is written to: %+v", l.Address, l)
		}
	}
	opens("eve@example.org", transport.ErrNotFound)
	opens("ben@example.org", nil)

	home.Refreshes(next)
	labtest.Must(t, home.Author.End(t.Context(), next))
	opens("eve@example.org", nil)
}

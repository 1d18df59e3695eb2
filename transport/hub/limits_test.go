package hub_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// crowd returns n users who do not exist.
func crowd(n int) []collection.UserID {
	users := make([]collection.UserID, n)
	for i := range users {
		users[i] = collection.UserID{1, byte(i), byte(i >> 8)}
	}
	return users
}

// addresses returns n addresses of nobody.
func addresses(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("nobody%d@example.org", i)
	}
	return all
}

// TestManyRecipients: a collection for more people than the hub takes is
// refused, by whatever they are named, and leaves nothing in its store.
func TestManyRecipients(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxRecipients: 5})
	cam := w.Camera(w.User("ann"), 1)
	before := records(t, w)
	for what, name := range map[string]collection.Name{
		"users":                cam.Album("title", crowd(6)...),
		"addresses":            cam.AlbumFor("title", nil, addresses(6)...),
		"users and addresses":  cam.AlbumFor("title", crowd(3), addresses(3)...),
		"users and completers": cam.AlbumOf("title", collection.Body{Recipients: crowd(3), Completers: crowd(3)}),
	} {
		if _, err := cam.Share(t.Context(), cam.ToHub(), name); !errors.Is(err, transport.ErrTooLarge) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := records(t, w); n != before {
		t.Errorf("%d records, %d before", n, before)
	}
	for _, name := range []collection.Name{cam.Album("title", crowd(5)...), cam.AlbumFor("title", crowd(2), addresses(3)...)} {
		for range 2 {
			cam.Shares(name)
		}
	}
}

// TestManyRecipientsUnlessToldOtherwise: there is a limit without one being set.
func TestManyRecipientsUnlessToldOtherwise(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 1)
	cam.Shares(cam.Album("title", crowd(1000)...))
	if _, err := cam.Share(t.Context(), cam.ToHub(), cam.Album("title", crowd(1001)...)); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("1001 recipients: %v", err)
	}
}

// records counts what the hub stores.
func records(t *testing.T, w *labtest.World) (n int) {
	for _, err := range w.Hub.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		n++
	}
	return n
}

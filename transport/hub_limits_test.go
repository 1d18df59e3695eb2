package transport_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
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
	w := newWorld(t, hub.Config{MaxRecipients: 5})
	cam := w.camera(w.user("ann"), 1)
	before := w.records(t)
	for what, name := range map[string]collection.Name{
		"users":                cam.make("title", crowd(6)...),
		"addresses":            cam.makeFor("title", nil, addresses(6)...),
		"users and addresses":  cam.makeFor("title", crowd(3), addresses(3)...),
		"users and completers": cam.makeBody("title", collection.Body{Recipients: crowd(3), Completers: crowd(3)}),
	} {
		if _, err := cam.Share(t.Context(), cam.hub, name); !errors.Is(err, transport.ErrTooLarge) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := w.records(t); n != before {
		t.Errorf("%d records, %d before", n, before)
	}
	for _, name := range []collection.Name{cam.make("title", crowd(5)...), cam.makeFor("title", crowd(2), addresses(3)...)} {
		for range 2 {
			_, err := cam.Share(t.Context(), cam.hub, name)
			must(t, err)
		}
	}
}

// TestManyRecipientsUnlessToldOtherwise: there is a limit without one being set.
func TestManyRecipientsUnlessToldOtherwise(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 1)
	_, err := cam.Share(t.Context(), cam.hub, cam.make("title", crowd(1000)...))
	must(t, err)
	if _, err := cam.Share(t.Context(), cam.hub, cam.make("title", crowd(1001)...)); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("1001 recipients: %v", err)
	}
}

// records counts what the hub stores.
func (w *world) records(t *testing.T) (n int) {
	for _, err := range w.hubStore.Scan(t.Context(), "") {
		must(t, err)
		n++
	}
	return n
}

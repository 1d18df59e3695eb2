package mail_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestAttached: where the hub sends the collection along, whoever opens the file verifies
// author and authority from keys that they have, without any station; and finds their own
// address in it. A letter says who shares, and when, and how much will never come.
func TestAttached(t *testing.T) {
	w, post, cam, home, _ := draft(t, hub.Config{Mail: mail.Config{Attach: 1 << 20}})
	cam.Add(1)
	name := cam.AlbumFor("title", nil, "eve@example.org")
	cam.Shares(name)
	first := w.Letters(post)[0]
	if first.By != "ann" || !first.Time.Equal(w.Now().Truncate(time.Second)) || first.Withdrawn != 0 {
		t.Errorf("by %q at %v, %d withdrawn", first.By, first.Time, first.Withdrawn)
	}
	cam.Syncs(home, name)
	labtest.Must(t, home.Author.Withdraw(t.Context(), name, cam.Items[0].ID))
	home.Publishes(name)
	second := w.Letters(post)[0]
	if second.Withdrawn != 1 || second.Labelled != 1 {
		t.Errorf("%d labelled, %d withdrawn", second.Labelled, second.Withdrawn)
	}
	keys := new(signature.Keyring)
	labtest.Must(t, keys.AddAuthority(w.Hub.Hub.PublicKey()))
	roster, err := lab.Roster(t.Context(), w.Hub.Hub, cam.User)
	labtest.Must(t, errors.Join(err, keys.AddRoster(t.Context(), roster)))
	for what, file := range map[string][]byte{"first": first.File, "second": second.File} {
		c, err := collection.Decode(file)
		labtest.Must(t, err)
		mine, err := collection.Blind(name.ID, first.R, "eve@example.org")
		labtest.Must(t, err)
		found := false
		for a := range c.Addresses() {
			found = found || a == mine
		}
		v, err := collection.Verify(t.Context(), keys, c)
		if err != nil || c.Name() != name || !found || v.AuthorityOnly() {
			t.Errorf("%s: %v, found %v", what, err, found)
		}
		if _, err := collection.Verify(t.Context(), new(signature.Keyring), c); err == nil {
			t.Errorf("%s: verified without keys", what)
		}
	}
}

// TestNotAttached: not unless the hub wants so, nor where it is too large.
func TestNotAttached(t *testing.T) {
	for _, most := range []int{0, 10} {
		w, post, cam, _, name := draft(t, hub.Config{Mail: mail.Config{Attach: most}})
		cam.Shares(name)
		if l := w.Letters(post); len(l) != 1 || len(l[0].File) > 0 {
			t.Errorf("%d: letters %+v", most, l)
		}
	}
}

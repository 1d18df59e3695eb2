package mail_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/notify/mail/mailtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
	hubmail "github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestAttachedCollection: what is taken out of the messages that a hub has sent is verified from
// keys that their reader has, with nobody to ask: with its labels in the first, and without them
// in the second. With a byte less, or another, it is none.
func TestAttachedCollection(t *testing.T) {
	s := mailtest.Start(t)
	post := open(t, mail.Config{Server: s.SMTP})
	w := labtest.New(t, hub.Config{Mail: hubmail.Config{Channel: post, Attach: 1 << 20}})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 3), w.Peer(ann, "home")
	name := cam.AlbumFor("A day at the lake", nil, "eve@example.org")
	writes := func() {
		t.Helper()
		_, err := w.Hub.Hub.Mail().Deliver(t.Context())
		labtest.Must(t, err)
	}
	cam.Shares(name)
	writes()
	cam.Syncs(home, name)
	home.Publishes(name)
	writes()

	keys := new(signature.Keyring)
	roster, err := lab.Roster(t.Context(), w.Hub.Hub, ann)
	labtest.Must(t, errors.Join(err, keys.AddAuthority(w.Hub.Hub.PublicKey()), keys.AddRoster(t.Context(), roster)))
	all := s.Messages(t)
	if len(all) != 2 {
		t.Fatalf("%d messages", len(all))
	}
	for i, labelled := range []int{3, 0} {
		file := read(t, all[i]).parts["application/cbor"].body
		c, err := collection.Decode(file)
		labtest.Must(t, err)
		v, err := collection.Verify(t.Context(), keys, c)
		if err != nil || v.AuthorityOnly() || c.Name() != name || c.Labelled() != labelled || c.Title() != "A day at the lake" {
			t.Errorf("%d: %v, %d of %d labelled", i, err, c.Labelled(), c.Len())
		}
		if _, err := collection.Verify(t.Context(), new(signature.Keyring), c); err == nil {
			t.Errorf("%d: verified by nobody's keys", i)
		}
		if _, err := collection.Decode(file[:len(file)-1]); err == nil {
			t.Errorf("%d: a part was taken", i)
		}
		for at := i; at < len(file); at += 13 {
			changed := append([]byte{}, file...)
			changed[at] ^= 1
			if isVerified(t, keys, changed) {
				t.Errorf("%d: byte %d may be another", i, at)
			}
		}
	}
}

func isVerified(t *testing.T, keys *signature.Keyring, file []byte) bool {
	t.Helper()
	c, err := collection.Decode(file)
	if err != nil {
		return false
	}
	_, err = collection.Verify(t.Context(), keys, c)
	return err == nil
}

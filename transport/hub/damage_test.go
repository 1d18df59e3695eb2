package hub_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	kinds "github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestDamagedRecord damages each of the records of some users in turn, as if the process had
// ended before its jobs were done: a hub starts, and what others do goes on. In short it is
// every fourth record.
func TestDamagedRecord(t *testing.T) {
	d := newDamaged(t)
	for i, key := range d.keys() {
		if testing.Short() && i%4 > 0 {
			continue
		}
		s := recordtest.New(d.inner, key)
		labtest.Must(t, restart(t, d.World, s))
		if err := d.goesOn(t); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if err := d.Hub.Hub.Probe(t.Context()); err != nil && (!s.Found() || !errors.Is(err, transport.ErrStorage)) {
			t.Errorf("%s: probe: %v", key, err)
		}
	}
}

// TestNoRecord: what is stored of a user, a credential or a letter's token and is none is
// the store's fault, and not that of who asks.
func TestNoRecord(t *testing.T) {
	post, store := new(notify.Memory), new(memstore.Store)
	w := labtest.New(t, hub.Config{Store: store, Mail: mail.Config{Channel: post}})
	ann := w.User("ann")
	cam := w.Camera(ann, 1)
	cam.Shares(cam.AlbumFor("title", nil, "eve@example.org"))
	token := w.Letters(post)[0].Token
	accounts := w.Hub.Hub.Accounts()
	credentials, err := accounts.Credentials(t.Context(), ann)
	labtest.Must(t, err)
	name := credentials[0].Name
	for _, key := range []string{
		kinds.Person.Key(ann), kinds.Credential.Key(ann, kinds.HashOf(name)), kinds.Guest.Key(kinds.HashOf(token)),
	} {
		labtest.Must(t, record.Put(t.Context(), store, transport.Change{Key: key, Value: []byte("none")}))
	}
	for what, do := range map[string]func() error{
		"person":      func() error { _, err := accounts.Person(t.Context(), ann); return err },
		"credentials": func() error { _, err := accounts.Credentials(t.Context(), ann); return err },
		"revoke":      func() error { return accounts.Revoke(t.Context(), ann, name) },
		"issue":       func() error { _, err := accounts.Issue(t.Context(), ann, "another"); return err },
		"guest":       func() error { _, err := w.Hub.Hub.Glimpse(t.Context(), token); return err },
	} {
		if err := do(); !errors.Is(err, transport.ErrStorage) || errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// damaged is a store in which there is a published collection of Ann's for Bob, and who uses
// the same hub beside them.
type damaged struct {
	*labtest.World
	inner transport.Store
	left  []transport.Change // jobs, and an address that became Ann's
	bob   *labtest.Peer

	cam       *labtest.Camera // Eve's
	home, dan *labtest.Peer   // Eve's, and who reads what she shares
}

func newDamaged(t *testing.T) *damaged {
	d := &damaged{inner: new(memstore.Store)}
	watched := &disk{Store: d.inner, apply: func(all []transport.Change) error {
		for _, c := range all {
			if strings.HasPrefix(c.Key, "job/") && c.Value != nil {
				d.left = slices.DeleteFunc(d.left, func(before transport.Change) bool { return before.Key == c.Key })
				d.left = append(d.left, c)
			}
		}
		return nil
	}}
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{Store: watched, Mail: mail.Config{Channel: new(notify.Memory)}}, 2)
	d.World, d.bob = w, bob
	cam.Syncs(home, name)
	home.Publishes(name)
	watched.apply = nil
	joined := kinds.Joined.Key(kinds.HashOf("ann@example.org"))
	d.left = append(d.left, transport.Change{Key: joined, Value: cam.User[:]})
	labtest.Must(t, record.Put(t.Context(), d.inner, d.left...))
	return d
}

// keys returns those of all records, after which Eve and Dan come to the hub.
func (d *damaged) keys() (keys []string) {
	for r, err := range d.inner.Scan(d.T.Context(), "", "", 0) {
		labtest.Must(d.T, err)
		keys = append(keys, r.Key)
	}
	eve, dan := d.User("eve"), d.User("dan")
	d.cam, d.home, d.dan = d.Camera(eve, 1), d.Peer(eve, "eves"), d.Peer(dan, "dans")
	return keys
}

// goesOn has Eve share and publish a collection, of which Dan and Bob are to be told. The
// jobs are left again afterwards.
func (d *damaged) goesOn(t *testing.T) error {
	name := d.cam.Album("beside", d.dan.User, d.bob.User)
	d.cam.Shares(name)
	d.cam.Syncs(d.home, name)
	d.home.Publishes(name)
	for _, reader := range []*labtest.Peer{d.dan, d.bob} {
		news, err := d.Hub.Hub.As(reader.User).Changes(t.Context(), transport.ChangesRequest{})
		if err != nil {
			return err
		}
		at := slices.IndexFunc(news.Entries, func(d transport.Entry) bool { return d.Notification.Name() == name })
		if at < 0 || news.Entries[at].Notification.Labelled > 0 {
			return fmt.Errorf("of what was shared, %s is told %+v", reader.Name, news.Entries)
		}
	}
	return record.Put(t.Context(), d.inner, d.left...)
}

// restart starts the hub of a world again, on another store.
func restart(t *testing.T, w *labtest.World, store transport.Store) error {
	cfg := w.Hub.HubConfig()
	cfg.Store, cfg.Wait, cfg.Mail.Channel = store, 1, new(notify.Memory)
	return w.Hub.StartHub(t.Context(), cfg)
}

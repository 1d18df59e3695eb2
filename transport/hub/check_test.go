package hub_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	kinds "github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
)

// checks checks the hub of a world, and returns what was found.
func checks(t *testing.T, w *labtest.World) (found []hub.Finding, c hub.Checked) {
	t.Helper()
	c, err := hub.Check(t.Context(), w.Hub.Hub, func(f hub.Finding) { found = append(found, f) })
	labtest.Must(t, err)
	labtest.Must(t, w.Hub.Hub.Resume(t.Context()))
	if c.Mended+c.Left != len(found) {
		t.Errorf("%+v of %v", c, found)
	}
	return found, c
}

// onlyHere are the kinds of records of which nothing else says what they held, and others are
// those that come back with another value, or do not have to.
var (
	onlyHere = kindsIn("c s person credential root mailing letter link guest")
	others   = kindsIn("age duty feed job o contact spent joined failed held tp part leaving")
)

func kindsIn(text string) map[string]bool {
	kinds := map[string]bool{}
	for kind := range strings.FieldsSeq(text) {
		kinds[kind] = true
	}
	return kinds
}

// TestCheckMends damages each of the records of some users in turn: a check makes it anew as it
// was, or says that it is left, and afterwards it finds nothing, or the same.
func TestCheckMends(t *testing.T) {
	d := newDamaged(t)
	keys := d.keys()
	eachMended(t, d.World, d.inner, keys)
	labtest.Must(t, d.goesOn(t))

	f := newFull(t)
	f.home.Withdraws(f.names[0], f.cam.Items[0].ID)
	a := f.Hub.Hub.Accounts()
	labtest.Must(t, a.Revoke(t.Context(), f.ann, f.cam.Name))
	labtest.Must(t, record.Put(t.Context(), f.Hub.Store,
		transport.Change{Key: kinds.Distrusted.Key(f.ann), Value: []byte{}},
		transport.Change{Key: kinds.Joined.Key(kinds.HashOf("ann@example.org")), Value: f.ann[:]},
		transport.Change{Key: "tp/" + f.ann.String() + "/none", Value: make([]byte, 32)},
	))
	eachMended(t, f.World, f.Hub.Store, slices.DeleteFunc(keysIn(t, f.Hub.Store), func(key string) bool {
		return strings.HasPrefix(key, "v/") // some of which nobody serves
	}))
	labtest.Must(t, record.Put(t.Context(), f.Hub.Store, transport.Change{Key: kinds.Leaving.Key(collection.UserID{9}), Value: []byte{}}))
	eachMended(t, f.World, f.Hub.Store, []string{kinds.Leaving.Key(collection.UserID{9})})
	inStep(t, f.World)
}

func keysIn(t *testing.T, store transport.Store) (keys []string) {
	for r, err := range store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		keys = append(keys, r.Key)
	}
	return keys
}

// eachMended damages records in turn, and leaves the hub with none that is.
func eachMended(t *testing.T, w *labtest.World, inner transport.Store, keys []string) {
	t.Helper()
	for _, key := range keys {
		before, err := record.Need(t.Context(), inner, key)
		if errors.Is(err, transport.ErrNotFound) {
			continue // it belonged to another one that was made anew
		}
		labtest.Must(t, err)
		kind, _, _ := strings.Cut(key, "/")
		labtest.Must(t, restart(t, w, recordtest.New(inner, key)))
		found, c := checks(t, w)
		if len(found) == 0 || strings.Contains(found[0].String(), kind+"/") {
			t.Errorf("%s: found %v", key, found)
			continue
		}
		if left := c.Left > 0; left != onlyHere[kind] {
			t.Errorf("%s: %v", key, found)
		}
		if again, _ := checks(t, w); len(again) > 0 != onlyHere[kind] {
			t.Errorf("%s: afterwards %v", key, again)
		}
		now, err := record.Get(t.Context(), inner, key)
		if kind == "token" { // that it was used is not known
			before.Value, now.Value = before.Value[:16], now.Value[:min(16, len(now.Value))]
		}
		if err != nil || !onlyHere[kind] && !others[kind] && (now.Version == 0 || !bytes.Equal(now.Value, before.Value)) {
			t.Errorf("%s: %x was made %x: %v", key, before.Value, now.Value, err)
		}
	}
	labtest.Must(t, restart(t, w, inner))
}

// TestCheckFetchesAgain: a version of which bytes are wrong, or not there, comes back from home,
// also one that is a blob, and is removed where nobody serves it.
func TestCheckFetchesAgain(t *testing.T) {
	for what, damage := range map[string]func(t *testing.T, store transport.Store, key string){
		"other bytes": func(t *testing.T, store transport.Store, key string) {
			labtest.Must(t, record.Put(t.Context(), store, transport.Change{Key: key, Value: []byte{0, 1, 2, 3}}))
		},
		"no record": func(t *testing.T, store transport.Store, key string) {
			labtest.Must(t, record.Remove(t.Context(), store, key))
		},
		"no blob": func(t *testing.T, store transport.Store, key string) {
			labtest.Must(t, record.Put(t.Context(), store, transport.Change{Key: key, Value: []byte{1, 0, 0, 0, 0, 0, 0, 0, 9}}))
		},
	} {
		for _, online := range []bool{true, false} {
			w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 2)
			key := cam.BlobKey(name, 0, 0)
			damage(t, w.Hub.Store, key)
			if !online {
				labtest.Must(t, home.Close(t.Context()))
			}
			found, c := checks(t, w)
			if len(found) != 1 || (c.Mended == 1) != online || !strings.Contains(found[0].String(), cam.Items[0].ID.String()) {
				t.Errorf("%s, %v: %v", what, online, found)
			}
			if found, _ := checks(t, w); len(found) > 0 {
				t.Errorf("%s, %v, afterwards: %v", what, online, found)
			}
			if online {
				bob.FetchesAll(cam, name, 0, false)
				bob.Shows(cam, name, 0)
			} else {
				cam.Shares(name) // brings it again
				if found, c := checks(t, w); len(found) > 0 || c.Versions == 0 || !inCache(t, w, key) {
					t.Errorf("%s, shared again: %v, %+v", what, found, c)
				}
			}
		}
	}
}

// TestCheckOrphan: a blob that belongs to nothing is removed, and not one that is coming, or
// another program's.
func TestCheckOrphan(t *testing.T) {
	w, cam, _, _, name := labtest.Published(t, hub.Config{}, 1)
	orphan := cam.BlobKey(name, 0, 0)
	orphan = orphan[:len(orphan)-4] + "abcd"
	coming := orphan[:len(orphan)-4] + "dcba"
	part := "part" + strings.TrimPrefix(coming, "v")
	for _, key := range []string{orphan, coming, "other"} {
		b, err := w.Hub.Store.Create(t.Context(), key)
		labtest.Must(t, err)
		_, err = b.Write([]byte("bytes"))
		labtest.Must(t, errors.Join(err, b.Commit(t.Context()), b.Close()))
	}
	labtest.Must(t, record.Put(t.Context(), w.Hub.Store, transport.Change{Key: part, Value: make([]byte, 32)}))
	if found, c := checks(t, w); len(found) != 1 || c.Mended != 1 {
		t.Errorf("%v", found)
	}
	for key, want := range map[string]bool{orphan: false, coming: true, "other": true} {
		b, err := w.Hub.Store.Open(t.Context(), key)
		if (err == nil) != want {
			t.Errorf("%s: %v", key, err)
		}
		if err == nil {
			labtest.Must(t, b.Close())
		}
	}
}

// TestCheckEnds: a check ends with its context, and finds no fault with a key that was revoked.
func TestCheckEnds(t *testing.T) {
	w, cam, _, bob, _ := labtest.Published(t, hub.Config{}, 1)
	alone, err := cam.Device.Make(t.Context(), collection.Header{Title: "no authority"}, collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob.User}})
	labtest.Must(t, err)
	cam.Shares(alone)
	w.Revokes(cam.Station)
	if found, c := checks(t, w); len(found) > 0 || c.Records == 0 {
		t.Errorf("%v, %+v", found, c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := hub.Check(ctx, w.Hub.Hub, func(hub.Finding) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestCheckCopies: what two items have in common is fetched again once.
func TestCheckCopies(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 2), w.Peer(ann, "home")
	cam.Copies(0, 1)
	name := cam.Album("title")
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	labtest.Must(t, record.Remove(t.Context(), w.Hub.Store, cam.BlobKey(name, 0, 0)))
	asked := 0
	w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		asked++
		return network.RoundTrip(r)
	})
	w.Restart(w.Hub.Store)
	if found, c := checks(t, w); len(found) != 2 || c.Mended != 2 || asked != 1 {
		t.Errorf("asked %d times: %v", asked, found)
	}
}

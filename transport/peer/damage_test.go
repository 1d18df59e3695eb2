package peer_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// damages makes a peer again, some of whose records are damaged.
func damages(t *testing.T, p *labtest.Peer, keys ...string) {
	t.Helper()
	labtest.Must(t, p.Close(t.Context()))
	p.Restart(func(cfg *peer.Config) { cfg.Store = recordtest.New(cfg.Store, keys...) })
}

// keys lists those of the records of a kind.
func keys(t *testing.T, p *labtest.Peer, prefix string) (keys []string) {
	t.Helper()
	for r, err := range p.Store.Scan(t.Context(), prefix, "", 0) {
		labtest.Must(t, err)
		keys = append(keys, r.Key)
	}
	return keys
}

// TestDamagedKey: a peer starts without a key whose statement it cannot read, and learns
// others; but not that one, of which it may have been told that it is revoked.
func TestDamagedKey(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, other, home := w.Camera(ann, 0), w.Camera(w.User("bob"), 0), w.Peer(ann, "home")
	revoked := statementOn(t, cam, signature.KeyStatement{Role: signature.RoleRevoked}, time.Second)
	if err := show(t, cam, home, revoked); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Fatal(err)
	}
	damages(t, home, "y/"+collection.KeyID(cam.Signer.Public().ID()).String())
	for _, shown := range [][]byte{cam.Statement, statementOn(t, cam, signature.KeyStatement{}, time.Minute)} {
		if err := show(t, cam, home, shown); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("a key that may be revoked: %v", err)
		}
	}
	if err := show(t, other, home, other.Statement); errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("another one's key: %v", err)
	}
}

// TestDamagedDue: when one collection is due cannot be read, and the others are published.
func TestDamagedDue(t *testing.T) {
	w, cam, home, _, first := labtest.NewAlbum(t, hub.Config{}, 1)
	second := cam.Album("second", home.User)
	for _, name := range []collection.Name{first, second} {
		cam.Syncs(home, name)
		labtest.Must(t, home.Author.PublishAt(t.Context(), name, w.Now()))
	}
	due := keys(t, home, "p/")
	damages(t, home, due[0])
	if _, err := home.Author.PublishDue(t.Context()); !record.Damaged(err, due[0]) {
		t.Error(err)
	}
	if left := keys(t, home, "p/"); len(due) != 2 || !slices.Equal(left, due[:1]) {
		t.Errorf("due are %v, and were %v", left, due)
	}
}

// TestDamagedWish keeps no other from coming.
func TestDamagedWish(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	for i := range 2 {
		b.Wishes(cam.Ref(name, i, 2))
	}
	key := keys(t, b, "w/")[0]
	damages(t, b, key)
	cam.Syncs(home, name)
	home.Publishes(name)
	w.Pass(time.Hour)
	labtest.Must(t, b.Reader.RetryWishes(t.Context()))
	if left, err := b.Reader.Wishes(t.Context()); len(left) != 0 || err != nil {
		t.Errorf("wishes left: %v, %v", left, err)
	}
}

// TestDamagedNews: what the program has not got of one collection, and cannot be read,
// keeps the peer neither from asking the hub nor from returning what is new.
func TestDamagedNews(t *testing.T) {
	_, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	first, second := collection.Name{ID: collection.ID{1}}, collection.Name{ID: collection.ID{2}}
	for _, untaken := range []collection.Name{first, second} {
		labtest.Must(t, record.Put(t.Context(), b.Store, transport.Change{Key: "q/" + untaken.String(), Value: []byte{}}))
	}
	labtest.Must(t, record.Put(t.Context(), b.Store, transport.Change{Key: "n/" + second.String(), Value: []byte("x")}))
	damages(t, b, "q/"+first.String())
	cam.Shares(name)
	b.Hears(notify.Shared, 1)
}

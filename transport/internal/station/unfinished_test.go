package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// claiming is a stream that claims to be so long.
type claiming struct {
	io.Reader
	rest int64
}

func (c claiming) Rest() int64 { return c.rest }

// TestPartsOfAPeer: a peer counts what has not come whole for who brings it, and for all
// others together; what it gets itself for its own user, who may go on with what others have
// begun. When all has come, or after a time, nothing is counted any more.
func TestPartsOfAPeer(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	bob, eve := collection.UserID{2}, collection.UserID{3}
	var k *Core
	counted := func(u collection.UserID) int64 {
		return UsageIn(must(k.Store.Get(t.Context(), UsageKeys(u)...))).Parts
	}
	k = New(Config{
		Store: new(memstore.Store), Now: func() time.Time { return now }, PartAge: time.Hour,
		Rules: engine.Rules{Own: transport.Source{User: bob}},
		Left: func(_ context.Context, u collection.UserID) (Left, error) {
			return Left{Usage{-1, -1, -1, 20 << 20}, Usage{Parts: counted(u)}}, nil
		},
	})
	c := oneItem()
	brings := func(by collection.UserID, r io.Reader, claims int64) error {
		_, err := k.Versions.receive(t.Context(), by, c, 0, 0, 0, claiming{r, claims}, func(...transport.Change) error { return nil })
		return err
	}
	counts := func(what string, byEve, others, own int64) {
		t.Helper()
		if e, o, b := counted(eve), counted(collection.UserID{}), counted(bob); e != byEve || o != others || b != own {
			t.Errorf("%s: %d, %d, %d", what, e, o, b)
		}
	}
	broken := func() io.Reader { return io.MultiReader(bytes.NewReader(thumbnail[:7]), failing{errBroken}) }
	if err := brings(eve, broken(), 30<<20); !errors.Is(err, transport.ErrQuota) {
		t.Errorf("more than she may: %v", err)
	}
	counts("refused", 0, 0, 0)
	if err := brings(eve, broken(), 20<<20); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	counts("broken off", 7, 7, 0)
	if err := brings(collection.UserID{}, broken(), 17<<20); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	counts("gone on with", 0, 0, 7)
	now = now.Add(2 * time.Hour)
	must(0, k.expireParts(t.Context()))
	counts("expired", 0, 0, 0)
	if err := brings(bob, broken(), 10); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	counts("by a station of his", 0, 0, 7)
	must(0, brings(bob, bytes.NewReader(thumbnail), int64(len(thumbnail))))
	counts("whole", 0, 0, 0)
}

// TestDamagedPart: a version of which it cannot be read how much has come comes all the same,
// breaks off, and expires.
func TestDamagedPart(t *testing.T) {
	for _, cache := range []bool{false, true} {
		now, c := time.Unix(1_000_000, 0), oneItem()
		d := must(Digest(c, 0, 0))
		key := unfinishedRecord.Key(c.Author(), d)
		k := New(Config{Store: new(memstore.Store), Now: func() time.Time { return now }, PartAge: time.Hour, Cache: cache})
		brings := func(r io.Reader) error {
			_, err := k.Versions.receive(t.Context(), collection.UserID{3}, c, 0, 0, 0, claiming{r, 10}, func(changes ...transport.Change) error {
				return k.arrive(t.Context(), k.Store, changes...)
			})
			return err
		}
		broken := func() io.Reader { return io.MultiReader(bytes.NewReader(thumbnail[:7]), failing{errBroken}) }
		damage := func() { k.Store = recordtest.New(k.Store, key); k.Versions.Store = k.Store }
		must(0, record.Put(t.Context(), k.Store, transport.Change{Key: key, Value: []byte{1}}))
		damage()
		if err := brings(broken()); !errors.Is(err, errBroken) {
			t.Errorf("broken off: %v", err)
		}
		damage()
		now = now.Add(2 * time.Hour)
		if err := k.expireParts(t.Context()); !record.Damaged(err, key) {
			t.Errorf("it is not told: %v", err)
		}
		must(0, k.expireParts(t.Context()))
		if r := must(record.Get(t.Context(), k.Store, key)); r.Version > 0 {
			t.Errorf("it is there when it has expired: %v", r)
		}
		must(0, record.Put(t.Context(), k.Store, transport.Change{Key: key, Value: []byte{1}}))
		damage()
		must(0, brings(bytes.NewReader(thumbnail)))
	}
}

// noting is a store that stores what is to come of a version, and fails.
type noting struct {
	transport.Store
	fails bool
}

func (n *noting) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	version, err := n.Store.Apply(ctx, b)
	for _, c := range b.Changes {
		if n.fails && strings.HasPrefix(c.Key, unfinishedRecord.Under()) {
			n.fails = false
			return 0, transport.ErrStorage
		}
	}
	return version, err
}

// TestReservedInVain: what was counted for a version that could not begin to come does not
// count any more.
func TestReservedInVain(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 20_000)
	store := &noting{new(memstore.Store), true}
	k := New(Config{Store: store, Cache: true, Now: time.Now})
	_, err := k.Versions.Receive(t.Context(), ofItem(large), 0, 0, 0, bytes.NewReader(large))
	if !errors.Is(err, transport.ErrStorage) {
		t.Fatal(err)
	}
	if used := UsageIn(must(store.Get(t.Context(), UsageKeys(ann)...))); used != (Usage{}) {
		t.Errorf("it counts as %+v", used)
	}
}

package station

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

var ann = collection.UserID{1}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// newCore returns a core that knows Ann's key, and a collection of n items that
// she has sealed and that it keeps.
func newCore(t testing.TB, n int) (*Core, *signature.Signer, collection.Collection) {
	t.Helper()
	source := rand.NewChaCha8([32]byte{1})
	signer := must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	k := New(Config{Store: new(memstore.Store), Keys: Keyring{new(signature.Keyring)}, Now: time.Now})
	must(0, ring(k).Pin(ann, signer.Public()))
	items := make([]collection.Item, n)
	for i := range items {
		source.Read(items[i].ID[:])
		items[i].Digests = []collection.Digest{{1, byte(i)}, {}, {2, byte(i), byte(i >> 8)}}
	}
	c := must(collection.New(collection.Header{ID: collection.ID{2}, Author: ann}, collection.Body{Items: items}))
	c = must(c.Sign(t.Context(), signer, time.Unix(1e9, 0)))
	keeps(t, k, c)
	return k, signer, c
}

// ring is the keyring of a core that newCore has made.
func ring(k *Core) *signature.Keyring { return k.Keys.(Keyring).Keyring }

func keeps(t testing.TB, k *Core, c collection.Collection) {
	t.Helper()
	_, err := k.Do(t.Context(), c.Name(), func(engine.State) (engine.Event, error) {
		return engine.Updated{Collection: c}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLoadForgets: what is remembered of a collection does not outlast the keys
// nor the bytes that it was verified with.
func TestLoadForgets(t *testing.T) {
	k, signer, c := newCore(t, 1)
	for range 2 {
		if s := must(k.Load(t.Context(), c.Name())); !s.Sealed || s.Collection.Labelled() != 1 {
			t.Fatalf("loaded: sealed %v, %d labelled", s.Sealed, s.Collection.Labelled())
		}
	}
	u := must(must(c.CompleteAll(ann)).Sign(t.Context(), signer, time.Unix(1e9, 0)))
	c, _, err := c.Apply(u)
	if err != nil {
		t.Fatal(err)
	}
	keeps(t, k, c)
	if s := must(k.Load(t.Context(), c.Name())); s.Collection.Labelled() != 0 {
		t.Error("an older state was loaded")
	}
	ring(k).Revoke(signer.Public().ID())
	if _, err := k.Load(t.Context(), c.Name()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("sealed with a revoked key: %v", err)
	}
}

// TestRemembersWhatItStored: what was verified before it was stored is not verified
// again, unless a key was revoked since, at whatever moment. What was not before the
// step is refused.
func TestRemembersWhatItStored(t *testing.T) {
	k, signer, c := newCore(t, 1)
	update := must(must(c.CompleteAll(ann)).Sign(t.Context(), signer, time.Unix(1e9, 0)))
	c, _, err := c.Apply(update)
	if err != nil {
		t.Fatal(err)
	}
	revoke := func() { ring(k).Revoke(signer.Public().ID()) }
	nothing := func() {}
	for _, when := range []struct {
		before, during func()
		refused        bool
	}{{nothing, nothing, false}, {revoke, nothing, true}, {nothing, revoke, false}} {
		k.Keys = Keyring{new(signature.Keyring)}
		must(0, ring(k).Pin(ann, signer.Public()))
		v := must(k.Verify(t.Context(), c))
		when.before()
		_, err := k.DoVerified(t.Context(), v, func(engine.State) (engine.Event, error) {
			when.during()
			return engine.Updated{Collection: v.Collection}, nil
		})
		if errors.Is(err, transport.ErrSeal) != when.refused || err != nil && !when.refused {
			t.Fatal(err)
		}
		known := k.memory.get(c.Name())
		remembered, records, err := k.stands(t.Context(), record.Reading(k.Store), known.on, stateRecord.Key(c.Name()))
		remembered = remembered && records[0].Version == known.version
		must(0, err)
		_, err = k.Load(t.Context(), c.Name())
		if stands := ring(k).Revision() == 0; remembered != stands || (err == nil) != stands {
			t.Errorf("stands %v: remembered %v, %v", stands, remembered, err)
		}
	}
}

// TestMemoryIsBounded: of more states than there is room for, some are forgotten.
func TestMemoryIsBounded(t *testing.T) {
	var m memory
	for i := range 40 {
		m.put(collection.Name{ID: collection.ID{byte(i)}}, remembered{parts: engine.Parts{"": bytes.Repeat([]byte{byte(i)}, maxMemory/10)}})
	}
	m.put(collection.Name{ID: collection.ID{1}}, remembered{parts: engine.Parts{"": {1}}})
	size := 0
	for _, r := range m.states {
		size += r.size()
	}
	if size != m.size || size > maxMemory || len(m.states) < 9 {
		t.Errorf("%d states of %d bytes, %d counted", len(m.states), size, m.size)
	}
}

// stores stores a state in the place of another.
func stores(t *testing.T, k *Core, before, after engine.State) {
	t.Helper()
	_, err := record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
		s := step{core: k, tx: tx}
		return s.store(t.Context(), remembered{state: before, parts: must(before.Parts())}, after, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scanned is a store that counts scans.
type scanned struct {
	transport.Store
	scans int
}

func (s *scanned) Scan(ctx context.Context, prefix, from string, limit int) iter.Seq2[transport.Record, error] {
	s.scans++
	return s.Store.Scan(ctx, prefix, from, limit)
}

// TestSmallAndLarge: a small state is one record, which is read without a scan. When it
// has become large, and small again, it is read as it is, and nothing of the large one is
// left.
func TestSmallAndLarge(t *testing.T) {
	k, _, c := newCore(t, 1)
	store := &scanned{Store: k.Store}
	k.Store = store
	small := must(k.Load(t.Context(), c.Name()))
	large := small
	for i := range byte(100) {
		large.Sources = append(large.Sources, transport.Source{User: collection.UserID{i}, URL: "https://home.example", Items: transport.BitsOf(0)})
	}
	for _, to := range []struct {
		before, after engine.State
		parts, scans  int
	}{{small, small, 0, 0}, {small, large, 202, 1}, {large, small, 0, 0}} {
		stores(t, k, to.before, to.after)
		k.memory, store.scans = memory{}, 0
		s := must(k.Load(t.Context(), c.Name()))
		if !cmp.Equal(must(s.Parts()), must(to.after.Parts())) || store.scans != to.scans {
			t.Errorf("%d sources, read in %d scans", len(s.Sources), store.scans)
		}
		parts := 0
		for range store.Store.Scan(t.Context(), partRecord.Under(c.Name()), "", 0) {
			parts++
		}
		if parts != to.parts {
			t.Errorf("%d parts beside the head of a state with %d sources", parts, len(s.Sources))
		}
	}
}

// BenchmarkLoad loads a collection of 10,000 items that is remembered, and one
// that is not.
func BenchmarkLoad(b *testing.B) {
	k, _, c := newCore(b, 10_000)
	b.Run("remembered", func(b *testing.B) {
		for b.Loop() {
			must(k.Load(b.Context(), c.Name()))
		}
	})
	b.Run("verified", func(b *testing.B) {
		for b.Loop() {
			k.memory = memory{}
			must(k.Load(b.Context(), c.Name()))
		}
	})
}

// TestRefusedKeepsWhatWasSaid: where the edition that is stored does not stand any
// more, what another key has said of its items outlasts it.
func TestRefusedKeepsWhatWasSaid(t *testing.T) {
	k, camera, c := newCore(t, 2)
	source := rand.NewChaCha8([32]byte{2})
	home := must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	must(0, ring(k).Trust(ann, home.Public()))
	item, _ := c.At(0)
	u := must(must(c.Withdraw(item)).Sign(t.Context(), home, time.Unix(1e9, 0)))
	said, _, err := c.Apply(u)
	must(0, err)
	keeps(t, k, said)
	ring(k).Revoke(camera.Public().ID())
	stored := func(engine.State) (engine.Event, error) { return engine.Stored{}, nil }
	if _, err := k.Do(t.Context(), c.Name(), stored); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a step of what does not stand: %v", err)
	}
	keeps(t, k, must(c.Sign(t.Context(), home, time.Unix(2e9, 0))))
	if s := must(k.Load(t.Context(), c.Name())); !s.Sealed || s.Collection.Withdrawn() != 1 {
		t.Errorf("sealed %v, %d withdrawn", s.Sealed, s.Collection.Withdrawn())
	}
}

// TestRefusedGoesOn: where a copy takes the place of one that does not stand any more, what
// is told of it comes after what was told, also to those who have read that; who may read
// and which items there are is as the copy says.
func TestRefusedGoesOn(t *testing.T) {
	w := newCrowd(t, 2)
	source := rand.NewChaCha8([32]byte{2})
	home := must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	must(0, ring(w.Core).Trust(ann, home.Public()))
	publishes := func() {
		must(w.Step(t.Context(), w.name, engine.Published{Source: transport.Source{User: ann}}))
		w.do(t.Context())
	}
	publishes()
	w.wantTold(t, 1, notify.Shared)

	c := must(w.Load(t.Context(), w.name)).Collection
	report := must(w.Report(t.Context(), c))
	ring(w.Core).Revoke(report.Report().Author.Key)
	h, left := c.Header(), w.to[0]
	h.AuthorSeal = nil
	anew := must(collection.New(h, collection.Body{Items: items(3), Recipients: w.to[1:]}))
	keeps(t, w.Core, must(anew.Sign(t.Context(), home, time.Unix(2e9, 0))))
	w.to = w.to[1:]
	publishes()
	w.wantTold(t, 2, notify.Available)
	if e, _, err := record.Load[entry](t.Context(), w.Store, entryRecord.Key(left, w.name)); e.Notification.Reason != notify.Removed || e.Number != 2 {
		t.Errorf("who may not read it any more is told %+v, %v", e, err)
	}
	if r := must(record.Get(t.Context(), w.Store, readerRecord.Key(w.name, left))); r.Version > 0 {
		t.Error("a record says that somebody may read who may not any more")
	}
	if ids := (&shelf{Core: w.Core}).finds(t.Context(), 3); !slices.Equal(ids, []byte{w.name.ID[0]}) {
		t.Errorf("its item is found in %v", ids)
	}
}

package station

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// looks is a store that counts the records that are read.
type looks struct {
	transport.Store
	read int
}

func (l *looks) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	l.read += len(keys)
	return l.Store.Get(ctx, keys...)
}

func (l *looks) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for r, err := range l.Store.Scan(ctx, prefix, after, limit) {
			if l.read++; !yield(r, err) {
				return
			}
		}
	}
}

// leavers is a cache with what Ann has shared.
type leavers struct {
	*Core
	store  *looks
	signer *signature.Signer
	clock  time.Time
}

func newLeavers() *leavers {
	source := rand.NewChaCha8([32]byte{1})
	l := &leavers{store: &looks{Store: new(memstore.Store)}, clock: time.Unix(1e9, 0).Truncate(time.Hour)}
	l.signer = must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	l.Core = New(Config{Store: l.store, Keys: Keyring{new(signature.Keyring)}, Cache: true, Rules: engine.Rules{RequiredFromDevice: 1},
		Now: func() time.Time { return l.clock }})
	must(0, ring(l.Core).Pin(ann, l.signer.Public()))
	return l
}

// shares shares items with thumbnails, by what these say.
func (l *leavers) shares(t *testing.T, id byte, thumbnails ...string) collection.Collection {
	t.Helper()
	b := collection.Body{}
	for i, text := range thumbnails {
		b.Items = append(b.Items, collection.Item{ID: collection.ItemID{id, byte(i)}, Digests: []collection.Digest{digest.Sum([]byte(text))}})
	}
	c := must(collection.New(collection.Header{ID: collection.ID{id}, Author: ann}, b))
	c = must(c.Sign(t.Context(), l.signer, l.clock))
	must(l.Server.Share(t.Context(), ann, c, transport.Share{Collection: must(c.MarshalBinary())}))
	for i, text := range thumbnails {
		if !must(l.Load(t.Context(), c.Name())).Holds(i, 0) {
			l.comes(t, c, i, text)
		}
	}
	return c
}

// comes brings a thumbnail.
func (l *leavers) comes(t *testing.T, c collection.Collection, place int, text string) {
	t.Helper()
	must(l.Versions.Receive(t.Context(), c, place, 0, 0, bytes.NewReader([]byte(text))))
	must(l.do(t.Context(), c.Name(), doing{}, l.stored(t.Context(), engine.Stored{Versions: one(place, 0)})))
}

func (l *leavers) ends(t *testing.T, c collection.Collection) {
	t.Helper()
	keeps(t, l.Core, must(must(l.Load(t.Context(), c.Name())).Collection.End(t.Context(), l.signer, l.clock)))
}

func (l *leavers) withdraws(t *testing.T, c collection.Collection, places ...int) {
	t.Helper()
	c = must(l.Load(t.Context(), c.Name())).Collection
	items := make([]collection.ItemID, len(places))
	for i, place := range places {
		items[i], _ = c.At(place)
	}
	u := must(must(c.Withdraw(items...)).Sign(t.Context(), l.signer, l.clock))
	c, _, err := c.Apply(u)
	must(0, err)
	keeps(t, l.Core, c)
}

// passes lets time pass, and the cache remove what is due.
func (l *leavers) passes(t *testing.T, d time.Duration) {
	t.Helper()
	l.clock = l.clock.Add(d)
	must(0, l.expireGone(t.Context()))
}

// has reports whether the bytes of a thumbnail are here.
func (l *leavers) has(t *testing.T, text string) bool {
	return must(record.Get(t.Context(), l.Store, versionRecord.Key(ann, digest.Sum([]byte(text))))).Version > 0
}

const week = goneStay * time.Hour

// TestRoundReadsWhatIsDue: a round costs what leaves in it, whatever else the author has, and
// however much leaves later.
func TestRoundReadsWhatIsDue(t *testing.T) {
	cost := func(others int) int {
		l := newLeavers()
		first := l.shares(t, 1, "one", "two")
		l.ends(t, first)
		withdrawn := l.shares(t, 2, "three", "four")
		l.withdraws(t, withdrawn, 0)
		l.clock = l.clock.Add(2 * time.Hour)
		for i := range others {
			c := l.shares(t, byte(3+i), fmt.Sprint("other ", i))
			if i%2 == 0 {
				l.ends(t, c)
			}
		}
		l.clock = l.clock.Add(week - time.Hour)
		l.store.read = 0
		must(0, l.expireGone(t.Context()))
		read := l.store.read
		for text, want := range map[string]bool{"one": false, "two": false, "three": false, "four": true} {
			if l.has(t, text) != want {
				t.Errorf("%s is here: %v", text, !want)
			}
		}
		return read
	}
	if few, many := cost(2), cost(200); few != many || few == 0 {
		t.Errorf("%d records are read beside two others, %d beside two hundred", few, many)
	}
}

// TestSharedBytesLeaveWithTheLast: each of those that have the same bytes keeps them for its
// own week, in whatever order they go.
func TestSharedBytesLeaveWithTheLast(t *testing.T) {
	for _, order := range [][]byte{{1, 2, 3}, {3, 2, 1}, {2, 1, 3}} {
		l := newLeavers()
		all := map[byte]collection.Collection{}
		for id := byte(1); id <= 3; id++ {
			all[id] = l.shares(t, id, "black", "black", fmt.Sprint("own ", id))
		}
		for n, id := range order {
			if n%2 == 0 {
				l.ends(t, all[id])
			} else {
				l.withdraws(t, all[id], 0)
				l.withdraws(t, all[id], 1, 2)
			}
			l.passes(t, 24*time.Hour)
		}
		l.passes(t, week-72*time.Hour)
		for n, id := range order {
			if !l.has(t, "black") || !l.has(t, fmt.Sprint("own ", id)) {
				t.Errorf("%v: gone before the week of %d is over", order, id)
			}
			l.passes(t, time.Hour)
			if held := must(l.Load(t.Context(), all[id].Name())).HeldOf(0); !held.IsEmpty() || l.has(t, fmt.Sprint("own ", id)) {
				t.Errorf("%v: %d holds %v after its week", order, id, held)
			}
			if last := n == len(order)-1; l.has(t, "black") == last {
				t.Errorf("%v: after %d, the shared bytes are here: %v", order, id, !last)
			}
			l.passes(t, 23*time.Hour)
		}
		if left := must(record.Keys(t.Context(), l.Store, goneRecord.Under(), 0)); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

// TestComesAgainWhenGone: what comes of what has gone before leaves a week later, too.
func TestComesAgainWhenGone(t *testing.T) {
	l := newLeavers()
	c := l.shares(t, 1, "one")
	l.withdraws(t, c, 0)
	l.passes(t, week+time.Hour)
	l.comes(t, c, 0, "one")
	if l.passes(t, week); !l.has(t, "one") {
		t.Error("it has gone at once")
	}
	if l.passes(t, time.Hour); l.has(t, "one") {
		t.Error("it stays for ever")
	}
}

// TestHolders: an age names those who hold its version, or all of the author's collections;
// and whatever comes, ends and leaves, states and bytes stay in step.
func TestHolders(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 7))
		l := newLeavers()
		var all []collection.Collection
		for range 60 {
			switch n := r.IntN(5); {
			case n < 3 && len(all) < 25:
				all = append(all, l.shares(t, byte(len(all)+1), fmt.Sprint(r.IntN(3)), fmt.Sprint(r.IntN(9))))
			case n == 3 && len(all) > 0:
				if c := all[r.IntN(len(all))]; !must(l.Load(t.Context(), c.Name())).Collection.Ended() {
					l.ends(t, c)
				}
			case n == 4:
				l.passes(t, time.Duration(r.IntN(72))*time.Hour)
			}
			l.inStep(t, all)
		}
		for _, c := range all {
			if !must(l.Load(t.Context(), c.Name())).Collection.Ended() {
				l.ends(t, c)
			}
		}
		l.passes(t, week+time.Hour)
		if left := must(record.Keys(t.Context(), l.Store, versionRecord.Under(), 0)); len(left) > 0 {
			t.Fatalf("seed %d: %d versions are left", seed, len(left))
		}
	}
}

// inStep checks that what states hold is here, and that its age leads to them.
func (l *leavers) inStep(t *testing.T, all []collection.Collection) {
	t.Helper()
	for _, c := range all {
		s := must(l.Load(t.Context(), c.Name()))
		for _, p := range placesOf(c, []transport.Bits{s.HeldOf(0)}) {
			if must(record.Get(t.Context(), l.Store, versionRecord.Key(ann, p.digest))).Version == 0 {
				t.Fatalf("%d holds a version that is not here", c.ID()[0])
			}
			names := must(l.holders(t.Context(), record.Reading(l.Store), ann, []collection.Digest{p.digest}))
			if !slices.Contains(names, c.Name()) {
				t.Fatalf("%d holds a version whose age does not say so", c.ID()[0])
			}
			if age := must(record.Get(t.Context(), l.Store, ageRecord.Key(ann, p.digest))).Value; len(age) > 8+maxHolders*len(collection.ID{}) {
				t.Fatalf("an age of %d bytes", len(age))
			}
		}
	}
}

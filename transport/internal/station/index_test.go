package station

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// shelf is a core whose index alone is used: collections of Ann's are put into it.
type shelf struct {
	*Core
	jobs []string
}

func newShelf() *shelf { return sharing(new(memstore.Store)) }

// sharing is a shelf of another process that has the store.
func sharing(store transport.Store) *shelf {
	return &shelf{Core: New(Config{Store: store, Now: time.Now})}
}

// items are the ids of some items.
func items(numbers ...int) []collection.Item {
	all := make([]collection.Item, len(numbers))
	for i, n := range numbers {
		binary.BigEndian.PutUint32(all[i].ID[:], uint32(n)+1)
	}
	return all
}

func of(id byte, numbers ...int) collection.Collection {
	return must(collection.New(collection.Header{ID: collection.ID{id}, Author: ann}, collection.Body{Items: items(numbers...)}))
}

// put puts a collection into the index.
func (s *shelf) put(ctx context.Context, c collection.Collection) error {
	var done step
	version, err := record.Update(ctx, s.Store, func(tx *record.Tx) error {
		done = step{core: s.Core, tx: tx}
		return done.indexItems(ctx, c)
	})
	s.jobs = done.jobs
	s.lists.add(c.Author(), done.indexed, version)
	return err
}

// finds returns the first bytes of the ids of the collections that have one of the items.
func (s *shelf) finds(ctx context.Context, numbers ...int) (ids []byte) {
	wanted := of(0xff, numbers...)
	names := must(s.others(ctx, record.Reading(s.Store), wanted, transport.AllBits(wanted.Len())))
	for _, n := range names {
		ids = append(ids, n.ID[0])
	}
	return ids
}

// folds does a fold job to its end.
func (s *shelf) folds(ctx context.Context) {
	for must(s.fold(ctx, foldJob.Key(collection.Name{Author: ann}))) {
	}
}

// TestIndex: what was put into the index is found, by whichever of two processes, however
// much of it is folded, and nothing else.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, in := context.Background(), map[int][]byte{}
		one := newShelf()
		either := rapid.SampledFrom([]*shelf{one, sharing(one.Store)})
		number := rapid.IntRange(0, 30)
		for id := range byte(rapid.IntRange(0, 12).Draw(t, "collections")) {
			numbers := rapid.SliceOfNDistinct(number, 0, 8, rapid.ID).Draw(t, "items")
			must(0, either.Draw(t, "puts").put(ctx, of(id+1, numbers...)))
			either.Draw(t, "finds").finds(ctx, numbers...)
			for _, n := range numbers {
				in[n] = append(in[n], id+1)
			}
			if rapid.Bool().Draw(t, "fold") {
				either.Draw(t, "folds").folds(ctx)
			}
		}
		wanted := rapid.SliceOfNDistinct(number, 0, 8, rapid.ID).Draw(t, "wanted")
		var want []byte
		for _, n := range wanted {
			want = append(want, in[n]...)
		}
		slices.Sort(want)
		if got := either.Draw(t, "finds").finds(ctx, wanted...); !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("%v: found in %v, are in %v", wanted, got, want)
		}
	})
}

// TestFold: a list that has become long leaves a job, which empties it; the record of a
// large collection is several, and they are folded in several transactions.
func TestFold(t *testing.T) {
	s, ctx := newShelf(), t.Context()
	must(0, s.put(ctx, of(1, 1, 2, 3)))
	if len(s.jobs) > 0 {
		t.Errorf("a short list leaves %q", s.jobs)
	}
	many := make([]int, maxMarks+1)
	for i := range many {
		many[i] = i
	}
	must(0, s.put(ctx, of(2, many...)))
	if want := []string{foldJob.Key(collection.Name{Author: ann, ID: collection.ID{2}})}; !slices.Equal(s.jobs, want) {
		t.Fatalf("a long list leaves %q, want %q", s.jobs, want)
	}
	more := must(s.fold(ctx, s.jobs[0]))
	if job := must(record.Get(ctx, s.Store, s.jobs[0])); !more || job.Version == 0 {
		t.Errorf("all is folded at once: %v, job %v", more, job)
	}
	for _, n := range []int{2, maxMarks} {
		if got, want := s.finds(ctx, n), []byte{1, 2}[min(n/maxMarks, 1):]; !slices.Equal(got, want) {
			t.Errorf("half folded, %d is in %v, want %v", n, got, want)
		}
	}
	s.folds(ctx)
	if more := must(s.fold(ctx, s.jobs[0])); more {
		t.Error("there is always more")
	}
	for r := range s.Store.Scan(ctx, "", "", 0) {
		if kind := r.Key[:1]; kind != string(itemRecord) {
			t.Errorf("%s is left", r.Key)
		}
	}
	if got := s.finds(ctx, 2); !slices.Equal(got, []byte{1, 2}) {
		t.Errorf("folded, 2 is in %v", got)
	}
}

// TestFoldMeets: a collection that comes while the list is folded is found, and two who
// fold at once lose nothing.
func TestFoldMeets(t *testing.T) {
	s, ctx := newShelf(), t.Context()
	store := s.Store
	for id := range byte(4) {
		must(0, s.put(ctx, of(id+1, 1, int(id)+2)))
	}
	met := 0
	s.Store = &meeting{store, func() {
		met++
		other := sharing(store)
		must(0, other.put(ctx, of(byte(10+met), 1)))
		other.folds(ctx)
	}}
	s.folds(ctx)
	if got := s.finds(ctx, 1); met == 0 || !slices.Equal(got, []byte{1, 2, 3, 4, 11}) {
		t.Errorf("met %d; found in %v", met, got)
	}
}

// meeting is a store in which something happens before the first batch.
type meeting struct {
	transport.Store
	first func()
}

func (m *meeting) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if first := m.first; first != nil {
		m.first = nil
		first()
	}
	return m.Store.Apply(ctx, b)
}

// TestDamagedIndex: a damaged record of the index is an error, and never a collection
// that nobody has.
func TestDamagedIndex(t *testing.T) {
	for _, damage := range []transport.Change{
		{Key: listRecord.Under(ann, collection.ID{1}) + "0000", Value: []byte("short")},
		{Key: listRecord.Under(ann) + "no-name/0000", Value: make([]byte, 8)},
		{Key: itemRecord.Key(ann, markOf(items(1)[0].ID)), Value: []byte("short")},
		{Key: itemRecord.Key(ann), Value: []byte{0xff}},
	} {
		s, ctx := newShelf(), t.Context()
		must(0, s.put(ctx, of(1, 1)))
		s.folds(ctx)
		must(0, record.Put(ctx, s.Store, damage))
		c := of(2, 1)
		_, err := s.others(ctx, record.Reading(s.Store), c, transport.AllBits(1))
		if !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%s: %v", damage.Key, err)
		}
	}
}

// TestListsAreRemembered: who knows an author's list does not read it again, until somebody
// else has added to it; and all lists together are bounded.
func TestListsAreRemembered(t *testing.T) {
	s, ctx := newShelf(), t.Context()
	other := sharing(s.Store)
	scans := &scanning{Store: s.Store}
	s.Store = scans
	s.finds(ctx, 1)
	for id := range byte(3) {
		must(0, s.put(ctx, of(id+1, 1)))
		if got := s.finds(ctx, 1); len(got) != int(id)+1 || scans.n != 1 {
			t.Errorf("found in %v after %d walks", got, scans.n)
		}
	}
	must(0, other.put(ctx, of(4, 1)))
	if got := s.finds(ctx, 1); len(got) != 4 || scans.n != 2 {
		t.Errorf("found in %v after %d walks", got, scans.n)
	}
	large := listing{1, list{{marks: make([]byte, maxLists/2*len(mark{}))}}}
	for i := range 8 {
		s.lists.put(user(i), large)
	}
	if n := len(s.lists.of); s.lists.size > maxLists || n != 2 {
		t.Errorf("%d marks in %d lists", s.lists.size, n)
	}
}

// scanning counts the walks.
type scanning struct {
	transport.Store
	n int
}

func (s *scanning) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	s.n++
	return s.Store.Scan(ctx, prefix, after, limit)
}

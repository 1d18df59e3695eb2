package record_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestWalk goes on behind what is damaged, which it names and does not count.
func TestWalk(t *testing.T) {
	keys := []string{"k/a", "k/b", "k/c", "k/d", "k/e"}
	for _, c := range []struct {
		after   string
		limit   int
		damaged []string
		want    []string // with a mark where there is an error
	}{
		{"", 0, nil, []string{"k/a", "k/b", "k/c", "k/d", "k/e"}},
		{"", 0, []string{"k/a", "k/c", "k/d"}, []string{"k/a!", "k/b", "k/c!", "k/d!", "k/e"}},
		{"", 2, []string{"k/a", "k/c", "k/d"}, []string{"k/a!", "k/b", "k/c!", "k/d!", "k/e"}},
		{"", 1, []string{"k/a", "k/c"}, []string{"k/a!", "k/b"}},
		{"k/a", 2, []string{"k/a"}, []string{"k/b", "k/c"}},
		{"k/c", 0, []string{"k/e"}, []string{"k/d", "k/e!"}},
		{"", 0, keys, []string{"k/a!", "k/b!", "k/c!", "k/d!", "k/e!"}},
	} {
		inner := new(memstore.Store)
		for _, key := range append(keys, "j", "l") {
			put(t, inner, key, "value")
		}
		store := recordtest.New(inner, append(c.damaged, "j", "l")...)
		var got []string
		for r, err := range record.Walk(t.Context(), store, "k/", c.after, c.limit) {
			key := r.Key
			if err != nil {
				key += "!"
			}
			if record.Damaged(err, r.Key) != (err != nil) {
				t.Errorf("%s: %v", r.Key, err)
			}
			got = append(got, key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("after %q, limit %d, damaged %v: %v", c.after, c.limit, c.damaged, got)
		}
	}
}

// TestWalkEnds: what is no damage of one record ends the walk, without a key, and so
// does the caller.
func TestWalkEnds(t *testing.T) {
	store := recordtest.New(new(memstore.Store))
	for _, key := range []string{"k/a", "k/b", "k/c"} {
		put(t, store, key, "value")
	}
	for _, bad := range []error{
		transport.ErrStorage, errors.New("other"), transport.At(transport.ErrStorage, "elsewhere"),
		transport.At(transport.ErrNotFound, "k/b"), transport.At(transport.ErrStorage, "k/a"),
	} {
		store.Fail("k/b", bad)
		n := 0
		for r, err := range record.Walk(t.Context(), store, "k/", "", 0) {
			if n++; n == 2 && (r.Key != "" || err != bad) || n > 2 {
				t.Errorf("%v: %d: %q, %v", bad, n, r.Key, err)
			}
		}
	}
}

// TestDamagedNames: a name is in the key.
func TestDamagedNames(t *testing.T) {
	inner := new(memstore.Store)
	var want []collection.Name
	for i := range byte(3) {
		name := collection.Name{Author: collection.UserID{1}, ID: collection.ID{i}}
		put(t, inner, kind.Key(name), "value")
		want = append(want, name)
	}
	store := recordtest.New(inner, kind.Key(want[1]))
	if names, err := record.Names(t.Context(), store, kind.Under()); !slices.Equal(names, want) || err != nil {
		t.Errorf("%v, %v", names, err)
	}
}

// TestFetchOfDamaged: Fetch leaves it to Get to tell what is damaged, and does not swallow
// anything else. What a transaction has set, it can read.
func TestFetchOfDamaged(t *testing.T) {
	inner := new(memstore.Store)
	put(t, inner, "a", "old")
	put(t, inner, "b", "old")
	store := recordtest.New(inner, "b")
	_, err := record.Update(t.Context(), store, func(tx *record.Tx) error {
		if err := tx.Fetch(t.Context(), "a", "b"); err != nil {
			t.Error(err)
		}
		if r, err := record.Get(t.Context(), tx, "a"); string(r.Value) != "old" || err != nil {
			t.Errorf("%s, %v", r.Value, err)
		}
		if _, err := record.Get(t.Context(), tx, "b"); !record.Damaged(err, "b") || record.Damaged(err, "a") {
			t.Error(err)
		}
		tx.Set("b", []byte("new"))
		for _, read := range []func(...string) ([]transport.Record, error){
			func(keys ...string) ([]transport.Record, error) { return tx.Get(t.Context(), keys...) },
			func(keys ...string) ([]transport.Record, error) { return tx.Peek(t.Context(), keys...) },
		} {
			if found, err := read("a", "b"); err != nil || string(found[1].Value) != "new" {
				t.Errorf("%v, %v", found, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if r, err := record.Get(t.Context(), store, "b"); string(r.Value) != "new" || err != nil {
		t.Errorf("%s, %v", r.Value, err)
	}
	store.Fail("a", transport.ErrStorage)
	if err := record.Reading(store).Fetch(t.Context(), "a", "b"); err != transport.ErrStorage {
		t.Error(err)
	}
}

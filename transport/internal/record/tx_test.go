package record_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// watched is a store that notes the batches it is asked to apply, and in which
// something happens before each.
type watched struct {
	transport.Store
	before  func(try int)
	batches []transport.Batch
}

func (w *watched) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	w.batches = append(w.batches, b)
	if w.before != nil {
		w.before(len(w.batches))
	}
	return w.Store.Apply(ctx, b)
}

func put(t *testing.T, in transport.Records, key, value string) {
	t.Helper()
	if err := record.Put(t.Context(), in, transport.Change{Key: key, Value: []byte(value)}); err != nil {
		t.Fatal(err)
	}
}

// TestUpdateAgain: work whose records others change meanwhile is done again, with what is
// there then, also where what it has read was not there.
func TestUpdateAgain(t *testing.T) {
	for _, key := range []string{"there", "absent"} {
		synctest.Test(t, func(t *testing.T) {
			store := new(memstore.Store)
			put(t, store, "there", "old")
			w := &watched{Store: store, before: func(try int) {
				if try <= 3 {
					put(t, store, key, "new"[:try])
				}
			}}
			var read []string
			version, err := record.Update(t.Context(), w, func(tx *record.Tx) error {
				r, err := record.Get(t.Context(), tx, key)
				read = append(read, string(r.Value))
				tx.Set("result", r.Value)
				return err
			})
			if want := []string{"n", "ne", "new"}; err != nil || len(read) != 4 || !slices.Equal(read[1:], want) {
				t.Errorf("%s: read %q, %v", key, read, err)
			}
			if r, err := record.Need(t.Context(), store, "result"); err != nil || string(r.Value) != "new" || r.Version != version {
				t.Errorf("%s: %+v, %v; version %d", key, r, err, version)
			}
		})
	}
}

// TestReadsAreConditions: each record that was read is a condition once, as it was when it
// was read first; what was only set is none.
func TestReadsAreConditions(t *testing.T) {
	store := new(memstore.Store)
	put(t, store, "there", "old")
	put(t, store, "set", "old")
	r, err := record.Need(t.Context(), store, "there")
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{Store: store}
	_, err = record.Update(t.Context(), w, func(tx *record.Tx) error {
		_, err := tx.Get(t.Context(), "there", "absent", "there")
		tx.Set("there", []byte("new"))
		_, again := tx.Get(t.Context(), "there")
		tx.Set("set", nil)
		return errors.Join(err, again)
	})
	if err != nil || len(w.batches) != 1 {
		t.Fatalf("%d batches, %v", len(w.batches), err)
	}
	found := map[string]uint64{}
	for _, c := range w.batches[0].Conditions {
		found[c.Key] = c.Version
	}
	if want := map[string]uint64{"there": r.Version, "absent": 0}; !maps.Equal(found, want) || len(w.batches[0].Conditions) != 2 {
		t.Errorf("conditions %v, want %v", w.batches[0].Conditions, want)
	}
}

// TestOwnWrites: a transaction reads what it has written, as all helpers read: also
// what was not there before, and what is not there any more.
func TestOwnWrites(t *testing.T) {
	store := new(memstore.Store)
	put(t, store, "there", "old")
	_, err := record.Update(t.Context(), store, func(tx *record.Tx) error {
		for i := range 3 {
			n, _, err := record.Load[int](t.Context(), tx, "counter")
			if err != nil || n != i {
				t.Errorf("counted %d, want %d: %v", n, i, err)
			}
			if err := tx.Encode("counter", n+1); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := record.Need(t.Context(), tx, "counter"); err != nil {
			t.Error(err)
		}
		tx.Put(transport.Change{Key: "there"})
		if n, r, err := record.Load[int](t.Context(), tx, "there"); n != 0 || r.Version != 0 || r.Value != nil || err != nil {
			t.Errorf("removed: %d, %+v, %v", n, r, err)
		}
		if _, err := record.Need(t.Context(), tx, "there"); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("removed: %v", err)
		}
		return tx.Encode("not", make(chan int))
	})
	if !errors.Is(err, transport.ErrMalformed) {
		t.Error(err)
	}
	if r, err := record.Get(t.Context(), store, "counter"); r.Version != 0 || err != nil {
		t.Errorf("after an error: %+v, %v", r, err)
	}
}

// TestUpdateGivesUp: a record that changes each time is not tried for ever, and nothing
// is tried again for any other reason, or after the context is over.
func TestUpdateGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(memstore.Store)
		w := &watched{Store: store, before: func(int) { put(t, store, "busy", "changed") }}
		work := func(ctx context.Context) func(*record.Tx) error {
			return func(tx *record.Tx) error {
				_, err := tx.Get(ctx, "busy")
				tx.Set("result", []byte{})
				return err
			}
		}
		_, err := record.Update(t.Context(), w, work(t.Context()))
		if n := len(w.batches); !errors.Is(err, transport.ErrConflict) || !errors.Is(err, record.ErrChanged) || n < 5 || n > 50 {
			t.Errorf("tried %d times: %v", n, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		w.batches = nil
		w.before = func(int) { put(t, store, "busy", "changed"); cancel() }
		if _, err := record.Update(ctx, w, work(ctx)); !errors.Is(err, context.Canceled) || len(w.batches) != 1 {
			t.Errorf("after the end: tried %d times: %v", len(w.batches), err)
		}
		other, n := errors.New("other"), 0
		if _, err := record.Update(t.Context(), w, func(*record.Tx) error { n++; return other }); err != other || n != 1 {
			t.Errorf("done %d times: %v", n, err)
		}
	})
}

// TestNothingToDo: work that changes nothing is not applied.
func TestNothingToDo(t *testing.T) {
	w := &watched{Store: new(memstore.Store)}
	version, err := record.Update(t.Context(), w, func(tx *record.Tx) error {
		_, err := tx.Get(t.Context(), "absent")
		return err
	})
	if version != 0 || err != nil || len(w.batches) != 0 {
		t.Errorf("version %d, %v, %d batches", version, err, len(w.batches))
	}
}

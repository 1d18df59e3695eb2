package lab_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// set is a batch that sets one record.
func set(key, value string) transport.Batch {
	return transport.Batch{Changes: []transport.Change{{Key: key, Value: []byte(value)}}}
}

// A process that crashes after its second change, before it can tell anybody.
func ExampleCrash() {
	ctx := context.Background()
	store := new(memstore.Store)
	crash := &lab.Crash{Store: store, Before: 1, After: true}
	for i := range 3 {
		_, err := crash.Apply(ctx, set(fmt.Sprint(i), "x"))
		found, _ := store.Get(ctx, fmt.Sprint(i))
		fmt.Println(i, errors.Is(err, lab.ErrCrashed), found[0].Version > 0)
	}
	// Output:
	// 0 false true
	// 1 true true
	// 2 true false
}

// TestCrashOfUpload: of what was not committed some is there after the crash, and
// what was committed is.
func TestCrashOfUpload(t *testing.T) {
	for before, want := range map[int]struct{ part, whole int64 }{0: {0, 0}, 1: {1, 0}, 2: {2, 0}, 3: {0, 4}} {
		store := new(memstore.Store)
		crash := &lab.Crash{Store: store, Before: before, Kept: 0.5}
		w, err := crash.Create(t.Context(), "v/a")
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte("ab"))
		w.Write([]byte("cd"))
		w.Commit(t.Context())
		crash.Delete(t.Context(), "v/b")
		if err := w.Close(); !errors.Is(err, lab.ErrCrashed) || !crash.Crashed() {
			t.Errorf("%d: %v", before, err)
		}
		part, err := store.Part(t.Context(), "v/a")
		if err != nil || part != want.part {
			t.Errorf("%d: %d bytes, %v", before, part, err)
		}
		if b, err := store.Open(t.Context(), "v/a"); want.whole > 0 && (err != nil || b.Size() != want.whole) || want.whole == 0 && err == nil {
			t.Errorf("%d: %v", before, err)
		}
	}
}

// TestKill: a process that is killed reads and changes nothing any more.
func TestKill(t *testing.T) {
	told := 0
	crash := &lab.Crash{Store: new(memstore.Store), Before: -1, OnCrash: func() { told++ }}
	crash.Kill()
	crash.Kill()
	_, err := crash.Get(t.Context(), "a")
	_, err2 := crash.Apply(t.Context(), set("a", "x"))
	if !errors.Is(err, lab.ErrCrashed) || !errors.Is(err2, lab.ErrCrashed) || told != 1 {
		t.Errorf("%v, %v, told %d times", err, err2, told)
	}
}

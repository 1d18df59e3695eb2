package station

import (
	"slices"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// TestUnknownEffect: an effect that the station does not know is an error, and
// nothing of the step is stored.
func TestUnknownEffect(t *testing.T) {
	type unknown struct{ engine.Effect }
	k, _, c := newCore(t, 1)
	before := must(k.Load(t.Context(), c.Name()))
	after := before
	after.Edited = !before.Edited
	perform := func(effects ...engine.Effect) error {
		_, err := record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
			s := step{core: k, tx: tx}
			return s.store(t.Context(), remembered{state: before, parts: must(before.Parts())}, after, effects)
		})
		return err
	}
	if perform(engine.Reply{}, unknown{}) == nil {
		t.Error("no error")
	}
	if s := must(k.Load(t.Context(), c.Name())); s.Edited != before.Edited {
		t.Error("the step was stored")
	}
	if err := perform(engine.Reply{}); err != nil {
		t.Errorf("a known effect: %v", err)
	}
}

// TestLocksAreNobodysChoice: who makes collections of the same ids as others, or of such as
// have shared a lock elsewhere, does not hold up their steps.
func TestLocksAreNobodysChoice(t *testing.T) {
	one, other := New(Config{}), New(Config{})
	locks, same := map[*sync.Mutex]bool{}, 0
	for i := range 256 {
		name := collection.Name{Author: collection.UserID{byte(i)}, ID: collection.ID{7}}
		locks[one.lockOf(name)] = true
		place := func(k *Core) int {
			return slices.IndexFunc(pointers(&k.locks), func(l *sync.Mutex) bool { return l == k.lockOf(name) })
		}
		if place(one) == place(other) {
			same++
		}
	}
	if len(locks) < 128 || same > 32 {
		t.Errorf("%d locks for 256 collections, %d of them the same elsewhere", len(locks), same)
	}
}

func pointers(locks *[1024]sync.Mutex) (all []*sync.Mutex) {
	for i := range locks {
		all = append(all, &locks[i])
	}
	return all
}

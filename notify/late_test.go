package notify_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// TestLate: of two notifications it is late which says nothing that the other
// did not say.
func TestLate(t *testing.T) {
	lake, boat := collection.ItemID{0, 1}, collection.ItemID{1, 1}
	none := picnic(2)
	one, other, both := complete(none, lake), complete(none, boat), complete(complete(none, lake), boat)
	titled := must(none.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "Another" }))
	tell := func(c collection.Collection) notify.Notification { return must(notify.Make(c, notify.Available, "")) }
	silent := tell(one)
	silent.Updates = nil
	for _, c := range []struct {
		what    string
		n, told notify.Notification
		late    bool
	}{
		{"the same", tell(one), tell(one), true},
		{"the first after a label went", tell(none), tell(one), true},
		{"a part after all", tell(one), tell(both), true},
		{"all after a part", tell(both), tell(one), false},
		{"another part", tell(other), tell(one), false},
		{"another title", tell(titled), tell(none), false},
		{"the title before", tell(none), tell(titled), true},
		{"the title before, and a label went", tell(one), tell(titled), false},
		{"one that does not say all", silent, tell(both), false},
	} {
		if late := must(c.n.Late(c.told, both)); late != c.late {
			t.Errorf("%s: late %v", c.what, late)
		}
	}
	broken := tell(one)
	broken.Updates = [][]byte{{1, 2}}
	if _, err := broken.Late(tell(one), both); err == nil {
		t.Error("an update that is none was taken")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

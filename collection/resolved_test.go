package collection_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

func TestResolved(t *testing.T) {
	first, second, third := collection.Address{1}, collection.Address{2}, collection.Address{3}
	c := shared(t, 0, label.Flag, func(_ *collection.Header, b *collection.Body) {
		b.Addresses = []collection.Address{first, second, third}
	})
	type pair struct {
		a collection.Address
		u collection.UserID
	}
	list := func(c collection.Collection) (all []pair) {
		for a, u := range c.Resolved() {
			all = append(all, pair{a, u})
		}
		return all
	}
	if all := list(c); len(all) != 0 || len(list(collection.Collection{})) != 0 {
		t.Errorf("resolved before anybody said so: %v", all)
	}
	resolved := ok(c.Resolve(bg, keyOf(theHub), second, mallory, dawn))(t)
	resolved = ok(resolved.Resolve(bg, keyOf(theHub), first, ben, dawn))(t)
	want := []pair{{first, ben}, {second, mallory}}
	if all := list(ok(collection.Decode(bytesOf(t, resolved)))(t)); len(all) != 2 || all[0] != want[0] || all[1] != want[1] {
		t.Errorf("%v, want %v", all, want)
	}
	for a := range resolved.Resolved() {
		if a != first {
			t.Error("went on after a break")
		}
		break
	}
}

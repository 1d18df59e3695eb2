package collection_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
)

// An album is a set of collections by name, whose ids are single bytes.
type album map[collection.Name]collection.Collection

func named(id byte) collection.Name { return collection.Name{Author: anna, ID: collection.ID{id}} }

// put adds a collection with sub-collections.
func (a album) put(tb failer, id byte, subs ...byte) {
	b := collection.Body{}
	for _, sub := range subs {
		b.Subs = append(b.Subs, named(sub))
	}
	a[named(id)] = ok(collection.New(collection.Header{ID: collection.ID{id}, Author: anna}, b))(tb)
}

func (a album) get(n collection.Name) (collection.Collection, error) {
	c, found := a[n]
	if !found {
		return c, errOops
	}
	return c, nil
}

// walk lists the ids that are visited from 1 on, with their depths.
func (a album) walk(limit int) (ids []byte, depths []int, err error) {
	err = a[named(1)].Walk(limit, a.get, func(depth int, c collection.Collection) error {
		ids, depths = append(ids, c.ID()[0]), append(depths, depth)
		return nil
	})
	return ids, depths, err
}

func TestWalk(t *testing.T) {
	a := album{}
	a.put(t, 1, 4, 2, 2)
	a.put(t, 2, 3)
	a.put(t, 3)
	a.put(t, 4, 3)
	ids, depths, err := a.walk(5)
	if err != nil || !slices.Equal(ids, []byte{1, 2, 3, 4, 3}) || !slices.Equal(depths, []int{0, 1, 2, 1, 2}) {
		t.Error(ids, depths, err)
	}
	ids, _, err = a.walk(4)
	wantErr(t, err, collection.ErrLimit)
	if len(ids) != 4 {
		t.Errorf("%d visits", len(ids))
	}
	if _, _, err = a.walk(0); !errors.Is(err, collection.ErrLimit) {
		t.Error(err)
	}
	calls := 0
	err = a[named(1)].Walk(9, a.get, func(int, collection.Collection) error { calls++; return errOops })
	if wantErr(t, err, errOops); calls != 1 {
		t.Errorf("%d visits after an error", calls)
	}
	delete(a, named(3))
	_, _, err = a.walk(9)
	wantErr(t, err, errOops)
	a[named(3)] = a[named(2)]
	_, _, err = a.walk(9)
	wantErr(t, err, collection.ErrOtherCollection)
}

func TestWalkDepth(t *testing.T) {
	a := album{}
	for id := byte(1); id < 9; id++ {
		a.put(t, id, id+1)
	}
	a.put(t, 9)
	_, depths, err := a.walk(100)
	if err != nil || len(depths) != 9 || depths[8] != collection.MaxDepth {
		t.Error(depths, err)
	}
	a.put(t, 9, 10)
	a.put(t, 10)
	_, depths, err = a.walk(100)
	if wantErr(t, err, collection.ErrDepth); len(depths) != 9 {
		t.Error(depths)
	}
}

func TestWalkCycles(t *testing.T) {
	for length := byte(1); length <= 8; length++ {
		a := album{}
		for id := byte(1); id < length; id++ {
			a.put(t, id, id+1)
		}
		a.put(t, length, 1)
		_, depths, err := a.walk(100)
		if wantErr(t, err, collection.ErrCycle); len(depths) != int(length) {
			t.Errorf("a cycle of %d is found after %d visits", length, len(depths))
		}
	}
	// The same id by another author is another collection.
	other := ok(collection.New(collection.Header{ID: collection.ID{1}, Author: ben}, collection.Body{}))(t)
	top := ok(collection.New(collection.Header{ID: collection.ID{1}, Author: anna}, collection.Body{Subs: []collection.Name{other.Name()}}))(t)
	err := top.Walk(2, album{other.Name(): other}.get, func(int, collection.Collection) error { return nil })
	if err != nil {
		t.Error(err)
	}
}

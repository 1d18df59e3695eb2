package record_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

const kind record.Kind = "kind"

// TestName reads the collection that ends a key, and nothing else.
func TestName(t *testing.T) {
	want := collection.Name{Author: collection.UserID{1}, ID: collection.ID{2}}
	for _, key := range []string{kind.Key(want), kind.Key(collection.UserID{3}, want)} {
		if name, err := record.Name(key); name != want || err != nil {
			t.Errorf("%s: %v, %v", key, name, err)
		}
	}
	for _, key := range []string{"", string(kind), want.String(), kind.Key(want.Author), kind.Key(want, want.Author, kindless{}), kind.Under(want)} {
		if _, err := record.Name(key); !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

type kindless struct{}

func (kindless) String() string { return "x" }

// TestNames lists collections as their records were set, and stops at what is none.
func TestNames(t *testing.T) {
	store := new(memstore.Store)
	author := collection.UserID{1}
	for i := range byte(3) {
		name := collection.Name{Author: author, ID: collection.ID{i + 1}}
		other := transport.Change{Key: record.Kind("other").Key(name), Value: []byte{}}
		if err := record.Set(t.Context(), store, kind.Key(name), int(i), other); err != nil {
			t.Fatal(err)
		}
		if n, _, err := record.Load[int](t.Context(), store, kind.Key(name)); n != int(i) || err != nil {
			t.Errorf("%d: %v", n, err)
		}
		if _, err := store.Get(t.Context(), other.Key); err != nil {
			t.Error(err)
		}
	}
	names, err := record.Names(t.Context(), store, kind.Under(author))
	if len(names) != 3 || names[2].ID != (collection.ID{3}) || err != nil {
		t.Errorf("%v, %v", names, err)
	}
	if err := record.Set(t.Context(), store, kind.Key(author, kindless{}), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Names(t.Context(), store, kind.Under()); !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
	if err := record.Set(t.Context(), store, kind.Key(author), make(chan int)); !errors.Is(err, transport.ErrMalformed) {
		t.Error(err)
	}
}

func Example() {
	ctx := context.Background()
	store := new(memstore.Store)
	name := collection.Name{Author: collection.UserID{1}, ID: collection.ID{2}}
	key := kind.Key(name)
	fmt.Println(key)
	fmt.Println(kind.Under(name.Author))
	_, before, err := record.Load[[]string](ctx, store, key)
	fmt.Println(before.Version, err)
	data, _ := transport.Encode([]string{"a value"})
	_ = record.Put(ctx, store, transport.Change{Key: key, Value: data})
	value, _, err := record.Load[[]string](ctx, store, key)
	fmt.Println(value, err)
	// Output:
	// kind/01000000000000000000000000000000/02000000000000000000000000000000
	// kind/01000000000000000000000000000000/
	// 0 <nil>
	// [a value] <nil>
}

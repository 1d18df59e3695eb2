package memstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// opener opens a store that is empty at first, and then what a crash has left of it.
func opener() func(testing.TB) transport.Store {
	stores := map[testing.TB]*memstore.Store{}
	return func(t testing.TB) transport.Store {
		if stores[t] == nil {
			stores[t] = new(memstore.Store)
		} else {
			stores[t] = stores[t].Reopen()
		}
		return stores[t]
	}
}

func TestStore(t *testing.T) { transporttest.Store(t, opener()) }

func BenchmarkStore(b *testing.B) { transporttest.BenchmarkStore(b, opener()) }

func ExampleStore() {
	ctx := context.Background()
	var store memstore.Store
	_, err := store.Apply(ctx, transport.Batch{
		Conditions: []transport.Condition{{Key: "greeting"}}, // nobody has greeted yet
		Changes:    []transport.Change{{Key: "greeting", Value: []byte("hello")}},
	})
	found, _ := store.Get(ctx, "greeting")
	fmt.Println(string(found[0].Value), err)
	// Output: hello <nil>
}

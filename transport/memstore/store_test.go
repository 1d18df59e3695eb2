package memstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func TestStore(t *testing.T) {
	stores := map[*testing.T]*memstore.Store{}
	transporttest.Store(t, func(t *testing.T) transport.Store {
		if stores[t] == nil {
			stores[t] = new(memstore.Store)
		}
		return stores[t]
	})
}

func ExampleStore() {
	ctx := context.Background()
	var store memstore.Store
	err := store.Apply(ctx, transport.Change{Key: "greeting", Value: []byte("hello")})
	value, _ := store.Get(ctx, "greeting")
	fmt.Println(string(value), err)
	// Output: hello <nil>
}

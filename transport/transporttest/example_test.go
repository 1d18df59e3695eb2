package transporttest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// A process that crashes after its second change, before it can tell anybody.
func ExampleCrash() {
	ctx := context.Background()
	store := new(memstore.Store)
	crash := &transporttest.Crash{Store: store, Before: 1, After: true}
	for i := range 3 {
		err := crash.Apply(ctx, transport.Change{Key: fmt.Sprint(i), Value: []byte("x")})
		_, lost := store.Get(ctx, fmt.Sprint(i))
		fmt.Println(i, errors.Is(err, transporttest.ErrCrash), lost == nil)
	}
	// Output:
	// 0 false true
	// 1 true true
	// 2 true false
}

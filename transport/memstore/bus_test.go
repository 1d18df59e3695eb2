package memstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func TestBus(t *testing.T) {
	buses := map[testing.TB]*memstore.Bus{}
	transporttest.Bus(t, func(t testing.TB) transport.Bus {
		if buses[t] == nil {
			buses[t] = new(memstore.Bus)
		}
		return buses[t]
	})
}

func ExampleBus() {
	ctx := context.Background()
	var bus memstore.Bus
	woken, stop, err := bus.Subscribe(ctx, "news")
	defer stop()
	fmt.Println(err, bus.Publish(ctx, "news"))
	<-woken
	// Output: <nil> <nil>
}

package natsbus_test

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/glimpse-go/glimpse/transport/natsbus"
)

// One process waits, another wakes it.
func Example() {
	bus, err := natsbus.Connect("nats://localhost:4222", nats.Name("hub"), nats.UserInfo("hub", "secret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer bus.Close()
	ctx := context.Background()
	woken, stop, err := bus.Subscribe(ctx, "feed/ann")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	if err := bus.Publish(ctx, "feed/ann"); err != nil {
		fmt.Println(err) // NATS is away: who waits looks again by itself
	}
	<-woken
}

package station

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Wake wakes those who wait for news of users, in all processes of a station. Who is not
// reached looks again when the time is over.
func Wake(bus transport.Bus, users ...collection.UserID) {
	topics := make([]string, len(users))
	for i, u := range users {
		topics[i] = topicOf(u)
	}
	_ = bus.Publish(context.Background(), topics...)
}

// Await waits for news of a user, as transport.Bus.Subscribe does.
func Await(ctx context.Context, bus transport.Bus, u collection.UserID) (woken <-chan struct{}, stop func(), err error) {
	return bus.Subscribe(ctx, topicOf(u))
}

// topicOf is what those wait for who wait for news of a user.
func topicOf(u collection.UserID) string { return userTopic.Key(u) }

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

// wakeReaders wakes those who wait for versions of a collection, likewise, if a step has
// brought some, or they are not awaited any more.
func (s *step) wakeReaders(name collection.Name) {
	if s.moved && s.core.Bus != nil {
		_ = s.core.Bus.Publish(context.Background(), collectionTopic.Key(name))
	}
}

// awaitVersions waits for versions of a collection, as Await does for news.
func awaitVersions(ctx context.Context, bus transport.Bus, name collection.Name) (woken <-chan struct{}, stop func(), err error) {
	return bus.Subscribe(ctx, collectionTopic.Key(name))
}

// topicOf is what those wait for who wait for news of a user.
func topicOf(u collection.UserID) string { return userTopic.Key(u) }

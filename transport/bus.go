package transport

import "context"

// Bus carries wake-ups between the processes that share a store: who waits for
// something hears at once that it has come. It says nothing else, and may lose what it
// carries: whoever waits looks again now and then, and is right without it, only
// slower. memstore.Bus is one within a process. All methods may be called
// concurrently.
type Bus interface {
	// Publish wakes those who have subscribed to one of the topics, in all processes, at
	// most once. It does not wait for them. A topic is as a key of a Store is. An error
	// wraps ErrUnreachable, or is the context's.
	Publish(ctx context.Context, topics ...string) error
	// Subscribe returns a channel that receives after a Publish of the topic; several
	// that have not been received yet are one. The subscription counts from the
	// return on, and outlives ctx. Stop ends it, and does nothing after that; the channel
	// is not closed. An error is as of Publish.
	Subscribe(ctx context.Context, topic string) (woken <-chan struct{}, stop func(), err error)
}

package memstore

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// Bus is a transport.Bus within one process. The zero Bus has no subscribers.
type Bus struct {
	mu     sync.Mutex
	topics map[string]map[chan struct{}]bool
}

var _ transport.Bus = (*Bus)(nil)

// Publish implements transport.Bus.
func (b *Bus) Publish(ctx context.Context, topics ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, topic := range topics {
		for woken := range b.topics[topic] {
			select {
			case woken <- struct{}{}:
			default: // one is there that has not been received
			}
		}
	}
	return nil
}

// Subscribe implements transport.Bus.
func (b *Bus) Subscribe(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	woken := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics == nil {
		b.topics = map[string]map[chan struct{}]bool{}
	}
	if b.topics[topic] == nil {
		b.topics[topic] = map[chan struct{}]bool{}
	}
	b.topics[topic][woken] = true
	return woken, func() { b.unsubscribe(topic, woken) }, nil
}

func (b *Bus) unsubscribe(topic string, woken chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.topics[topic], woken)
	if len(b.topics[topic]) == 0 {
		delete(b.topics, topic)
	}
}

package transporttest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestWrongBuses is as TestWrongStores.
func TestWrongBuses(t *testing.T) { mustFail(t, wrongBuses, busTrials()) }

var wrongBuses = []wrong[transport.Bus]{
	{"a bus ends with its process", "publish wakes who subscribed, in all processes", func() opener[transport.Bus] {
		return func(testing.TB) transport.Bus { return new(memstore.Bus) }
	}},
	{"a process does not hear itself", "publish wakes who subscribed, in all processes", func() opener[transport.Bus] {
		var last *memstore.Bus
		return func(testing.TB) transport.Bus {
			b := newFaultyBus(new(memstore.Bus))
			if last != nil {
				b.publish = last.Publish
			}
			last = b.memory
			return b
		}
	}},
	{"one subscriber of a process is woken", "publish wakes all who subscribed", bus(func(b *faultyBus) {
		b.own()
		b.publish = func(ctx context.Context, topics ...string) error {
			b.deliver(topics, (*subscriber).wake, 1)
			return ctx.Err()
		}
	})},
	{"who subscribed to what a topic begins with is woken", "publish wakes for its topics only", bus(func(b *faultyBus) {
		b.publish = func(ctx context.Context, topics ...string) error {
			for _, topic := range topics {
				for end := range topic {
					topics = append(topics, topic[:end])
				}
			}
			return b.memory.Publish(ctx, topics...)
		}
	})},
	{"'/' is '-'", "publish wakes for its topics only", bus(func(b *faultyBus) {
		b.naming(func(topic string) string { return strings.ReplaceAll(topic, "/", "-") })
	})},
	{"the first topic is published", "publish takes several topics", bus(func(b *faultyBus) {
		b.publish = func(ctx context.Context, topics ...string) error { return b.memory.Publish(ctx, topics[0]) }
	})},
	{"a topic is truncated at 64 bytes", "a topic is as long as a key may be", bus(func(b *faultyBus) {
		b.naming(func(topic string) string { return topic[:min(len(topic), 64)] })
	})},
	{"what was published comes again", "publish wakes once", bus(func(b *faultyBus) {
		var before []string
		b.publish = func(ctx context.Context, topics ...string) error {
			all := slices.Concat(before, topics)
			before = slices.Clone(topics)
			return b.memory.Publish(ctx, all...)
		}
	})},
	{"all wakes are kept", "wakes that were not received are one", bus(func(b *faultyBus) {
		b.size = 1 << 16
		b.own()
	})},
	{"publish hands each wake over", "publish does not wait for who is woken", bus(func(b *faultyBus) {
		b.own()
		b.publish = func(ctx context.Context, topics ...string) error {
			b.deliver(topics, func(s *subscriber) { s.woken <- struct{}{} }, -1)
			return ctx.Err()
		}
	})},
	{"a subscription begins later", "a subscription counts from the return on", bus(func(b *faultyBus) {
		b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
			woken, ended := make(chan struct{}, 1), make(chan struct{})
			go func() {
				time.Sleep(5 * time.Millisecond)
				inner, stop, _ := b.memory.Subscribe(ctx, topic)
				defer stop()
				for {
					select {
					case <-inner:
						woken <- struct{}{}
					case <-ended:
						return
					}
				}
			}()
			return woken, sync.OnceFunc(func() { close(ended) }), nil
		}
	})},
	{"the last publish is kept for who comes later", "a subscription hears nothing from before", bus(func(b *faultyBus) {
		var kept sync.Map
		b.publish = func(ctx context.Context, topics ...string) error {
			for _, topic := range topics {
				kept.Store(topic, true)
			}
			return b.memory.Publish(ctx, topics...)
		}
		b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
			woken, stop, err := b.memory.Subscribe(ctx, topic)
			if _, is := kept.Load(topic); is && topic != "settle" {
				b.memory.Publish(ctx, topic)
			}
			return woken, stop, err
		}
	})},
	{"subscriptions at once take each other's place", "subscriptions at once all count", bus(func(b *faultyBus) { b.own(); b.racy = true })},
	{"stop ends nothing", "stop ends a subscription and no other", bus(func(b *faultyBus) {
		b.stopping(func(_ string, _ <-chan struct{}, stop func()) {})
	})},
	{"stop closes the channel", "stop ends a subscription and no other", bus(func(b *faultyBus) {
		b.own()
		subscribe := b.subscribe
		b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
			woken, stop, err := subscribe(ctx, topic)
			closed := make(chan struct{}, 1)
			go func() {
				for range woken {
					closed <- struct{}{}
				}
			}()
			return closed, sync.OnceFunc(func() { stop(); close(closed) }), err
		}
	})},
	{"stop ends all subscriptions of a topic", "stop ends a subscription and no other", bus(func(b *faultyBus) {
		b.own()
		b.stopping(func(topic string, _ <-chan struct{}, _ func()) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.all = slices.DeleteFunc(slices.Clone(b.all), func(s *subscriber) bool { return s.topic == topic })
		})
	})},
	{"Publish ignores its context", "publish after its context", bus(func(b *faultyBus) {
		b.publish = func(ctx context.Context, topics ...string) error {
			return b.memory.Publish(context.WithoutCancel(ctx), topics...)
		}
	})},
	{"Subscribe ignores its context", "subscribe after its context", bus(func(b *faultyBus) {
		b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
			return b.memory.Subscribe(context.WithoutCancel(ctx), topic)
		}
	})},
	{"a subscription ends with its context", "a subscription outlives its context", bus(func(b *faultyBus) {
		ends := func() {}
		b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
			woken, stop, err := b.memory.Subscribe(ctx, topic)
			if topic == "news" {
				ends = func() {
					if ctx.Err() != nil {
						stop()
					}
				}
			}
			return woken, stop, err
		}
		b.publish = func(ctx context.Context, topics ...string) error {
			ends()
			return b.memory.Publish(ctx, topics...)
		}
	})},
}

// faultyBus is a bus in memory, of which a defect may replace each method.
type faultyBus struct {
	memory    *memstore.Bus
	publish   func(context.Context, ...string) error
	subscribe func(context.Context, string) (<-chan struct{}, func(), error)

	// What own works on.
	mu   sync.Mutex
	all  []*subscriber
	size int
	racy bool
}

func newFaultyBus(b *memstore.Bus) *faultyBus {
	return &faultyBus{memory: b, publish: b.Publish, subscribe: b.Subscribe, size: 1}
}

func (b *faultyBus) Publish(ctx context.Context, topics ...string) error {
	return b.publish(ctx, topics...)
}

func (b *faultyBus) Subscribe(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
	return b.subscribe(ctx, topic)
}

// bus makes openers of buses with a defect, all ends of which are one.
func bus(defect func(*faultyBus)) func() opener[transport.Bus] {
	return func() opener[transport.Bus] {
		b := newFaultyBus(new(memstore.Bus))
		defect(b)
		return func(testing.TB) transport.Bus { return b }
	}
}

// naming has a bus call topics by other names.
func (b *faultyBus) naming(other func(string) string) {
	b.publish = func(ctx context.Context, topics ...string) error {
		for i, topic := range topics {
			topics[i] = other(topic)
		}
		return b.memory.Publish(ctx, topics...)
	}
	b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
		return b.memory.Subscribe(ctx, other(topic))
	}
}

// stopping has a bus stop its subscriptions in another way.
func (b *faultyBus) stopping(other func(topic string, woken <-chan struct{}, stop func())) {
	subscribe := b.subscribe
	b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
		woken, stop, err := subscribe(ctx, topic)
		return woken, func() { other(topic, woken, stop) }, err
	}
}

type subscriber struct {
	topic string
	woken chan struct{}
}

func (s *subscriber) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// own has a bus keep subscriptions in a list, with channels of a size.
func (b *faultyBus) own() {
	b.publish = func(ctx context.Context, topics ...string) error {
		b.deliver(topics, (*subscriber).wake, -1)
		return ctx.Err()
	}
	b.subscribe = func(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
		s := &subscriber{topic, make(chan struct{}, b.size)}
		b.mu.Lock()
		defer b.mu.Unlock()
		all := append(slices.Clone(b.all), s)
		if b.racy {
			b.mu.Unlock()
			pause()
			b.mu.Lock()
		}
		b.all = all
		return s.woken, func() { b.leave(s) }, ctx.Err()
	}
}

func (b *faultyBus) leave(s *subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = slices.DeleteFunc(slices.Clone(b.all), func(other *subscriber) bool { return other == s })
}

// deliver wakes the subscribers of some topics, at most so many of them; -1 = all.
func (b *faultyBus) deliver(topics []string, wake func(*subscriber), most int) {
	b.mu.Lock()
	all := b.all
	b.mu.Unlock()
	for _, s := range all {
		if slices.Contains(topics, s.topic) && most != 0 {
			wake(s)
			most--
		}
	}
}

// Package natsbus carries wake-ups between processes over NATS. It needs no more than
// the plain publish and subscribe of NATS; nothing is kept there.
//
// A topic is the subject "glimpse." with its '/' as '.'. Several installations that
// share an account of NATS wake each other for nothing, and see nothing of each other.
package natsbus

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/glimpse-go/glimpse/transport"
)

// patience is how long one waits for NATS to take a subscription, or a byte.
const patience = 2 * time.Second

// Bus is a transport.Bus over one connection, which is made again for ever when it is
// lost. While it is, Publish returns an error that wraps transport.ErrUnreachable, at
// once, and keeps nothing; Subscribe works, and when the connection is there again, whoever
// has subscribed is woken once, because something may have been missed. Make it with
// Connect.
type Bus struct {
	nats *nats.Conn
	late atomic.Bool // Connect returned before there was a connection

	mu          sync.Mutex
	subscribers map[chan struct{}]bool
}

var _ transport.Bus = (*Bus)(nil)

// Connect returns a bus over the NATS servers at a URL, or several parted by commas. It
// is no error that none answers yet: the bus is as after a lost connection. Options
// say how to authenticate, and may replace what is set here, except for the handlers of
// connections made. An error wraps transport.ErrUnreachable: a URL or an option is wrong.
func Connect(url string, options ...nats.Option) (*Bus, error) {
	b := &Bus{subscribers: map[chan struct{}]bool{}}
	all := append([]nats.Option{
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectBufSize(-1), // what waits for a connection is stale when it comes
		nats.Timeout(patience),
		nats.FlusherTimeout(patience),
		nats.PingInterval(5 * time.Second),                                // a server that is silent for three is gone
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // nats would print
	}, options...)
	conn, err := nats.Connect(url, append(all, nats.ConnectHandler(b.first), nats.ReconnectHandler(b.connected))...)
	if err != nil {
		return nil, unreachable(err)
	}
	b.nats = conn
	b.late.Store(!conn.IsConnected())
	return b, nil
}

// first is called for the first connection, at some time after it was made.
func (b *Bus) first(conn *nats.Conn) {
	if b.late.Load() {
		b.connected(conn)
	}
}

// connected wakes all who have subscribed, when NATS has their subscriptions.
func (b *Bus) connected(conn *nats.Conn) {
	_ = conn.FlushTimeout(patience) // else the connection is lost again
	b.mu.Lock()
	defer b.mu.Unlock()
	for woken := range b.subscribers {
		wake(woken)
	}
}

func wake(woken chan struct{}) {
	select {
	case woken <- struct{}{}:
	default: // one is there that has not been received
	}
}

// Close closes the connection. Nobody is woken any more.
func (b *Bus) Close() { b.nats.Close() }

// Publish implements transport.Bus. A nil error does not say that NATS has it.
func (b *Bus) Publish(ctx context.Context, topics ...string) error {
	for _, topic := range topics {
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := subject(topic)
		if err != nil {
			return err
		}
		if err := b.nats.Publish(name, nil); err != nil {
			return unreachable(err)
		}
	}
	return ctx.Err()
}

// Subscribe implements transport.Bus. It waits until NATS has the subscription: one round trip.
func (b *Bus) Subscribe(ctx context.Context, topic string) (<-chan struct{}, func(), error) {
	name, err := subject(topic)
	if err != nil {
		return nil, nil, err
	}
	woken := make(chan struct{}, 1)
	b.add(woken)
	subscription, err := b.nats.Subscribe(name, func(*nats.Msg) { wake(woken) })
	if err != nil {
		b.remove(woken)
		return nil, nil, unreachable(err)
	}
	stop := func() {
		b.remove(woken)
		_ = subscription.Unsubscribe() // else the connection is closed
	}
	b.settle(ctx)
	if err := ctx.Err(); err != nil {
		stop()
		return nil, nil, err
	}
	return woken, stop, nil
}

// settle returns when NATS has all that was sent to it. If it does not come to that,
// the connection will be made anew, and connected wakes all.
func (b *Bus) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if b.nats.IsConnected() {
		_ = b.nats.FlushWithContext(ctx)
	}
}

func (b *Bus) add(woken chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subscribers[woken] = true
}

func (b *Bus) remove(woken chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subscribers, woken)
}

func subject(topic string) (string, error) {
	if !transport.ValidKey(topic) {
		return "", transport.At(transport.ErrUnreachable, "topic")
	}
	return "glimpse." + strings.ReplaceAll(topic, "/", "."), nil
}

func unreachable(err error) error {
	return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
}

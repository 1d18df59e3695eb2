package natsbus_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/natsbus"
	"github.com/glimpse-go/glimpse/transport/natsbus/natstest"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func connect(t testing.TB, url string, options ...nats.Option) *natsbus.Bus {
	t.Helper()
	b, err := natsbus.Connect(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func subscribe(t testing.TB, b *natsbus.Bus, topic string) <-chan struct{} {
	t.Helper()
	woken, stop, err := b.Subscribe(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return woken
}

func TestPublish(t *testing.T) {
	server := natstest.Start(t)
	here, there := connect(t, server.URL), connect(t, server.URL)
	woken, own, other := subscribe(t, there, "feed/a-1"), subscribe(t, here, "feed/a-1"), subscribe(t, there, "feed/a")
	if err := here.Publish(t.Context(), "feed/a-1"); err != nil {
		t.Fatal(err)
	}
	<-woken
	<-own
	if err := here.Publish(t.Context(), "feed/a"); err != nil {
		t.Fatal(err)
	}
	<-other // NATS keeps the order, so what came before is here
	select {
	case <-woken:
		t.Error("woken by another topic")
	default:
	}
}

func TestTopicsThatAreNone(t *testing.T) {
	b := connect(t, natstest.Start(t).URL)
	for _, topic := range []string{"", "*", ">", "a b", "a.b", "a//b", "A"} {
		if err := b.Publish(t.Context(), topic); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("publish of %q: %v", topic, err)
		}
		if _, _, err := b.Subscribe(t.Context(), topic); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("subscribe to %q: %v", topic, err)
		}
	}
}

// TestServerGone: without the server, nothing waits for it, and nothing is kept; with it
// again, all are woken, and everything is as before.
func TestServerGone(t *testing.T) {
	server := natstest.Start(t)
	gone := make(chan struct{}, 1)
	b := connect(t, server.URL, nats.DisconnectErrHandler(func(*nats.Conn, error) { gone <- struct{}{} }))
	before := subscribe(t, b, "before")
	server.Stop()
	<-gone
	if err := b.Publish(t.Context(), "before"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error("publish without a server:", err)
	}
	during := subscribe(t, b, "during")
	server.Resume(t)
	<-before
	<-during
	for topic, woken := range map[string]<-chan struct{}{"before": before, "during": during} {
		if err := b.Publish(t.Context(), topic); err != nil {
			t.Fatal(err)
		}
		<-woken
	}
}

// TestServerLate: a bus may be there before its server.
func TestServerLate(t *testing.T) {
	server := natstest.Start(t)
	server.Stop()
	b := connect(t, server.URL)
	woken := subscribe(t, b, "late")
	if err := b.Publish(t.Context(), "late"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error("publish without a server:", err)
	}
	server.Resume(t)
	<-woken
	if err := b.Publish(t.Context(), "late"); err != nil {
		t.Fatal(err)
	}
	<-woken
}

func TestClosed(t *testing.T) {
	b := connect(t, natstest.Start(t).URL)
	subscribe(t, b, "a")
	b.Close()
	if err := b.Publish(t.Context(), "a"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error("publish:", err)
	}
	if _, _, err := b.Subscribe(t.Context(), "a"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error("subscribe:", err)
	}
}

func TestConnectToNothing(t *testing.T) {
	if _, err := natsbus.Connect("nats://%zz"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
}

func TestBus(t *testing.T) {
	servers := map[testing.TB]*natstest.Server{}
	transporttest.Bus(t, func(t testing.TB) transport.Bus {
		if servers[t] == nil {
			servers[t] = natstest.Start(t)
		}
		return connect(t, servers[t].URL)
	})
}

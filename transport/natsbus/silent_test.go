package natsbus_test

import (
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/natsbus/natstest"
)

// wire passes connections on to a server, and what comes on them unless it is silent.
type wire struct {
	net.Listener
	silent atomic.Bool
}

func newWire(t testing.TB, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", strings.TrimPrefix(server, "nats://"))
			if err != nil {
				near.Close()
				continue
			}
			go w.pass(near, far)
			go w.pass(far, near)
		}
	}()
	return w
}

func (w *wire) pass(from, to net.Conn) {
	defer to.Close()
	buf := make([]byte, 1<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if w.silent.Load() {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// TestServerSilent: a server that says nothing without closing the connection is gone, too.
func TestServerSilent(t *testing.T) {
	wire := newWire(t, natstest.Start(t).URL)
	gone := make(chan struct{}, 1)
	b := connect(t, "nats://"+wire.Addr().String(), nats.PingInterval(50*time.Millisecond), nats.Timeout(100*time.Millisecond),
		nats.DisconnectErrHandler(func(*nats.Conn, error) { gone <- struct{}{} }))
	before := subscribe(t, b, "before")
	wire.silent.Store(true)
	during := subscribe(t, b, "during")
	<-gone
	if err := b.Publish(t.Context(), "before"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error("publish without a server:", err)
	}
	wire.silent.Store(false)
	<-before
	<-during
}

package main

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"
)

// linkKind is how fast a link is, in both directions.
type linkKind struct {
	name, title string
	bits        float64 // a second
	roundTrip   time.Duration
	loss        float64 // of segments, from 0 to 1
	// beside says that its runs take so long, and the machine so little, that they
	// go on beside one another.
	beside bool
}

// linkKinds are all that are measured.
var linkKinds = []linkKind{
	{name: "64k", title: "64 kbit/s + 300 ms", bits: 64e3, roundTrip: 300 * time.Millisecond, beside: true},
	{name: "1M", title: "1 Mbit/s + 100 ms", bits: 1e6, roundTrip: 100 * time.Millisecond},
	{name: "20M", title: "20 Mbit/s + 40 ms", bits: 20e6, roundTrip: 40 * time.Millisecond},
	{name: "lossy", title: "1 Mbit/s + 100 ms, 1 % lost", bits: 1e6, roundTrip: 100 * time.Millisecond, loss: 0.01, beside: true},
}

// takes is how long n bytes take to leave.
func (k linkKind) takes(n int) time.Duration {
	return time.Duration(float64(8*n) / k.bits * float64(time.Second))
}

// dialer dials as http.Transport does. What is written goes through a pacer.
func dialer(out *pacer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return newConn(c, out), nil
	}
}

// shapedListener accepts connections on which what is written goes through a pacer.
type shapedListener struct {
	net.Listener
	out *pacer
}

// Accept implements net.Listener.
func (l shapedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c, l.out), nil
}

// conn is a connection on which what is written arrives when the link allows.
type conn struct {
	net.Conn
	out    *pacer
	queue  chan packet
	close  func()        // says that nothing more is written
	closed chan struct{} // closed by that, and
	broken chan struct{} // when nothing more goes out
}

type packet struct {
	data    []byte
	arrives time.Time
}

// inFlight is how many segments of one connection may be under way, which is more than
// any link here takes in a round trip and a time-out.
const inFlight = 4096

func newConn(c net.Conn, out *pacer) *conn {
	shaped := &conn{Conn: c, out: out, queue: make(chan packet, inFlight), closed: make(chan struct{}), broken: make(chan struct{})}
	shaped.close = sync.OnceFunc(func() { close(shaped.closed) })
	go shaped.deliver()
	return shaped
}

// Write implements net.Conn. It waits while the link's queue is full.
func (c *conn) Write(b []byte) (n int, err error) {
	for data := range slices.Chunk(b, segment) {
		wait, arrives := c.out.take(time.Now(), len(data))
		select {
		case <-c.closed:
			return n, net.ErrClosed
		case <-c.broken:
			return n, net.ErrClosed
		case c.queue <- packet{slices.Clone(data), arrives}:
		}
		n += len(data)
		time.Sleep(time.Until(wait))
	}
	return n, nil
}

// Close implements net.Conn. What is under way still arrives.
func (c *conn) Close() error {
	c.close()
	return nil
}

// deliver hands over what was written when it is due, and then closes the connection.
func (c *conn) deliver() {
	defer c.Conn.Close()
	defer close(c.broken)
	for {
		select {
		case p := <-c.queue:
			if !c.hand(p) {
				return
			}
		case <-c.closed:
			for len(c.queue) > 0 && c.hand(<-c.queue) {
			}
			return
		}
	}
}

// hand hands a segment over, and reports whether the connection still stands.
func (c *conn) hand(p packet) bool {
	time.Sleep(time.Until(p.arrives))
	_, err := c.Conn.Write(p.data)
	return err == nil
}

package p2plink

import (
	"context"
	"net"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// conn is a stream as a connection. The one who calls resets it at its end, so that a station
// that still sends hears of it at once; the other closes it, so that what it has sent arrives.
type conn struct {
	network.Stream
	calls bool
}

// Close implements net.Conn.
func (c conn) Close() error {
	if c.calls {
		return c.Reset()
	}
	return c.Stream.Close()
}

// LocalAddr implements net.Conn.
func (c conn) LocalAddr() net.Addr { return addr(c.Conn().LocalPeer()) }

// RemoteAddr implements net.Conn.
func (c conn) RemoteAddr() net.Addr { return addr(c.Conn().RemotePeer()) }

// addr is the address of a station, by which others are counted and limited.
type addr peer.ID

// Network implements net.Addr.
func (addr) Network() string { return "libp2p" }

// String implements net.Addr.
func (a addr) String() string { return peer.ID(a).String() }

// listener returns the streams of one protocol.
type listener struct {
	of      *Host
	streams chan network.Stream
	ctx     context.Context
	stop    context.CancelFunc
	once    sync.Once
}

// take hands a stream over to who accepts it.
func (l *listener) take(s network.Stream) {
	select {
	case l.streams <- s:
	case <-l.ctx.Done():
		_ = s.Reset()
	}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case s := <-l.streams:
		return conn{Stream: s}, nil
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.of.host.RemoveStreamHandler(httpProtocol)
		l.stop()
	})
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return addr(l.of.host.ID()) }

package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// counter is a station's way to the network. It counts a request when it begins,
// so that one that fails, or never ends, counts too; its bytes as they pass the
// connection; and its time when the answer has been read.
type counter struct {
	network *network
	from    string
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := exchange{from: c.from, to: c.network.name(r.URL.Host), what: nameRequest(c.from, r)}
	end := c.network.begin(kind)
	trace := &httptrace.ClientTrace{GotConn: func(g httptrace.GotConnInfo) {
		if conn := counted(g.Conn); conn != nil {
			conn.serves.Store(&kind)
		}
	}}
	answer, err := c.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		end()
		return nil, err
	}
	answer.Body = &timedBody{answer.Body, end}
	return answer, nil
}

// timedBody is the body of an answer; end is called when it is read or closed.
type timedBody struct {
	io.ReadCloser
	end func()
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

// Close implements io.Closer.
func (b *timedBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}

// countedConn counts the bytes of a connection for the request that it serves:
// HTTP/1.1 has one request at a time on a connection.
type countedConn struct {
	net.Conn
	network *network
	serves  atomic.Pointer[exchange]
}

// counted returns the connection below a connection of TLS.
func counted(c net.Conn) *countedConn {
	if over, ok := c.(*tls.Conn); ok {
		c = over.NetConn()
	}
	conn, _ := c.(*countedConn)
	return conn
}

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// counting is a dial whose connections count.
func (n *network) counting(d dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countedConn{Conn: c, network: n}, nil
	}
}

// Read implements net.Conn.
func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.count(0, n)
	return n, err
}

// Write implements net.Conn.
func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.count(n, 0)
	return n, err
}

func (c *countedConn) count(sent, received int) {
	if kind := c.serves.Load(); kind != nil && sent+received > 0 {
		e := *kind
		e.sent, e.received = int64(sent), int64(received)
		c.network.add(e)
	}
}

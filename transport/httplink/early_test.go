package httplink

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// hasty is a station that answers before it reads anything of a stream.
type hasty struct {
	*stub
	err error
}

func (h hasty) Push(context.Context, transport.Share, io.Reader) (transport.Answer, error) {
	return transport.Answer{Next: transport.Upload}, h.err
}

func (h hasty) Upload(context.Context, collection.Name, io.Reader) (transport.Answer, error) {
	return transport.Answer{Next: transport.Upload}, h.err
}

func (h hasty) PutVersion(context.Context, transport.Ref, int64, io.Reader) (int64, error) {
	return 7, h.err
}

// serveStreams serves a hub, and counts the connections to it.
func serveStreams(t *testing.T, hub stubHub) (*httptest.Server, *atomic.Int64) {
	return serveStreamsWith(t, hub, HandlerOptions{Who: anybody{}})
}

func serveStreamsWith(t *testing.T, hub stubHub, o HandlerOptions) (*httptest.Server, *atomic.Int64) {
	connections := new(atomic.Int64)
	server := httptest.NewUnstartedServer(HubHandler(hub, o))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server, connections
}

// streams are the calls that send one, and whether they were answered as they are by a
// hasty station.
var streams = map[string]func(ctx context.Context, c *Client, stream io.Reader) (answered bool, err error){
	"push": func(ctx context.Context, c *Client, stream io.Reader) (bool, error) {
		a, err := c.Push(ctx, transport.Share{}, stream)
		return a.Next == transport.Upload, err
	},
	"upload": func(ctx context.Context, c *Client, stream io.Reader) (bool, error) {
		a, err := c.Upload(ctx, collection.Name{}, stream)
		return a.Next == transport.Upload, err
	},
	"put": func(ctx context.Context, c *Client, stream io.Reader) (bool, error) {
		n, err := c.PutVersion(ctx, transport.Ref{}, 0, stream)
		return n == 7, err
	},
}

// stuck is a connection that takes some bytes, and then none until it is closed.
type stuck struct {
	net.Conn
	left   atomic.Int64
	closed chan struct{}
	once   sync.Once
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.left.Add(-int64(len(p))) < 0 {
		<-s.closed
	}
	return s.Conn.Write(p)
}

func (s *stuck) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

// TestEarlyOnSlowLink: an early answer, and a refusal, awaits nothing of the stream: on
// a link that carries 64 KB and then no byte more it arrives all the same.
func TestEarlyOnSlowLink(t *testing.T) {
	for _, want := range []error{nil, transport.ErrForbidden} {
		s := new(stub)
		server, _ := serveStreams(t, stubHub{hasty{s, want}, s})
		link := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			s := &stuck{Conn: conn, closed: make(chan struct{})}
			s.left.Store(64 << 10)
			return s, err
		}}
		defer link.CloseIdleConnections()
		c := NewClient(server.URL, nil, Options{HTTP: &http.Client{Transport: link}})
		for what, call := range streams {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if answered, err := call(ctx, c, endless{}); answered != (want == nil) && what != "put" || !errors.Is(err, want) {
				t.Errorf("%s: answered %v, %v", what, answered, err)
			}
			cancel()
		}
	}
}

// TestEarlyArrives: an early answer is not lost with the connection, however fast the
// rest of the stream comes.
func TestEarlyArrives(t *testing.T) {
	for _, want := range []error{nil, transport.ErrForbidden} {
		s := new(stub)
		server, _ := serveStreams(t, stubHub{hasty{s, want}, s})
		c := NewClient(server.URL, nil, Options{})
		for what, call := range streams {
			for range 5 {
				if _, err := call(t.Context(), c, endless{}); !errors.Is(err, want) {
					t.Fatalf("%s: %v", what, err)
				}
			}
		}
	}
}

// TestOneConnection: where all of a stream was read, the connection stays in use.
func TestOneConnection(t *testing.T) {
	s := new(stub)
	server, connections := serveStreams(t, stubHub{s, s})
	c := NewClient(server.URL, nil, Options{HTTP: &http.Client{Transport: new(http.Transport)}})
	defer c.http.CloseIdleConnections()
	for range 10 {
		for what, call := range streams {
			if _, err := call(t.Context(), c, stream()); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	if n := connections.Load(); n > 3 { // a client that is slow to say that it has sent all opens another one
		t.Errorf("%d connections for %d requests", n, 10*len(streams))
	}
}

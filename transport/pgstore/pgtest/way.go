package pgtest

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Way is a way to a server: a socket in another folder, behind which the server is as long
// as the way is open.
type Way struct {
	server *Server
	dir    string

	mu       sync.Mutex
	listener net.Listener // nil = it is not open
	conns    []net.Conn
}

const socket = ".s.PGSQL.5432"

// NewWay makes a way that is open. It ends with the test.
func NewWay(t testing.TB, server *Server) *Way {
	t.Helper()
	dir, err := os.MkdirTemp("", "way")
	if err != nil {
		t.Fatal(err)
	}
	w := &Way{server: server, dir: dir}
	t.Cleanup(func() {
		w.Close()
		os.RemoveAll(dir)
	})
	w.Open(t)
	return w
}

// Open opens a way that was closed.
func (w *Way) Open(t testing.TB) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener != nil {
		return
	}
	listener, err := net.Listen("unix", filepath.Join(w.dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	w.listener = listener
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			w.pass(from)
		}
	}()
}

func (w *Way) pass(from net.Conn) {
	to, err := net.Dial("unix", filepath.Join(w.server.dir, socket))
	if err != nil {
		from.Close()
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener == nil { // closed meanwhile
		from.Close()
		to.Close()
		return
	}
	w.conns = append(w.conns, from, to)
	go passAll(to, from)
	go passAll(from, to)
}

// passAll passes on what comes from one side, until it ends, or the other one.
func passAll(to, from net.Conn) {
	io.Copy(to, from)
	to.Close()
	from.Close()
}

// Close closes the way: its connections break, and nobody answers there.
func (w *Way) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener == nil {
		return
	}
	w.listener.Close()
	w.listener = nil
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// URLBy is URL by some ways, which a client tries in this order.
func (s *Server) URLBy(ways ...*Way) string {
	s.t.Helper()
	u, err := url.Parse(s.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	q := u.Query()
	q.Del("host")
	for i, w := range ways {
		hosts := q.Get("host")
		if i > 0 {
			hosts += ","
		}
		q.Set("host", hosts+w.dir)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

package xmpp_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// wire is a line to a server that can be cut.
type wire struct {
	address string
	mu      sync.Mutex
	off     bool
	open    []net.Conn
}

func newWire(t *testing.T, server string) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	w := &wire{address: l.Addr().String()}
	t.Cleanup(func() {
		_ = l.Close()
		w.cut(true)
	})
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			w.join(from, server)
		}
	}()
	return w
}

// join carries what is said on a connection, unless the line is cut.
func (w *wire) join(from net.Conn, server string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	to, err := net.Dial("tcp", server)
	if err != nil || w.off {
		_ = from.Close()
		return
	}
	w.open = append(w.open, from, to)
	for _, ends := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			_, _ = io.Copy(ends[0], ends[1])
			_ = ends[0].Close()
		}()
	}
}

func (w *wire) cut(off bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off = off
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open = nil
}

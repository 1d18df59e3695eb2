package hub

import (
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// inside does a piece of work that Close waits for, and none after it.
func inside[T any](h *Hub, work func() (T, error)) (T, error) {
	if err := h.drain.Enter(); err != nil {
		var none T
		return none, err
	}
	defer h.drain.Leave()
	return work()
}

// stream opens a version likewise: whoever reads it is inside until it is closed.
func (h *Hub) stream(open func() (*transport.Stream, error)) (*transport.Stream, error) {
	if err := h.drain.Enter(); err != nil {
		return nil, err
	}
	s, err := open()
	if err != nil {
		h.drain.Leave()
		return nil, err
	}
	s.ReadCloser = ending{s.ReadCloser, sync.OnceFunc(h.drain.Leave)}
	return s, nil
}

// ending is what is read until it is closed, which ends something else, too.
type ending struct {
	io.ReadCloser
	end func()
}

func (e ending) Close() error {
	defer e.end()
	return e.ReadCloser.Close()
}

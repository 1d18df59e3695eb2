package station

import (
	"context"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// Drain lets work into a station until it is closed, and then waits for what is
// inside. The zero Drain is open.
type Drain struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // made by Close, closed when nobody is inside
}

// Enter lets one in, or returns transport.ErrClosed.
func (d *Drain) Enter() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return transport.ErrClosed
	}
	d.inside++
	return nil
}

// Leave lets one out again.
func (d *Drain) Leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside--; d.inside == 0 && d.closed {
		close(d.empty)
	}
}

// Close lets nobody in any more and waits for all to leave, or for ctx. Where
// nobody is inside, it returns no error, even if ctx is over.
func (d *Drain) Close(ctx context.Context) error {
	empty := d.shut()
	select {
	case <-empty:
		return nil
	default:
	}
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Drain) shut() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed, d.empty = true, make(chan struct{})
		if d.inside == 0 {
			close(d.empty)
		}
	}
	return d.empty
}

// Inside does a piece of work that Close waits for, and none after it.
func Inside[T any](d *Drain, work func() (T, error)) (T, error) {
	if err := d.Enter(); err != nil {
		return *new(T), err
	}
	defer d.Leave()
	return work()
}

// Do is Inside for work that returns nothing but an error.
func (d *Drain) Do(work func() error) error {
	_, err := Inside(d, func() (struct{}, error) { return struct{}{}, work() })
	return err
}

// Stream opens a version likewise: who reads it is inside until it is closed.
func (d *Drain) Stream(open func() (*transport.Stream, error)) (*transport.Stream, error) {
	var s *transport.Stream
	r, err := d.Reader(func() (r io.ReadCloser, err error) {
		if s, err = open(); err == nil {
			r = s.ReadCloser
		}
		return r, err
	})
	if err != nil {
		return nil, err
	}
	s.ReadCloser = r
	return s, nil
}

// Reader is Stream of what says nothing of its size.
func (d *Drain) Reader(open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	if err := d.Enter(); err != nil {
		return nil, err
	}
	r, err := open()
	if err != nil {
		d.Leave()
		return nil, err
	}
	return OnClose(r, sync.OnceFunc(d.Leave)), nil
}

// Changes hands over news likewise. Who reads the stream behind it is inside from the first
// byte until it is closed: one whom nobody reads is not waited for.
func (d *Drain) Changes(work func() (transport.Changes, error)) (transport.Changes, error) {
	news, err := Inside(d, work)
	if err == nil && news.Versions != nil {
		news.Versions = &entering{ReadCloser: news.Versions, drain: d}
	}
	return news, err
}

// entering is a stream that is inside from the first read on.
type entering struct {
	io.ReadCloser
	drain  *Drain
	inside bool
}

// Read implements io.Reader.
func (e *entering) Read(b []byte) (int, error) {
	if !e.inside {
		if err := e.drain.Enter(); err != nil {
			return 0, err
		}
		e.inside = true
	}
	return e.ReadCloser.Read(b)
}

// Close implements io.Closer.
func (e *entering) Close() error {
	if e.inside {
		e.inside = false
		defer e.drain.Leave()
	}
	return e.ReadCloser.Close()
}

// OnClose returns r, whose Close calls end as well.
func OnClose(r io.ReadCloser, end func()) io.ReadCloser { return ending{r, end} }

type ending struct {
	io.ReadCloser
	end func()
}

func (e ending) Close() error {
	defer e.end()
	return e.ReadCloser.Close()
}

package peer

import (
	"cmp"
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// handing is what devices of the peer's user are handing over now. The zero handing is
// nothing; it is safe for concurrent use.
type handing struct {
	mu      sync.Mutex
	now     map[collection.Name]*handedNow
	changes uint64 // grows when something begins or ends
}

// handedNow is one collection that comes in, in so many streams.
type handedNow struct {
	streams int
	over    chan struct{} // closed when the last one has ended
}

// begin notes that a stream of a collection begins, which is over with end.
func (h *handing) begin(name collection.Name) (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now == nil {
		h.now = map[collection.Name]*handedNow{}
	}
	if h.now[name] == nil {
		h.now[name] = &handedNow{over: make(chan struct{})}
	}
	h.now[name].streams++
	h.changes++
	return func() { h.end(name) }
}

func (h *handing) end(name collection.Name) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changes++
	if of := h.now[name]; of.streams > 1 {
		of.streams--
	} else {
		delete(h.now, name)
		close(of.over)
	}
}

// isOn reports whether a collection is coming in.
func (h *handing) isOn(name collection.Name) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now[name] != nil
}

// moment is one of which since says later what has come in after it.
func (h *handing) moment() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changes
}

// since returns what is closed when all of a collection has come that has been coming in since
// a moment; nil = what was read after that moment is not some of what comes.
func (h *handing) since(name collection.Name, moment uint64) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if of := h.now[name]; of != nil {
		return of.over
	}
	if h.changes == moment {
		return nil
	}
	over := make(chan struct{}) // it may have been this one that ended: it is read again
	close(over)
	return over
}

// takes takes what a caller brings of a collection, for as long as its key counts. Of one that a
// device of the peer's user hands over, the originals are not published before all have come,
// or it broke off.
func (h home) takes(name collection.Name, work func(*standing) (station.Result, error)) (station.Result, error) {
	if h.caller.User == h.user { // others must not keep the user from publishing
		end := h.handing.begin(name)
		defer func() {
			end()
			wake(h.Author.scheduled) // which has left it alone
		}()
	}
	caller := h.standing()
	r, err := work(caller)
	if err != nil { // the seals of a key that was stopped fail, too
		err = cmp.Or(caller.check(), err)
	}
	return r, err
}

// whole returns the state of a collection with what is held of it. While a device hands it
// over, it is shown without its originals and all is waited for: otherwise recipients would
// be told of each that comes.
func (p *Author) whole(ctx context.Context, name collection.Name, load func() (engine.State, error), show func() error) (engine.State, error) {
	for shown := false; ; shown = true {
		moment := p.handing.moment()
		s, err := load()
		over := p.handing.since(name, moment)
		if err != nil || over == nil {
			return s, err
		}
		if !shown {
			if err := show(); err != nil {
				return s, err
			}
		}
		select {
		case <-over:
		case <-p.running.Done():
		case <-ctx.Done():
		}
		if p.running.Err() != nil {
			return s, transport.ErrClosed
		}
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
	}
}

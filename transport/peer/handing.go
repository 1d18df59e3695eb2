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
	mu  sync.Mutex
	now map[collection.Name]*handedNow
}

// handedNow is one collection that comes in, in so many streams, or that is being read. Others
// come and go beside it.
type handedNow struct {
	streams int
	over    chan struct{} // closed when the last one has ended
	readers int
	ended   uint64 // streams, since somebody reads it
}

// of returns what is kept of a collection; the caller has the lock.
func (h *handing) of(name collection.Name) *handedNow {
	if h.now == nil {
		h.now = map[collection.Name]*handedNow{}
	}
	if h.now[name] == nil {
		h.now[name] = new(handedNow)
	}
	return h.now[name]
}

// drop forgets a collection that neither comes in nor is read any more; the caller has the lock.
func (h *handing) drop(name collection.Name) {
	if of := h.now[name]; of.streams+of.readers == 0 {
		delete(h.now, name)
	}
}

// begin notes that a stream of a collection begins, which is over with end.
func (h *handing) begin(name collection.Name) (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	of := h.of(name)
	if of.streams == 0 {
		of.over = make(chan struct{})
	}
	of.streams++
	return func() { h.end(name) }
}

func (h *handing) end(name collection.Name) {
	h.mu.Lock()
	defer h.mu.Unlock()
	of := h.now[name]
	of.ended++
	if of.streams--; of.streams == 0 {
		close(of.over)
	}
	h.drop(name)
}

// isOn reports whether a collection is coming in.
func (h *handing) isOn(name collection.Name) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now[name] != nil && h.now[name].streams > 0
}

// reading is the moment at which somebody begins to read a collection, which is over with since.
func (h *handing) reading(name collection.Name) (moment uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	of := h.of(name)
	of.readers++
	return of.ended
}

// since reports whether what was read of a collection since a moment may be some of what comes:
// then it is to be read again, once over is closed. A nil over = all has come meanwhile.
func (h *handing) since(name collection.Name, moment uint64) (over <-chan struct{}, again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	of := h.now[name]
	of.readers--
	defer h.drop(name)
	if of.streams > 0 {
		return of.over, true
	}
	return nil, of.ended != moment
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
	for shown := false; ; {
		moment := p.handing.reading(name)
		s, err := load()
		over, again := p.handing.since(name, moment)
		if err != nil || !again {
			return s, err
		}
		if over != nil && !shown {
			shown, err = true, show()
		}
		if err == nil && over != nil {
			err = p.awaits(ctx, over)
		}
		if err != nil {
			return s, err
		}
	}
}

// awaits waits until something is over, or nobody wants to know any more.
func (p *base) awaits(ctx context.Context, over <-chan struct{}) error {
	select {
	case <-over:
	case <-p.running.Done():
	case <-ctx.Done():
	}
	if p.running.Err() != nil {
		return transport.ErrClosed
	}
	return ctx.Err()
}

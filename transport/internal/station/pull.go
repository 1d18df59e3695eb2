package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
)

// Pull opens a stream of one partial version of all items but those in held, for a user who
// may read the collection, as transport.Library says. It waits for what is awaited for as
// long as wait, anew after each time that something has come, or until the station is
// closing.
func (k *Server) Pull(ctx context.Context, by collection.UserID, name collection.Name, version int, held transport.Bits, wait time.Duration, closing <-chan struct{}) (io.ReadCloser, error) {
	p, err := k.pull(ctx, by, name, version, held, wait, closing)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (k *Server) pull(ctx context.Context, by collection.UserID, name collection.Name, version int, held transport.Bits, wait time.Duration, closing <-chan struct{}) (*pull, error) {
	p := &pull{core: k.core, ctx: ctx, by: by, name: name, version: version, has: held, wait: wait, closing: closing}
	woken, stop, err := awaitVersions(ctx, k.core.Bus, name) // before looking, so that nothing falls between
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if p.stop = stop; err != nil {
		woken, p.stop = nil, func() {} // it looks again when the time is over
	}
	p.woken = woken
	if err := p.look(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// maxPulled is how many versions a pull reads at once. Those that are small are in memory
// then, together at most so many times maxSmall.
const maxPulled = 16

// pull is a stream of one version of many items. It holds nothing while nobody reads it but
// what it has read at once, and an open blob.
type pull struct {
	core    *Core
	ctx     context.Context
	by      collection.UserID
	name    collection.Name
	version int
	wait    time.Duration
	closing <-chan struct{}
	woken   <-chan struct{}
	stop    func() // ends the subscription

	c     collection.Collection // as it was at the last look
	has   transport.Bits        // items of which the caller has it, or it is due or was sent
	due   []int                 // items of which it is here and not read yet
	ready []transport.Frame     // read, and not sent
	more  bool                  // it is awaited of others
	now   io.Reader             // what is being sent; nil = nothing
	blob  transport.Blob        // that it is read from; nil = none
	end   bool                  // it is the end of the stream
}

// Read implements io.Reader. It waits only where nothing is here that could be sent, so that
// what it returns is passed on at once.
func (p *pull) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if p.now == nil {
			if n > 0 && !p.isReady() {
				return n, nil
			}
			if err := p.next(); err != nil {
				return n, err
			}
			continue
		}
		m, err := p.now.Read(b[n:])
		n += m
		if errors.Is(err, io.EOF) {
			err = p.sent()
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Close implements io.Closer.
func (p *pull) Close() error {
	p.stop()
	p.end = true
	return p.sent()
}

// isReady reports whether something can be sent without waiting.
func (p *pull) isReady() bool { return len(p.ready)+len(p.due) > 0 || !p.more || p.end }

// next takes the next frame, or the end, or waits for it. After the end it returns io.EOF.
func (p *pull) next() error {
	if p.end {
		return io.EOF
	}
	for len(p.ready) == 0 {
		if err := p.await(); err != nil {
			return err
		}
		if len(p.due) == 0 || isClosed(p.closing) {
			var end bytes.Buffer
			p.now, p.end = &end, true
			return transport.NewUploadWriter(&end).Close(transport.AuthorSeal{})
		}
		if err := p.read(); err != nil {
			return err
		}
	}
	f := p.ready[0]
	p.ready = p.ready[1:]
	return p.begin(f)
}

// begin begins to send a frame, which has no reader if it is a blob. One that has expired
// meanwhile is left out.
func (p *pull) begin(f transport.Frame) (err error) {
	if f.Reader == nil {
		p.blob, err = p.core.Versions.Open(p.ctx, p.c, f.Item, f.Version)
		if errors.Is(err, transport.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		f.Size = p.blob.Size()
		f.Reader = io.NewSectionReader(p.blob, 0, f.Size)
	}
	p.now = f.Encoded()
	return nil
}

// sent ends what is being sent.
func (p *pull) sent() error {
	b := p.blob
	if p.now, p.blob = nil, nil; b == nil {
		return nil
	}
	return b.Close()
}

// await waits until something is due, or nothing comes any more. At each look it is
// decided anew whether the caller may read.
func (p *pull) await() error {
	for over := time.After(p.wait); len(p.due) == 0 && p.more && !isClosed(p.closing); {
		late := false
		select { // what came meanwhile counts, also when the time is over
		case <-p.woken:
		default:
			select {
			case <-p.woken:
			case <-over:
				late = true
			case <-p.closing:
				return nil
			case <-p.ctx.Done():
				return p.ctx.Err()
			}
		}
		if err := p.look(); err != nil {
			return err
		}
		p.more = p.more && !late // a wake-up may have been lost: this was the last look
	}
	return nil
}

// look finds out what is here now that the caller does not have.
func (p *pull) look() error {
	s, err := p.core.Read(p.ctx, p.by, p.name)
	if err != nil {
		return err
	}
	switch {
	case !engine.Shows(s, p.by):
		return transport.ErrEnded
	case p.version < 0 || p.version >= len(s.Collection.Ladder())-1:
		return transport.ErrNotFound
	case !p.has.Within(s.Collection.Len()):
		return transport.At(transport.ErrMalformed, "items")
	}
	here, send, more := s.Pull(p.version, p.has)
	p.c, p.has, p.more = s.Collection, p.has.Or(here), more
	if i := cover.Item(p.c); send.Has(i) {
		p.due = append(p.due, i)
		send = send.Without(transport.BitsOf(i))
	}
	p.due = slices.AppendSeq(p.due, send.Places())
	return nil
}

// read reads some of what is due. What has expired meanwhile is left out.
func (p *pull) read() error {
	some := p.due[:min(len(p.due), maxPulled)]
	p.due = p.due[len(some):]
	places := make([]spot, len(some))
	for i, item := range some {
		d, _ := p.c.Digest(item, p.version)
		places[i] = spot{item, p.version, d}
	}
	found, err := p.core.Store.Get(p.ctx, versionKeys(p.name.Author, places)...)
	if err != nil {
		return err
	}
	p.ready = make([]transport.Frame, 0, len(found))
	for i, r := range found {
		if r.Version == 0 {
			continue
		}
		v, err := readVersion(r)
		if err != nil {
			return err
		}
		f := transport.Frame{Item: some[i], Version: p.version, Size: v.size}
		if v.small {
			f.Reader = bytes.NewReader(v.bytes)
		}
		p.ready = append(p.ready, f)
	}
	return nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

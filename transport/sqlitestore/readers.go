package sqlitestore

import (
	"context"
	"errors"
	"sync"
)

const maxReaders = 8

// readers are connections that read, beside the one that writes. The one that was used
// last is the next one, since it is likelier to have in memory what is looked for.
type readers struct {
	path   string
	turns  chan struct{} // as many as are in use
	closed chan struct{}
	mu     sync.Mutex
	idle   []*reader
}

// reader is a connection with its statements. Each of them sees one moment.
type reader struct {
	*conn
	get, getAll, scan, next, versions statement
	blob, blobs, part, partSize, old  statement
}

func newReaders(path string) *readers {
	return &readers{path: path, turns: make(chan struct{}, maxReaders), closed: make(chan struct{})}
}

func openReader(path string) (*reader, error) {
	c, err := connect(path, "query_only(1)", "busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	const within = " WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"
	r := &reader{
		conn:     c,
		get:      c.prepare("SELECT version, sum, value FROM records WHERE key = ?"),
		getAll:   c.prepare("SELECT wanted.key, version, sum, records.value" + fromWanted),
		versions: c.prepare(versionsSQL),
		scan:     c.prepare("SELECT key, version, sum, value FROM records" + within),
		next:     c.prepare("SELECT key FROM records WHERE key >= ? AND key < ? ORDER BY key LIMIT 1"),
		blob:     c.prepare("SELECT size, sum, file, data FROM blobs WHERE key = ?"),
		part:     c.prepare("SELECT size, sum, file, data FROM parts WHERE key = ?"),
		partSize: c.prepare("SELECT size FROM parts WHERE key = ?"),
		blobs:    c.prepare("SELECT key, size FROM blobs" + within),
		old:      c.prepare("SELECT file FROM loose WHERE since < unixepoch('now', '-7 days')"),
	}
	if c.err != nil {
		return nil, errors.Join(c.err, c.close())
	}
	return r, nil
}

// use lends a connection, as soon as one is there.
func (p *readers) use(ctx context.Context, read func(*reader) error) error {
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closed:
		return storage(errClosed)
	}
	r, err := p.take()
	if err != nil {
		return storage(err)
	}
	defer p.put(r)
	return storage(read(r))
}

// take returns a connection that is idle, or opens one.
func (p *readers) take() (r *reader, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return openReader(p.path)
	}
	r, p.idle = p.idle[last], p.idle[:last]
	return r, nil
}

func (p *readers) put(r *reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, r)
}

// close waits for those that are in use. It may be called again.
func (p *readers) close() (err error) {
	select {
	case <-p.closed:
		return nil
	default:
	}
	close(p.closed)
	for range maxReaders {
		p.turns <- struct{}{}
	}
	for _, r := range p.idle {
		err = errors.Join(err, r.close())
	}
	return err
}

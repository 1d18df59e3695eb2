package hubprogram

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// pausable is a store in which changes can be held up for a while: then all that is in it
// belongs together. Reads go on.
type pausable struct {
	transport.Store
	changing sync.RWMutex // held by who changes something, and alone by who pauses them
}

// pause waits for the changes under way and holds up others until resume is called.
func (p *pausable) pause() (resume func()) {
	p.changing.Lock()
	return p.changing.Unlock
}

// Apply implements transport.Records.
func (p *pausable) Apply(ctx context.Context, batch transport.Batch) (uint64, error) {
	p.changing.RLock()
	defer p.changing.RUnlock()
	return p.Store.Apply(ctx, batch)
}

// Delete implements transport.Blobs.
func (p *pausable) Delete(ctx context.Context, key string) error {
	p.changing.RLock()
	defer p.changing.RUnlock()
	return p.Store.Delete(ctx, key)
}

// Create implements transport.Blobs.
func (p *pausable) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := p.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return pausableWriter{w, p}, nil
}

type pausableWriter struct {
	transport.BlobWriter
	store *pausable
}

// Commit implements transport.BlobWriter.
func (w pausableWriter) Commit(ctx context.Context) error {
	w.store.changing.RLock()
	defer w.store.changing.RUnlock()
	return w.BlobWriter.Commit(ctx)
}

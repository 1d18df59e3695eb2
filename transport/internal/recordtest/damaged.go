// Package recordtest has a store in which records are damaged, for tests of what reads
// them.
package recordtest

import (
	"context"
	"iter"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// Damaged is a store in which records are damaged, each until it is written anew.
type Damaged struct {
	transport.Store
	mu    sync.Mutex
	bad   map[string]error // by key
	found bool
}

// New returns a store in which some records of another one are damaged.
func New(in transport.Store, keys ...string) *Damaged {
	d := &Damaged{Store: in, bad: map[string]error{}}
	for _, key := range keys {
		d.Fail(key, transport.At(transport.ErrStorage, key))
	}
	return d
}

// Fail has the store fail with any error where a record is read.
func (d *Damaged) Fail(key string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bad[key] = err
}

// Found reports whether one of them was read.
func (d *Damaged) Found() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.found
}

func (d *Damaged) read(key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.bad[key]
	d.found = d.found || err != nil
	return err
}

// Get implements transport.Records.
func (d *Damaged) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	for _, key := range keys {
		if err := d.read(key); err != nil {
			return nil, err
		}
	}
	return d.Store.Get(ctx, keys...)
}

// Scan implements transport.Records.
func (d *Damaged) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for r, err := range d.Store.Scan(ctx, prefix, after, limit) {
			if bad := d.read(r.Key); bad != nil {
				yield(transport.Record{}, bad)
				return
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Apply implements transport.Records.
func (d *Damaged) Apply(ctx context.Context, batch transport.Batch) (uint64, error) {
	version, err := d.Store.Apply(ctx, batch)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range batch.Changes {
		if err == nil {
			delete(d.bad, c.Key)
		}
	}
	return version, err
}

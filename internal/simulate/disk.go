package main

import (
	"context"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// disk is what outlives the processes of a station. It tells the checker of all
// that becomes durable.
type disk struct {
	memstore.Store
	name  string
	keys  map[string]bool // of the records
	blobs map[string]int64
	// Applied and committed are told of what is durable now.
	applied   func(*disk, []transport.Change)
	committed func(d *disk, key string, again bool)
	deleted   func(d *disk, key string)
}

func newDisk(name string) *disk {
	return &disk{name: name, keys: map[string]bool{}, blobs: map[string]int64{}}
}

// Apply implements transport.Records.
func (d *disk) Apply(ctx context.Context, changes ...transport.Change) error {
	if err := d.Store.Apply(ctx, changes...); err != nil {
		return err
	}
	for _, c := range changes {
		if c.Value == nil {
			delete(d.keys, c.Key)
		} else {
			d.keys[c.Key] = true
		}
	}
	if d.applied != nil {
		d.applied(d, changes)
	}
	return nil
}

// Create implements transport.Blobs.
func (d *disk) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := d.Store.Create(ctx, key)
	return &diskWriter{w, d, key}, err
}

// Delete implements transport.Blobs.
func (d *disk) Delete(ctx context.Context, key string) error {
	delete(d.blobs, key)
	if d.deleted != nil {
		d.deleted(d, key)
	}
	return d.Store.Delete(ctx, key)
}

type diskWriter struct {
	transport.BlobWriter
	disk *disk
	key  string
}

func (w *diskWriter) Commit(ctx context.Context) error {
	size, again := w.Size(), w.disk.has(w.key)
	if err := w.BlobWriter.Commit(ctx); err != nil {
		return err
	}
	w.disk.blobs[w.key] = size
	if w.disk.committed != nil {
		w.disk.committed(w.disk, w.key, again)
	}
	return nil
}

// has reports whether a blob is durable.
func (d *disk) has(key string) bool {
	_, ok := d.blobs[key]
	return ok
}

// read returns all of a blob.
func (d *disk) read(key string) ([]byte, error) {
	b, err := d.Store.Open(context.Background(), key)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}

// records lists the records whose keys begin with a prefix.
func (d *disk) records(prefix string) iter.Seq2[transport.Record, error] {
	return d.Store.Scan(context.Background(), prefix)
}

// sortedBlobs lists the keys of all blobs.
func (d *disk) sortedBlobs() []string { return slices.Sorted(maps.Keys(d.blobs)) }

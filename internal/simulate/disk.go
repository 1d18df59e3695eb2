package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// disk is what outlives the processes of a station. It tells the checker of all
// that becomes durable.
type disk struct {
	transport.Store // as the latest process has it
	name            string
	files           *lab.Files              // that are crashed; nil = the store is in memory, and the process crashes
	values          map[string]string       // of the records
	parts           map[string]engine.Parts // of the states, by the name of the collection
	blobs           map[string]int64
	rival           *rival // nil = there is none
	// Applied and committed are told of what is durable now.
	applied   func(d *disk, changes []transport.Change, versions map[string]bool)
	committed func(d *disk, key string, again bool)
	deleted   func(d *disk, key string)
}

func newDisk(name string, files bool) *disk {
	d := &disk{Store: new(memstore.Store), name: name, values: map[string]string{}, parts: map[string]engine.Parts{}, blobs: map[string]int64{}}
	if files {
		d.files = new(lab.Files)
	}
	return d
}

// boot makes the store as a process finds it.
func (d *disk) boot() (err error) {
	if d.files == nil {
		return nil
	}
	if d.Store, err = d.files.Open(); err != nil {
		return err
	}
	var news []transport.Change
	found := map[string]bool{}
	for r, err := range d.Store.Scan(context.Background(), "", "", 0) {
		if err != nil {
			return err
		}
		found[r.Key] = true
		if value, ok := d.values[r.Key]; !ok || value != string(r.Value) {
			news = append(news, transport.Change{Key: r.Key, Value: r.Value})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(d.values)) {
		if !found[key] {
			news = append(news, transport.Change{Key: key})
		}
	}
	d.find(news)
	return nil
}

// find tells of what is durable though nobody was told: it was under way at a crash.
func (d *disk) find(records []transport.Change) {
	there := d.files.Blobs()
	maps.DeleteFunc(d.blobs, func(key string, _ int64) bool { return !slices.Contains(there, key) })
	for _, key := range there {
		if _, known := d.blobs[key]; !known {
			d.keep(key, int64(len(d.files.Blob(key))))
		}
	}
	d.note(records)
}

// Apply implements transport.Records.
func (d *disk) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if err := d.rival.comesFirst(ctx, d, b.Conditions); err != nil {
		return 0, err
	}
	version, err := d.Store.Apply(ctx, b)
	if err == nil {
		d.note(b.Changes)
	}
	return version, err
}

func (d *disk) note(changes []transport.Change) {
	was := map[string]bool{} // versions that were there
	for _, c := range changes {
		was[c.Key] = d.has(c.Key)
		d.notePart(c)
		if c.Value == nil {
			delete(d.values, c.Key)
		} else {
			d.values[c.Key] = string(c.Value)
		}
	}
	if d.applied != nil {
		d.applied(d, changes, was)
	}
}

// notePart notes a part of a state.
func (d *disk) notePart(c transport.Change) {
	kind, rest, _ := strings.Cut(c.Key, "/")
	if strings.HasSuffix(d.name, "-camera") || kind != "c" && kind != "s" {
		return
	}
	of := strings.SplitN(rest, "/", 3)
	name, part := of[0]+"/"+of[1], strings.Join(of[2:], "")
	if d.parts[name] == nil {
		d.parts[name] = engine.Parts{}
	}
	if c.Value == nil {
		delete(d.parts[name], part)
	} else {
		d.parts[name][part] = bytes.Clone(c.Value)
	}
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
	size := w.Size()
	if err := w.BlobWriter.Commit(ctx); err != nil {
		return err
	}
	w.disk.keep(w.key, size)
	return nil
}

func (d *disk) keep(key string, size int64) {
	again := d.has(key)
	d.blobs[key] = size
	if d.committed != nil {
		d.committed(d, key, again)
	}
}

// holds reports whether a record is durable.
func (d *disk) holds(key string) bool {
	_, ok := d.values[key]
	return ok
}

// has reports whether a version is durable: in its record, or as a blob that the record
// tells of.
func (d *disk) has(key string) bool {
	value, ok := d.values[key]
	_, blob := d.blobs[key]
	return ok && strings.HasPrefix(key, "v/") && (value[0] == 0 || blob)
}

// read returns all of a version, of files behind the back of the process.
func (d *disk) read(key string) ([]byte, error) {
	if value, ok := d.values[key]; ok && value[0] == 0 {
		return []byte(value[1:]), nil
	}
	if d.files != nil {
		return d.files.Blob(key), nil
	}
	b, err := d.Store.Open(context.Background(), key)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}

// look has the process find all blobs.
func (d *disk) look() error {
	var failed []error
	for _, key := range d.sortedBlobs() {
		b, err := d.Store.Open(context.Background(), key)
		if err == nil {
			err = b.Close()
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// records lists the records whose keys begin with a prefix, also while no process
// runs.
func (d *disk) records(prefix string) iter.Seq[transport.Record] {
	return func(yield func(transport.Record) bool) {
		for _, key := range slices.Sorted(maps.Keys(d.values)) {
			if strings.HasPrefix(key, prefix) && !yield(transport.Record{Key: key, Value: []byte(d.values[key])}) {
				return
			}
		}
	}
}

// sortedBlobs lists the keys of all blobs.
func (d *disk) sortedBlobs() []string { return slices.Sorted(maps.Keys(d.blobs)) }

package transporttest

import (
	"context"
	be "encoding/binary"
	"errors"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

type (
	recordSeq = iter.Seq2[transport.Record, error]
	blobSeq   = iter.Seq2[transport.BlobInfo, error]
	scanFunc  = func(ctx context.Context, prefix, after string, limit int) recordSeq
	listFunc  = func(ctx context.Context, prefix, after string, limit int) blobSeq
)

// faulty is a store in memory, of which a defect may replace each method.
type faulty struct {
	memory *memstore.Store
	crash  func() *memstore.Store // what a new process finds
	get    func(context.Context, ...string) ([]transport.Record, error)
	scan   scanFunc
	apply  func(context.Context, transport.Batch) (uint64, error)
	open   func(context.Context, string) (transport.Blob, error)
	create func(context.Context, string) (transport.BlobWriter, error)
	delete func(context.Context, string) error
	part   func(context.Context, string) (int64, error)
	list   listFunc
}

func newFaulty(s *memstore.Store) *faulty {
	return &faulty{s, s.Reopen, s.Get, s.Scan, s.Apply, s.Open, s.Create, s.Delete, s.Part, s.List}
}

func (f *faulty) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	return f.get(ctx, keys...)
}

func (f *faulty) Scan(ctx context.Context, prefix, after string, limit int) recordSeq {
	return f.scan(ctx, prefix, after, limit)
}

func (f *faulty) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	return f.apply(ctx, b)
}

func (f *faulty) Open(ctx context.Context, key string) (transport.Blob, error) {
	return f.open(ctx, key)
}

func (f *faulty) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	return f.create(ctx, key)
}

func (f *faulty) Delete(ctx context.Context, key string) error { return f.delete(ctx, key) }

func (f *faulty) Part(ctx context.Context, key string) (int64, error) { return f.part(ctx, key) }

func (f *faulty) List(ctx context.Context, prefix, after string, limit int) blobSeq {
	return f.list(ctx, prefix, after, limit)
}

// having makes openers of stores with a defect.
func having(defect func(*faulty)) func() opener[transport.Store] {
	return func() opener[transport.Store] {
		var last *faulty
		return func(testing.TB) transport.Store {
			memory := new(memstore.Store)
			if last != nil {
				memory = last.crash()
			}
			last = newFaulty(memory)
			defect(last)
			return last
		}
	}
}

// faultyUpload is an upload of which a defect may replace each method.
type faultyUpload struct {
	transport.BlobWriter
	ctx            context.Context // a living one
	key            string
	write          func([]byte) (int, error)
	readAt         func([]byte, int64) (int, error)
	commit         func(context.Context) error
	close, discard func() error
}

func (u *faultyUpload) Write(p []byte) (int, error)             { return u.write(p) }
func (u *faultyUpload) ReadAt(p []byte, off int64) (int, error) { return u.readAt(p, off) }
func (u *faultyUpload) Commit(ctx context.Context) error        { return u.commit(ctx) }
func (u *faultyUpload) Close() error                            { return u.close() }
func (u *faultyUpload) Discard() error                          { return u.discard() }

// uploads makes the uploads of a store defect.
func (f *faulty) uploads(defect func(*faultyUpload)) {
	create := f.create
	f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
		w, err := create(ctx, key)
		if err != nil {
			return nil, err
		}
		u := &faultyUpload{w, context.WithoutCancel(ctx), key, w.Write, w.ReadAt, w.Commit, w.Close, w.Discard}
		defect(u)
		return u, nil
	}
}

// faultyBlob is an open blob with another ReadAt.
type faultyBlob struct {
	transport.Blob
	readAt func([]byte, int64) (int, error)
}

func (b *faultyBlob) ReadAt(p []byte, off int64) (int, error) { return b.readAt(p, off) }

// blobs makes the open blobs of a store defect.
func (f *faulty) blobs(defect func(ctx context.Context, key string, b *faultyBlob)) {
	open := f.open
	f.open = func(ctx context.Context, key string) (transport.Blob, error) {
		b, err := open(ctx, key)
		if err != nil {
			return nil, err
		}
		out := &faultyBlob{b, b.ReadAt}
		defect(ctx, key, out)
		return out, nil
	}
}

// pause lets others run between two steps that should be one.
func pause() { time.Sleep(50 * time.Microsecond) }

// one is a batch of one change without conditions.
func one(c transport.Change) transport.Batch {
	return transport.Batch{Changes: []transport.Change{c}}
}

// broken returns an error if one of some conditions does not hold now.
func broken(ctx context.Context, get func(context.Context, ...string) ([]transport.Record, error), on []transport.Condition) error {
	for _, c := range on {
		found, err := get(ctx, c.Key)
		if err != nil {
			return err
		}
		if found[0].Version != c.Version {
			return transport.At(transport.ErrConflict, c.Key)
		}
	}
	return nil
}

// versioned has a store make versions of its own, which it keeps in front of the
// values. Step makes the changes of a batch whose conditions hold. All that is in a lock.
func (f *faulty) versioned(mu sync.Locker, next func(transport.Change) uint64, step func(context.Context, []transport.Change) error) {
	f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
		found, err := f.memory.Get(ctx, keys...)
		for i := range found {
			found[i] = unpacked(found[i])
		}
		return found, err
	}
	f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
		return func(yield func(transport.Record, error) bool) {
			for r, err := range f.memory.Scan(ctx, prefix, after, limit) {
				if !yield(unpacked(r), err) {
					return
				}
			}
		}
	}
	f.apply = func(ctx context.Context, b transport.Batch) (version uint64, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err := errors.Join(ctx.Err(), b.Check(), broken(ctx, f.get, b.Conditions)); err != nil {
			return 0, err
		}
		var changes []transport.Change
		for _, c := range b.Changes {
			if version == 0 {
				version = next(c)
			}
			if c.Value != nil {
				c.Value = append(be.BigEndian.AppendUint64(nil, version), c.Value...)
			}
			changes = append(changes, c)
		}
		return version, step(ctx, changes)
	}
}

func unpacked(r transport.Record) transport.Record {
	if r.Version > 0 {
		r.Version, r.Value = be.BigEndian.Uint64(r.Value), r.Value[8:]
	}
	return r
}

// whole makes changes as a store should.
func (f *faulty) whole(ctx context.Context, changes []transport.Change) error {
	_, err := f.memory.Apply(ctx, transport.Batch{Changes: changes})
	return err
}

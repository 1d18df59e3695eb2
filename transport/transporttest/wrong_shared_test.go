package transporttest

import (
	"context"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestWrongSharedStores is as TestWrongStores.
func TestWrongSharedStores(t *testing.T) { mustFail(t, wrongShared, sharedTrials()) }

var wrongShared = []wrong[transport.Store]{
	{"each process has what it found", "what one process is told all see", sharing(func(f *faulty) {
		*f = *newFaulty(f.memory.Reopen())
	})},
	{"List tells what this process committed", "what one process is told all see", sharing(func(f *faulty) {
		f.list = func(ctx context.Context, prefix, after string, limit int) blobSeq {
			return each([]transport.BlobInfo{{Key: "a/b"}})
		}
	})},
	{"records are remembered when they were read", "what one process wrote is not remembered by another", sharing(func(f *faulty) {
		read := map[string]transport.Record{}
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			found, err := f.memory.Get(ctx, keys...)
			for i, r := range found {
				if _, ok := read[r.Key]; !ok {
					read[r.Key] = r
				}
				found[i] = read[r.Key]
			}
			return found, err
		}
	})},
	{"what was not there is remembered", "what one process wrote is not remembered by another", sharing(func(f *faulty) {
		none := map[string]bool{}
		f.open = func(ctx context.Context, key string) (transport.Blob, error) {
			b, err := f.memory.Open(ctx, key)
			if none[key] = none[key] || err != nil; none[key] {
				return nil, transport.At(transport.ErrNotFound, key)
			}
			return b, nil
		}
	})},
	{"conditions are checked in a lock of the process", "processes that change at once all count", sharing(func(f *faulty) {
		var mu sync.Mutex
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			mu.Lock()
			defer mu.Unlock()
			if err := broken(ctx, f.memory.Get, b.Conditions); err != nil {
				return 0, err
			}
			pause()
			return f.memory.Apply(ctx, transport.Batch{Changes: b.Changes})
		}
	})},
	{"each process counts versions", "processes have different versions", sharing(func(f *faulty) {
		version := uint64(0)
		f.versioned(new(sync.Mutex), func(transport.Change) uint64 { version++; return version }, f.whole)
	})},
	{"batches are written one by one in a lock of the process", "processes see batches whole", sharing(func(f *faulty) {
		f.tornOutside()
	})},
	{"Get is of one moment in its process", "processes see batches whole", sharing(func(f *faulty) {
		get := f.get
		f.get = func(ctx context.Context, keys ...string) (out []transport.Record, err error) {
			for _, key := range keys {
				found, err := get(ctx, key)
				if err != nil {
					return nil, err
				}
				out = append(out, found...)
				pause()
			}
			return out, nil
		}
	})},
	{"uploads of all processes share a lock", "uploads of several processes do not meet", sharing(func(f *faulty) {
		f.create = f.memory.Create
	})},
	{"uploads of all processes share a file", "uploads of several processes do not meet", sharing(func(f *faulty) {
		locks(f, func() {})
		f.uploads(func(u *faultyUpload) {
			u.write = func(p []byte) (int, error) {
				data := part(u) // what it held before, and what others have written since
				w, err := f.memory.Create(u.ctx, u.key)
				if err != nil {
					return 0, err
				}
				defer w.Close()
				data = data[min(len(data), int(w.Size())):]
				if _, err := w.Write([]byte(data)); err != nil {
					return 0, err
				}
				w.Write(p)
				u.BlobWriter.(*loose).data = []byte(part(&faultyUpload{BlobWriter: w}))
				return len(p), nil
			}
		})
	})},
	{"a walk counts how many it has passed", "scan goes on while another process changes", sharing(func(f *faulty) {
		f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
			return func(yield func(transport.Record, error) bool) {
				for n := 0; ; n++ {
					var all []transport.Record
					for r := range f.memory.Scan(ctx, prefix, after, 0) {
						all = append(all, r)
					}
					if n >= len(all) || !yield(all[n], nil) {
						return
					}
				}
			}
		}
	})},
}

// sharing makes openers of processes which share one memory. Their uploads do not meet.
func sharing(defect func(*faulty)) func() opener[transport.Store] {
	return func() opener[transport.Store] {
		memory := new(memstore.Store)
		return func(testing.TB) transport.Store {
			f := newFaulty(memory)
			locks(f, func() {})
			defect(f)
			return f
		}
	}
}

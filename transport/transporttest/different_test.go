package transporttest

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestDifferentStores runs the whole suite on stores that are right in other ways than
// the store in memory is.
func TestDifferentStores(t *testing.T) {
	t.Run("late", func(t *testing.T) {
		Store(t, perTest(having(func(f *faulty) { scattered(f); growingPages(f); eager(f); halves(f) })))
	})
	t.Run("early", func(t *testing.T) {
		Store(t, perTest(having(func(f *faulty) { snapshots(f); backward(f) })))
	})
}

func TestSharedStores(t *testing.T) {
	t.Run("one memory", func(t *testing.T) { SharedStore(t, perTest(sharing(func(*faulty) {}))) })
	t.Run("versions are numbers in no order", func(t *testing.T) { SharedStore(t, perTest(sharing(scattered))) })
}

// perTest has an opener of its own for each test.
func perTest[S any](open func() opener[S]) opener[S] {
	openers := map[testing.TB]opener[S]{}
	return func(t testing.TB) S {
		if openers[t] == nil {
			openers[t] = open()
		}
		return openers[t](t)
	}
}

// scattered multiplies versions with an odd number, and takes conditions back by the
// inverse of it.
func scattered(f *faulty) {
	const odd, inverse uint64 = 0x9e3779b97f4a7c15, 0xf1de83e19937733d
	f.reads(func(r transport.Record) transport.Record { r.Version *= odd; return r })
	apply := f.apply
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		b.Conditions = slices.Clone(b.Conditions)
		for i := range b.Conditions {
			b.Conditions[i].Version *= inverse
		}
		version, err := apply(ctx, b)
		return version * odd, err
	}
}

// growingPages has Scan read one record, then two, then four, and snapshots has it, and List,
// tell of the moment at which the walk began.
func growingPages(f *faulty) {
	scan := f.scan
	f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
		return func(yield func(transport.Record, error) bool) {
			n, page := 0, 1
			for ; n < limit || limit == 0; page *= 2 {
				size, before := page, n
				if limit > 0 {
					size = min(size, limit-n)
				}
				for r, err := range scan(ctx, prefix, after, size) {
					if n, after = n+1, r.Key; !yield(r, err) || err != nil {
						return
					}
				}
				if n == before {
					return
				}
			}
		}
	}
}

func snapshots(f *faulty) {
	f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
		return func(yield func(transport.Record, error) bool) {
			f.memory.Reopen().Scan(ctx, prefix, after, limit)(yield)
		}
	}
	f.list = func(ctx context.Context, prefix, after string, limit int) blobSeq {
		return func(yield func(transport.BlobInfo, error) bool) {
			f.memory.Reopen().List(ctx, prefix, after, limit)(yield)
		}
	}
}

// eager returns io.EOF with the last bytes.
func eager(f *faulty) {
	f.blobs(func(_ context.Context, _ string, b *faultyBlob) {
		b.readAt = func(p []byte, off int64) (int, error) {
			n, err := b.Blob.ReadAt(p, off)
			if off+int64(n) == b.Size() {
				err = io.EOF
			}
			return n, err
		}
	})
}

// halves has a crash leave half of an upload, and what was there when it began.
func halves(f *faulty) {
	var mu sync.Mutex
	under := map[*faultyUpload]int64{} // bytes that were there when it began
	f.uploads(func(u *faultyUpload) {
		mu.Lock()
		defer mu.Unlock()
		under[u] = u.Size()
		commit, shut, discard := u.commit, u.close, u.discard
		over := func(err error) error {
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				delete(under, u)
			}
			return err
		}
		u.commit = func(ctx context.Context) error { return over(commit(ctx)) }
		u.close = func() error { return over(shut()) }
		u.discard = func() error { return over(discard()) }
	})
	f.crash = func() *memstore.Store {
		after := f.memory.Reopen()
		for u, began := range under {
			after = leaving(after, u.key, part(u)[:max(began, u.Size()/2)])
		}
		return after
	}
}

// backward does the last things of a batch first.
func backward(f *faulty) {
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		b.Conditions, b.Changes = slices.Clone(b.Conditions), slices.Clone(b.Changes)
		slices.Reverse(b.Conditions)
		slices.Reverse(b.Changes)
		return f.memory.Apply(ctx, b)
	}
}

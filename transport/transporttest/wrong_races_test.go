package transporttest

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

var wrongRaces = []wrong[transport.Store]{
	{"compare-and-set is racy", "conditional changes at once all count", having(func(f *faulty) {
		f.early(func(transport.Batch, int) bool { return true })
	})},
	{"absence is looked at before", "one of many makes a record", having(func(f *faulty) {
		f.early(func(b transport.Batch, i int) bool { return b.Conditions[i].Version == 0 })
	})},
	{"conditions on what is not changed are checked outside the transaction", "conditions and changes are at one moment", having(func(f *faulty) {
		f.early(func(b transport.Batch, i int) bool {
			return !slices.ContainsFunc(b.Changes, func(c transport.Change) bool { return c.Key == b.Conditions[i].Key })
		})
	})},
	{"batches are torn by others", "batches at once are whole", having(func(f *faulty) { f.tornOutside() })},
	{"two that wait for each other are refused", "batches at once are whole", having(func(f *faulty) {
		f.busy(transport.At(transport.ErrStorage, "deadlock detected"))
	})},
	{"all but the first condition are checked before", "batches at once keep a total", having(func(f *faulty) {
		f.early(func(_ transport.Batch, i int) bool { return i > 0 })
	})},
	{"every change conflicts with every other", "batches of different keys do not conflict", having(func(f *faulty) {
		f.busy(transport.At(transport.ErrConflict, "store"))
	})},
	{"versions are counted in a racy way", "changes at once have different versions", having(func(f *faulty) {
		var last atomic.Uint64
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			version := last.Load() + 1
			pause()
			last.Store(version)
			_, err := f.memory.Apply(ctx, b)
			return version, err
		}
	})},
	{"Get is not of one moment", "get is of one moment", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) (out []transport.Record, err error) {
			for _, key := range keys {
				found, err := f.memory.Get(ctx, key)
				if err != nil {
					return nil, err
				}
				out = append(out, found...)
				pause()
			}
			return out, nil
		}
	})},
	{"reads are one batch behind", "what Apply returned for is seen", having(func(f *faulty) {
		var seen atomic.Pointer[memstore.Store]
		seen.Store(f.memory.Reopen())
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			seen.Store(f.memory.Reopen())
			return f.memory.Apply(ctx, b)
		}
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			return seen.Load().Get(ctx, keys...)
		}
	})},
	{"Scan is of a moment before", "what Apply returned for is seen", having(func(f *faulty) {
		var seen atomic.Pointer[memstore.Store]
		seen.Store(f.memory.Reopen())
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			before := f.memory.Reopen()
			version, err := f.memory.Apply(ctx, b)
			if version%5 == 1 {
				seen.Store(before)
			}
			return version, err
		}
		f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
			return seen.Load().Scan(ctx, prefix, after, limit)
		}
	})},
	{"value and version are read one after the other", "a record is read as it was", having(func(f *faulty) {
		f.reads(func(r transport.Record) transport.Record {
			pause()
			found, _ := f.memory.Get(context.Background(), r.Key)
			r.Version = found[0].Version
			return r
		})
	})},
}

// early checks some conditions of a batch, by their places, before its transaction, and
// all others within.
func (f *faulty) early(which func(transport.Batch, int) bool) {
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		var before, within []transport.Condition
		for i, c := range b.Conditions {
			if which(b, i) {
				before = append(before, c)
			} else {
				within = append(within, c)
			}
		}
		if err := broken(ctx, f.memory.Get, before); err != nil {
			return 0, err
		}
		pause()
		return f.memory.Apply(ctx, transport.Batch{Conditions: within, Changes: b.Changes})
	}
}

// tornOutside makes the changes of batches one after the other, in no lock. Their
// versions do not tell.
func (f *faulty) tornOutside() {
	var last atomic.Uint64
	var mu sync.Mutex
	f.versioned(&mu, func(transport.Change) uint64 { return last.Add(1) }, func(ctx context.Context, changes []transport.Change) error {
		mu.Unlock()
		defer mu.Lock()
		for i, c := range changes {
			if i > 0 {
				pause()
			}
			if _, err := f.memory.Apply(ctx, one(c)); err != nil {
				return err
			}
		}
		return nil
	})
}

// busy refuses a batch while another one is under way.
func (f *faulty) busy(refusal error) {
	var mu sync.Mutex
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		if !mu.TryLock() {
			return 0, refusal
		}
		defer mu.Unlock()
		pause()
		return f.memory.Apply(ctx, b)
	}
}

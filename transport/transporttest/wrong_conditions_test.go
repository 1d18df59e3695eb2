package transporttest

import (
	"context"
	"hash/fnv"
	"math"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

var wrongConditions = []wrong[transport.Store]{
	{"versions are compared in 32 bits", "a condition on a version", having(func(f *faulty) {
		f.conditions(func(c transport.Condition, is uint64) bool { return uint32(c.Version) == uint32(is) })
	})},
	{"versions are compared in 63 bits", "a condition on a version", having(func(f *faulty) {
		f.conditions(func(c transport.Condition, is uint64) bool { return c.Version&math.MaxInt64 == is })
	})},
	{"a newer version holds, too", "a condition on a version", having(func(f *faulty) {
		f.conditions(func(c transport.Condition, is uint64) bool {
			return c.Version == is || c.Version != 0 && is > c.Version
		})
	})},
	{"a version beyond 63 bits is another error", "a condition on a version", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			for _, c := range b.Conditions {
				if c.Version > math.MaxInt64 {
					return 0, transport.At(transport.ErrStorage, "number out of range")
				}
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"a condition on absence passes when present", "a condition on absence", having(func(f *faulty) {
		f.conditions(func(c transport.Condition, is uint64) bool { return c.Version == 0 || c.Version == is })
	})},
	{"a record that was removed is not absent", "a condition on absence", having(func(f *faulty) {
		removed := map[string]bool{}
		f.changes(func(c transport.Change) transport.Change {
			removed[c.Key] = removed[c.Key] || c.Value == nil
			return c
		})
		f.conditions(func(c transport.Condition, is uint64) bool {
			return c.Version == is && !(is == 0 && removed[c.Key])
		})
	})},
	{"only what is changed is looked at", "a condition on what is not changed", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			b.Conditions = slices.DeleteFunc(slices.Clone(b.Conditions), func(c transport.Condition) bool {
				return !slices.ContainsFunc(b.Changes, func(change transport.Change) bool { return change.Key == c.Key })
			})
			return f.memory.Apply(ctx, b)
		}
	})},
	{"only the first condition counts", "every condition counts", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			b.Conditions = b.Conditions[:min(len(b.Conditions), 1)]
			return f.memory.Apply(ctx, b)
		}
	})},
	{"only the last condition counts", "every condition counts", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			b.Conditions = b.Conditions[max(0, len(b.Conditions)-1):]
			return f.memory.Apply(ctx, b)
		}
	})},
	{"a batch without changes is not looked at", "a batch without changes only looks", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			if len(b.Changes) == 0 {
				return 0, nil
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"a batch without changes is refused", "a batch without changes only looks", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			if len(b.Changes) == 0 {
				return 0, transport.At(transport.ErrStorage, "nothing to do")
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"the version is a digest of the value", "a version is another one after every change", having(func(f *faulty) {
		f.versioned(new(sync.Mutex), func(c transport.Change) uint64 {
			h := fnv.New64a()
			h.Write(c.Value)
			return h.Sum64()
		}, f.whole)
	})},
	{"the version is the length of the value", "a version is another one after every change", having(func(f *faulty) {
		f.versioned(new(sync.Mutex), func(c transport.Change) uint64 { return uint64(len(c.Value)) + 1 }, f.whole)
	})},
	{"the version is that of the whole store", "a version stays where nothing changes", having(func(f *faulty) {
		now := uint64(0)
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			version, err := f.memory.Apply(ctx, b)
			now = max(now, version)
			return version, err
		}
		f.reads(func(r transport.Record) transport.Record {
			if r.Version > 0 {
				r.Version = now
			}
			return r
		})
	})},
	{"versions are counted again after a crash", "a version stays where nothing changes", having(func(f *faulty) {
		f.crash = func() *memstore.Store {
			s := new(memstore.Store)
			s.Apply(context.Background(), transport.Batch{})
			for r := range f.memory.Scan(context.Background(), "", "", 0) {
				s.Apply(context.Background(), one(transport.Change{Key: r.Key, Value: r.Value}))
			}
			return s
		}
	})},
	{"each record counts its versions (ABA)", "a version does not come back with the record", having(func(f *faulty) {
		f.versioned(new(sync.Mutex), func(c transport.Change) uint64 {
			found, _ := f.get(context.Background(), c.Key)
			return found[0].Version + 1
		}, f.whole)
	})},
	{"the version is one more than the highest there is", "a version does not come back with the record", having(func(f *faulty) {
		f.versioned(new(sync.Mutex), func(transport.Change) uint64 { return f.highest() + 1 }, f.whole)
	})},
	{"after a crash, versions go on with the highest there is", "a version does not come back with the record", having(func(f *faulty) {
		last := uint64(0)
		f.versioned(new(sync.Mutex), func(transport.Change) uint64 {
			if last == 0 {
				last = f.highest()
			}
			last++
			return last
		}, f.whole)
	})},
}

// conditions has a store compare versions in another way.
func (f *faulty) conditions(holds func(c transport.Condition, is uint64) bool) {
	apply := f.apply
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		for _, c := range b.Conditions {
			found, _ := f.memory.Get(ctx, c.Key)
			if !holds(c, found[0].Version) {
				return 0, transport.At(transport.ErrConflict, c.Key)
			}
		}
		b.Conditions = nil
		return apply(ctx, b)
	}
}

// highest is the highest version of what is there.
func (f *faulty) highest() (version uint64) {
	for r := range f.scan(context.Background(), "", "", 0) {
		version = max(version, r.Version)
	}
	return version
}

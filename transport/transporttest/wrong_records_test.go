package transporttest

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/glimpse-go/glimpse/transport"
)

var wrongRecords = []wrong[transport.Store]{
	{"Get sorts the keys", "get returns the records in the order of the keys", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			return f.memory.Get(ctx, slices.Sorted(slices.Values(keys))...)
		}
	})},
	{"Get leaves out what is not there", "get returns the records in the order of the keys", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			found, err := f.memory.Get(ctx, keys...)
			return slices.DeleteFunc(found, func(r transport.Record) bool { return r.Version == 0 }), err
		}
	})},
	{"Get returns a key once", "get returns the records in the order of the keys", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			found, err := f.memory.Get(ctx, keys...)
			for i := range found {
				if slices.Contains(keys[:i], keys[i]) {
					found[i] = transport.Record{Key: keys[i]}
				}
			}
			return found, err
		}
	})},
	{"Get takes 32,766 keys at most", "get takes many keys", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			if len(keys) > 32766 {
				return nil, transport.At(transport.ErrStorage, "too many parameters")
			}
			return f.memory.Get(ctx, keys...)
		}
	})},
	{"a batch is torn by its own fault", "a batch is whole or not there", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			for i, c := range b.Changes {
				if err := (transport.Batch{Changes: b.Changes[:i+1]}).Check(); err != nil {
					return 0, err
				}
				f.memory.Apply(ctx, one(c))
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"the records of a batch have different versions", "a batch is whole or not there", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (version uint64, err error) {
			for _, c := range b.Changes {
				version, err = f.memory.Apply(ctx, one(c))
			}
			return version, err
		}
	})},
	{"two changes of a key are taken", "a batch has no key twice", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			last := map[string]transport.Change{}
			for _, c := range b.Changes {
				last[c.Key] = c
			}
			b.Changes = nil
			for _, c := range last {
				b.Changes = append(b.Changes, c)
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"an empty value removes", "an empty value is one", having(func(f *faulty) {
		f.changes(func(c transport.Change) transport.Change {
			if len(c.Value) == 0 {
				c.Value = nil
			}
			return c
		})
	})},
	{"an empty value reads as nil", "an empty value is one", having(func(f *faulty) {
		f.reads(func(r transport.Record) transport.Record { r.Value = append([]byte(nil), r.Value...); return r })
	})},
	{"a removal sets an empty value", "an empty value is one", having(func(f *faulty) {
		f.changes(func(c transport.Change) transport.Change { c.Value = append([]byte{}, c.Value...); return c })
	})},
	{"a value is truncated at 64 KiB", "a value has any length", having(func(f *faulty) {
		f.changes(func(c transport.Change) transport.Change {
			if len(c.Value) > 1<<16 {
				c.Value = c.Value[:1<<16]
			}
			return c
		})
	})},
	{"Scan truncates at 64 KiB", "a value has any length", having(func(f *faulty) {
		get := f.get
		f.reads(func(r transport.Record) transport.Record { r.Value = r.Value[:min(len(r.Value), 1<<16)]; return r })
		f.get = get
	})},
	{"a batch of more than 4 MiB is too large", "a batch is as long as it may be", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			size := 0
			for _, c := range b.Changes {
				size += len(c.Value)
			}
			if size > 4<<20 {
				return 0, transport.At(transport.ErrTooLarge, "batch")
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"a batch ends before its last change", "a batch is as long as it may be", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			b.Changes = b.Changes[:min(len(b.Changes), transport.MaxChanges-1)]
			return f.memory.Apply(ctx, b)
		}
	})},
	{"limits are ignored", "a batch beyond the limits is refused", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (version uint64, err error) {
			if !errors.Is(b.Check(), transport.ErrTooLarge) {
				return f.memory.Apply(ctx, b)
			}
			for _, c := range b.Changes {
				c.Value = c.Value[:min(len(c.Value), transport.MaxValue)]
				version, err = f.memory.Apply(ctx, one(c))
			}
			return version, err
		}
	})},
	{"too much is another error", "a batch beyond the limits is refused", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			version, err := f.memory.Apply(ctx, b)
			if errors.Is(err, transport.ErrTooLarge) {
				err = transport.At(transport.ErrStorage, "batch")
			}
			return version, err
		}
	})},
	{"the number of conditions is not limited", "a batch beyond the limits is refused", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			b.Conditions = b.Conditions[:min(len(b.Conditions), transport.MaxChanges)]
			return f.memory.Apply(ctx, b)
		}
	})},
	{"Apply keeps the caller's values", "a batch keeps none of the caller's memory", having(func(f *faulty) {
		kept := map[string][]byte{}
		f.changes(func(c transport.Change) transport.Change { kept[c.Key] = c.Value; return c })
		f.reads(func(r transport.Record) transport.Record { r.Value = kept[r.Key]; return r })
	})},
	{"Apply keeps the caller's batch", "a batch keeps none of the caller's memory", having(func(f *faulty) {
		var late []transport.Change
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			late = b.Changes
			return 1, nil
		}
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			f.memory.Apply(ctx, transport.Batch{Changes: late})
			return f.memory.Get(ctx, keys...)
		}
	})},
	{"Get returns its own memory", "values are the caller's", having(func(f *faulty) {
		f.reads(f.remembering())
		f.scan = f.memory.Scan
	})},
	{"Scan returns its own memory", "values are the caller's", having(func(f *faulty) {
		f.reads(f.remembering())
	})},
	{"values are beside each other in one buffer", "values are the caller's", having(func(f *faulty) {
		f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
			var found []transport.Record
			var buffer []byte
			for r := range f.memory.Scan(ctx, prefix, after, limit) {
				buffer = append(buffer, r.Value...)
				found = append(found, r)
			}
			for i := range found {
				n := len(found[i].Value)
				found[i].Value, buffer = buffer[:n], buffer[n:]
			}
			return each(found)
		}
	})},
	{"blobs and records share their keys", "blobs and records do not meet", having(func(f *faulty) {
		f.delete = func(ctx context.Context, key string) error {
			f.memory.Apply(ctx, one(gone(key)))
			return f.memory.Delete(ctx, key)
		}
	})},
	{"a record ends the part of a blob", "blobs and records do not meet", having(func(f *faulty) {
		f.changes(func(c transport.Change) transport.Change { f.memory.Delete(context.Background(), c.Key); return c })
	})},
	{"a batch is forgotten now and then", "a store does what a map does", having(func(f *faulty) {
		n := 0
		f.changes(func(c transport.Change) transport.Change {
			if n++; n == 50 {
				c.Key = "forgotten"
			}
			return c
		})
	})},
}

// changes makes another change of each.
func (f *faulty) changes(other func(transport.Change) transport.Change) {
	apply := f.apply
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		if err := b.Check(); err != nil {
			return 0, err
		}
		b.Changes = slices.Clone(b.Changes)
		for i, c := range b.Changes {
			b.Changes[i] = other(c)
		}
		return apply(ctx, b)
	}
}

// reads makes another record of each that is read.
func (f *faulty) reads(other func(transport.Record) transport.Record) {
	get, scan := f.get, f.scan
	f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
		found, err := get(ctx, keys...)
		for i, r := range found {
			found[i] = other(r)
		}
		return found, err
	}
	f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
		return func(yield func(transport.Record, error) bool) {
			for r, err := range scan(ctx, prefix, after, limit) {
				if !yield(other(r), err) {
					return
				}
			}
		}
	}
}

// remembering makes records share the memory of their values with all reads of the
// same version.
func (f *faulty) remembering() func(transport.Record) transport.Record {
	seen := map[string]transport.Record{}
	return func(r transport.Record) transport.Record {
		if seen[r.Key].Version != r.Version {
			seen[r.Key] = r
		}
		return seen[r.Key]
	}
}

// each walks past what is there.
func each[V any](all []V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

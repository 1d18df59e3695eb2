package transporttest

import (
	"context"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

var wrongKeys = []wrong[transport.Store]{
	{"bad keys are taken for blobs", "nothing is under what is no key", having(func(f *faulty) {
		f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
			if !transport.ValidKey(key) {
				key = "bad"
			}
			return f.memory.Create(ctx, key)
		}
	})},
	{"bad keys are taken for records", "nothing is under what is no key", having(func(f *faulty) {
		f.changes(func(c transport.Change) transport.Change { return c })
		apply := f.apply
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			b.Changes = slices.Clone(b.Changes)
			for i := range b.Changes {
				if !transport.ValidKey(b.Changes[i].Key) {
					b.Changes[i].Key = "bad"
				}
			}
			return apply(ctx, b)
		}
	})},
	{"Get of a bad key is an error", "nothing is under what is no key", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			if !transport.ValidKey(keys[0]) {
				return nil, transport.At(transport.ErrStorage, "key")
			}
			return f.memory.Get(ctx, keys...)
		}
	})},
	{"a condition on a bad key is an error", "nothing is under what is no key", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			for _, c := range b.Conditions {
				if !transport.ValidKey(c.Key) {
					return 0, transport.At(transport.ErrStorage, "key")
				}
			}
			return f.memory.Apply(ctx, b)
		}
	})},
	{"a key has 128 bytes at most", "a key is as long as it may be", having(func(f *faulty) {
		f.changes(func(c transport.Change) transport.Change { c.Key = c.Key[:min(len(c.Key), 128)]; return c })
	})},
	{"a blob's key is a folder's name", "a key is as long as it may be", having(func(f *faulty) {
		f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
			if strings.Count(key, "/") > 100 {
				return nil, transport.At(transport.ErrStorage, "file name too long")
			}
			return f.memory.Create(ctx, key)
		}
	})},
	{"a key is a file or a folder", "a key begins with another", having(func(f *faulty) {
		f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
			for b := range f.memory.List(ctx, "", "", 0) {
				if strings.HasPrefix(key, b.Key+"/") || strings.HasPrefix(b.Key, key+"/") {
					return nil, transport.At(transport.ErrStorage, "not a folder")
				}
			}
			return f.memory.Create(ctx, key)
		}
	})},
	{"List tells of parts", "list tells of committed blobs", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { f.memory.Apply(u.ctx, one(to(u.key, ""))) })
		f.list = listRecords(f)
	})},
	{"List remembers sizes", "list tells of committed blobs", having(func(f *faulty) {
		sizes := map[string]int64{}
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				if _, again := sizes[u.key]; !again {
					sizes[u.key] = u.Size()
				}
				return u.BlobWriter.Commit(ctx)
			}
		})
		f.list = func(ctx context.Context, prefix, after string, limit int) blobSeq {
			var all []transport.BlobInfo
			for b := range f.memory.List(ctx, prefix, after, limit) {
				all = append(all, transport.BlobInfo{Key: b.Key, Size: sizes[b.Key]})
			}
			return each(all)
		}
	})},
}

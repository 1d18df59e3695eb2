package transporttest

import (
	"cmp"
	"context"
	"io"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

var wrongCrash = []wrong[transport.Store]{
	{"the last batch is lost", "the last batch outlives a crash", having(func(f *faulty) {
		f.forgets(func(b transport.Batch) bool { return true })
	})},
	{"the last removal is lost", "the last batch outlives a crash", having(func(f *faulty) {
		f.forgets(func(b transport.Batch) bool { return b.Changes[0].Value == nil })
	})},
	{"a batch is lost from 4 MiB on", "a large batch outlives a crash", having(func(f *faulty) {
		f.crash = func() *memstore.Store {
			after := f.memory.Reopen()
			size := 0
			for r := range f.memory.Scan(context.Background(), "", "", 0) {
				if size += len(r.Value); size > 4<<20 {
					after.Apply(context.Background(), one(gone(r.Key)))
				}
			}
			return after
		}
	})},
	{"the last blob is lost", "the last blob outlives a crash", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				before := f.memory.Reopen()
				f.crash = func() *memstore.Store { return before }
				return u.BlobWriter.Commit(ctx)
			}
		})
	})},
	{"the last blob is there and empty", "the last blob outlives a crash", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				f.crash = func() *memstore.Store { return without(f.memory, u.key, "") }
				return u.BlobWriter.Commit(ctx)
			}
		})
	})},
	{"a committed blob is a part, too", "the last blob outlives a crash", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				data := part(u)
				f.crash = func() *memstore.Store { return leaving(f.memory, u.key, data) }
				return u.BlobWriter.Commit(ctx)
			}
		})
	})},
	{"a closed part is lost", "a closed part outlives a crash", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.close = func() error {
				before := f.memory.Reopen()
				f.crash = func() *memstore.Store { return before }
				return u.BlobWriter.Close()
			}
		})
	})},
	{"the end of a closed part is lost", "a closed part outlives a crash", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.close = func() error {
				data := part(u)
				f.crash = func() *memstore.Store { return leaving(f.memory, u.key, data[:len(data)/4096*4096]) }
				return u.BlobWriter.Close()
			}
		})
	})},
	{"a crash leaves a hole in a part", "an open upload leaves a prefix in a crash", having(func(f *faulty) {
		f.uploadLeaves(func(data string) string { return data[:len(data)/2] + string(make([]byte, len(data)/2)) })
	})},
	{"a crash leaves the end of a part", "an open upload leaves a prefix in a crash", having(func(f *faulty) {
		f.uploadLeaves(func(data string) string { return data[len(data)/2:] })
	})},
	{"a crash takes what was closed", "an open upload leaves a prefix in a crash", having(func(f *faulty) {
		f.uploadLeaves(func(data string) string { return "" })
	})},
	{"Part is wrong after a crash", "an open upload leaves a prefix in a crash", having(func(f *faulty) {
		f.uploadLeaves(func(data string) string { return data[:len(data)/2] })
		f.part = func(ctx context.Context, key string) (int64, error) {
			size, err := f.memory.Part(ctx, key)
			return size / 4096 * 4096, err
		}
	})},
	{"the lock of an upload outlives a crash", "an upload's lock does not outlive a crash", having(func(f *faulty) {
		f.crash = func() *memstore.Store { return f.memory }
	})},
	{"what is replaced is overwritten", "a crash leaves the blob that was to be replaced", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			f.crash = func() *memstore.Store { return without(f.memory, u.key, part(u)) }
		})
	})},
	{"what is replaced is moved away before", "a crash leaves the blob that was to be replaced", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			f.crash = func() *memstore.Store {
				after := f.memory.Reopen()
				after.Delete(u.ctx, u.key)
				return after
			}
		})
	})},
	{"a deleted blob comes back", "what was deleted stays away after a crash", having(func(f *faulty) {
		f.delete = func(ctx context.Context, key string) error {
			before := f.memory.Reopen()
			f.crash = func() *memstore.Store { return before }
			return f.memory.Delete(ctx, key)
		}
	})},
	{"a discarded part comes back", "what was deleted stays away after a crash", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.discard = func() error {
				data := part(u)
				f.crash = func() *memstore.Store { return leaving(f.memory, u.key, data) }
				return u.BlobWriter.Discard()
			}
		})
	})},
	{"a crash tears batches", "a crash among batches leaves them whole", having(func(f *faulty) { f.tornOutside() })},
	{"a batch beside others is written when all are done", "a crash among batches leaves them whole", having(func(f *faulty) {
		var busy atomic.Int64
		var written atomic.Pointer[memstore.Store]
		written.Store(f.memory.Reopen())
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			busy.Add(1)
			pause()
			version, err := f.memory.Apply(ctx, b)
			if busy.Add(-1) == 0 {
				written.Store(f.memory.Reopen())
			}
			return version, err
		}
		f.crash = func() *memstore.Store { return written.Load().Reopen() }
	})},
}

// forgets loses the last batch in a crash if it is one of some.
func (f *faulty) forgets(which func(transport.Batch) bool) {
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		f.crash = f.memory.Reopen
		if which(b) {
			before := f.memory.Reopen()
			f.crash = func() *memstore.Store { return before }
		}
		return f.memory.Apply(ctx, b)
	}
}

// uploadLeaves leaves something of what the last upload has written, in a crash.
func (f *faulty) uploadLeaves(of func(string) string) {
	f.uploads(func(u *faultyUpload) {
		f.crash = func() *memstore.Store { return leaving(f.memory, u.key, of(part(u))) }
		u.close = func() error { f.crash = f.memory.Reopen; return u.BlobWriter.Close() }
	})
}

// part is what an upload holds.
func part(u *faultyUpload) string {
	data, _ := io.ReadAll(io.NewSectionReader(u.BlobWriter, 0, u.Size()))
	return string(data)
}

// leaving is a store after a crash with another part of a blob.
func leaving(s *memstore.Store, key, data string) *memstore.Store {
	after := s.Reopen()
	for _, end := range []func(transport.BlobWriter) error{transport.BlobWriter.Discard, transport.BlobWriter.Close} {
		w, _ := after.Create(context.Background(), key)
		io.WriteString(w, data)
		end(w)
	}
	return after
}

// without is a store after a crash with another content of a blob.
func without(s *memstore.Store, key, data string) *memstore.Store {
	after := s.Reopen()
	w, _ := after.Create(context.Background(), key)
	io.WriteString(w, data)
	w.Commit(context.Background())
	return after
}

// wrongContexts are stores of which one method ignores its context, each.
var wrongContexts = slices.Concat(ignoring(), []wrong[transport.Store]{
	{"a blob ends with the context that opened it", "a blob outlives the context that opened it", having(func(f *faulty) {
		f.blobs(func(ctx context.Context, _ string, b *faultyBlob) {
			b.readAt = func(p []byte, off int64) (int, error) {
				if err := ctx.Err(); err != nil {
					return 0, err
				}
				return b.Blob.ReadAt(p, off)
			}
		})
	})},
	{"an upload ends with the context that began it", "an upload outlives the context that began it", having(func(f *faulty) {
		create := f.create
		f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
			w, err := create(ctx, key)
			if err != nil {
				return nil, err
			}
			write := func(p []byte) (int, error) {
				if err := ctx.Err(); err != nil {
					return 0, err
				}
				return w.Write(p)
			}
			return &faultyUpload{w, ctx, key, write, w.ReadAt, w.Commit, w.Close, w.Discard}, nil
		}
	})},
	{"Commit in vain ends the upload", "Commit after its context", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				if ctx.Err() != nil {
					u.BlobWriter.Close()
				}
				return u.BlobWriter.Commit(ctx)
			}
		})
	})},
	{"Apply changes and then tells that its context is over", "Apply after its context", having(func(f *faulty) {
		f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
			version, err := f.memory.Apply(context.WithoutCancel(ctx), b)
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			return version, err
		}
	})},
	{"the end of a context is a fault of the store", "Get after its context", having(func(f *faulty) {
		f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
			if ctx.Err() != nil {
				return nil, transport.At(transport.ErrStorage, ctx.Err().Error())
			}
			return f.memory.Get(ctx, keys...)
		}
	})},
})

func ignoring() (out []wrong[transport.Store]) {
	off := context.WithoutCancel
	for _, d := range []struct {
		method string
		defect func(*faulty)
	}{
		{"Get", func(f *faulty) {
			f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
				return f.memory.Get(off(ctx), keys...)
			}
		}},
		{"Get of nothing", func(f *faulty) {
			f.get = func(ctx context.Context, keys ...string) ([]transport.Record, error) {
				if len(keys) == 0 {
					return nil, nil
				}
				return f.memory.Get(ctx, keys...)
			}
		}},
		{"Scan", func(f *faulty) {
			f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
				return f.memory.Scan(off(ctx), prefix, after, limit)
			}
		}},
		{"Scan of nothing", func(f *faulty) {
			f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
				return unlessEmpty(ctx, f.memory.Scan(off(ctx), prefix, after, limit))
			}
		}},
		{"Apply", func(f *faulty) {
			f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) { return f.memory.Apply(off(ctx), b) }
		}},
		{"Open", func(f *faulty) {
			f.open = func(ctx context.Context, key string) (transport.Blob, error) { return f.memory.Open(off(ctx), key) }
		}},
		{"Create", func(f *faulty) {
			f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
				return f.memory.Create(off(ctx), key)
			}
		}},
		{"Delete", func(f *faulty) {
			f.delete = func(ctx context.Context, key string) error { return f.memory.Delete(off(ctx), key) }
		}},
		{"Part", func(f *faulty) {
			f.part = func(ctx context.Context, key string) (int64, error) { return f.memory.Part(off(ctx), key) }
		}},
		{"List", func(f *faulty) {
			f.list = func(ctx context.Context, prefix, after string, limit int) blobSeq {
				return f.memory.List(off(ctx), prefix, after, limit)
			}
		}},
		{"List of nothing", func(f *faulty) {
			f.list = func(ctx context.Context, prefix, after string, limit int) blobSeq {
				return unlessEmpty(ctx, f.memory.List(off(ctx), prefix, after, limit))
			}
		}},
		{"Commit", func(f *faulty) {
			f.uploads(func(u *faultyUpload) {
				u.commit = func(ctx context.Context) error { return u.BlobWriter.Commit(off(ctx)) }
			})
		}},
	} {
		out = append(out, wrong[transport.Store]{d.method + " ignores its context", d.method + " after its context", having(d.defect)})
	}
	return out
}

// unlessEmpty looks at a context where something is listed, and only there.
func unlessEmpty[V any](ctx context.Context, all iter.Seq2[V, error]) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for v, err := range all {
			if !yield(v, cmp.Or(ctx.Err(), err)) {
				return
			}
		}
	}
}

package transporttest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

var wrongUploads = []wrong[transport.Store]{
	{"an upload begins again", "an upload goes on where it was closed", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { u.close = u.BlobWriter.Discard })
	})},
	{"Part counts each upload alone", "an upload goes on where it was closed", having(func(f *faulty) {
		last := map[string]int64{}
		f.uploads(func(u *faultyUpload) {
			u.write = func(p []byte) (int, error) { last[u.key] = int64(len(p)); return u.BlobWriter.Write(p) }
		})
		f.part = func(_ context.Context, key string) (int64, error) { return last[key], nil }
	})},
	{"an upload goes on with the blob", "an upload begins empty beside a blob", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			if b, err := f.memory.Open(u.ctx, u.key); err == nil && u.Size() == 0 {
				io.Copy(u.BlobWriter, io.NewSectionReader(b, 0, b.Size()))
			}
		})
	})},
	{"Write keeps the caller's bytes", "an upload keeps none of the caller's memory", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			var kept [][]byte
			u.write = func(p []byte) (int, error) { kept = append(kept, p); return len(p), nil }
			flush := func() {
				for _, p := range kept {
					u.BlobWriter.Write(p)
				}
				kept = nil
			}
			u.readAt = func(p []byte, off int64) (int, error) { flush(); return u.BlobWriter.ReadAt(p, off) }
			u.commit = func(ctx context.Context) error { flush(); return u.BlobWriter.Commit(ctx) }
		})
	})},
	{"Discard leaves the part", "discard removes the part", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { u.discard = u.BlobWriter.Close })
	})},
	{"Discard removes what this upload wrote", "discard removes the part", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			var before strings.Builder
			io.Copy(&before, io.NewSectionReader(u.BlobWriter, 0, u.Size()))
			u.discard = func() error {
				u.BlobWriter.Discard()
				w, _ := f.memory.Create(u.ctx, u.key)
				io.WriteString(w, before.String())
				return w.Close()
			}
		})
	})},
	{"Discard deletes the committed blob", "discard leaves the committed blob", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.discard = func() error { return errors.Join(u.BlobWriter.Discard(), f.memory.Delete(u.ctx, u.key)) }
		})
	})},
	{"Discard after Commit deletes the blob", "discard leaves the committed blob", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			done := false
			u.commit = func(ctx context.Context) error { done = true; return u.BlobWriter.Commit(ctx) }
			u.discard = func() error {
				if done {
					return f.memory.Delete(u.ctx, u.key)
				}
				return u.BlobWriter.Discard()
			}
		})
	})},
	{"Discard after Close removes the part", "an upload that has ended does nothing", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.discard = func() error { return errors.Join(u.BlobWriter.Discard(), f.memory.Delete(u.ctx, u.key)) }
		})
	})},
	{"Commit after Commit returns nil", "an upload that has ended does nothing", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				if err := u.BlobWriter.Commit(ctx); !errors.Is(err, transport.ErrClosed) {
					return err
				}
				return nil
			}
		})
	})},
	{"Write after the end returns nil", "an upload that has ended does nothing", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.write = func(p []byte) (int, error) { u.BlobWriter.Write(p); return len(p), nil }
		})
	})},
	{"Close after the end is an error", "an upload that has ended does nothing", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			closed := false
			u.close = func() error {
				if closed {
					return transport.ErrClosed
				}
				closed = true
				return u.BlobWriter.Close()
			}
		})
	})},
	{"an upload that has ended frees the next one's lock", "an upload that has ended does nothing", having(func(f *faulty) {
		locks(f, func() {})
	})},
	{"uploads are not locked", "one upload of a key at a time", having(func(f *faulty) {
		f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
			w, err := f.memory.Create(ctx, key)
			if errors.Is(err, transport.ErrConflict) {
				return f.memory.Create(ctx, key+"/second")
			}
			return w, err
		}
	})},
	{"one upload of all keys at a time", "one upload of a key at a time", having(func(f *faulty) {
		f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
			return f.memory.Create(ctx, "only-one")
		}
	})},
	{"the lock of an upload is racy", "one of many uploads of a key begins", having(func(f *faulty) {
		locks(f, pause)
	})},
	{"uploads share one temporary file", "uploads of many keys at once", having(func(f *faulty) {
		var mu sync.Mutex
		var shared []byte
		f.uploads(func(u *faultyUpload) {
			u.write = func(p []byte) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				shared = slices.Clone(p)
				return len(p), nil
			}
			u.commit = func(ctx context.Context) error {
				pause()
				mu.Lock()
				defer mu.Unlock()
				u.BlobWriter.Write(shared)
				return u.BlobWriter.Commit(ctx)
			}
		})
	})},
}

// locks has a store lock uploads in a map of its own, which whatever ends an upload
// frees, again, too. Between is done between looking and locking.
func locks(f *faulty, between func()) {
	var mu sync.Mutex
	held := map[string]bool{}
	f.create = func(ctx context.Context, key string) (transport.BlobWriter, error) {
		mu.Lock()
		is := held[key]
		mu.Unlock()
		between()
		if is {
			return nil, transport.At(transport.ErrConflict, key)
		}
		mu.Lock()
		defer mu.Unlock()
		held[key] = true
		return newLoose(f, key, func() {
			mu.Lock()
			defer mu.Unlock()
			delete(held, key)
		})
	}
}

// ends is held while a loose upload ends.
var ends sync.Mutex

// loose is an upload in memory that holds no lock of the store.
type loose struct {
	f    *faulty
	key  string
	data []byte
	done bool
	end  func()
}

func newLoose(f *faulty, key string, end func()) (*loose, error) {
	l := &loose{f: f, key: key, end: end}
	return l, l.through(func(w transport.BlobWriter) error {
		l.data = make([]byte, w.Size())
		w.ReadAt(l.data, 0)
		return w.Close()
	})
}

// through does something with a real upload, while no other can.
func (l *loose) through(do func(transport.BlobWriter) error) error {
	for {
		w, err := l.f.memory.Create(context.Background(), l.key)
		if errors.Is(err, transport.ErrConflict) {
			pause()
			continue
		}
		if err != nil {
			return err
		}
		return do(w)
	}
}

func (l *loose) Size() int64 { return int64(len(l.data)) }

func (l *loose) ReadAt(p []byte, off int64) (int, error) {
	return strings.NewReader(string(l.data)).ReadAt(p, off)
}

func (l *loose) Write(p []byte) (int, error) {
	if l.done {
		return 0, transport.ErrClosed
	}
	l.data = append(l.data, p...)
	return len(p), nil
}

func (l *loose) ends(late error, how func(transport.BlobWriter) error) error {
	defer l.end()
	if l.done {
		return late
	}
	ends.Lock()
	defer ends.Unlock()
	l.done = true
	return l.through(func(w transport.BlobWriter) error {
		if err := w.Discard(); err != nil {
			return err
		}
		return l.through(func(w transport.BlobWriter) error {
			w.Write(l.data)
			return how(w)
		})
	})
}

func (l *loose) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.ends(transport.ErrClosed, func(w transport.BlobWriter) error { return w.Commit(ctx) })
}

func (l *loose) Close() error   { return l.ends(nil, transport.BlobWriter.Close) }
func (l *loose) Discard() error { return l.ends(nil, transport.BlobWriter.Discard) }

package transporttest

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

var wrongBlobs = []wrong[transport.Store]{
	{"Close commits", "a blob is there whole or not at all", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { u.close = func() error { return u.Commit(u.ctx) } })
	})},
	{"an upload is listed", "a blob is there whole or not at all", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { f.memory.Apply(u.ctx, one(to(u.key, ""))) })
		f.list = listRecords(f)
	})},
	{"Write truncates at 64 KiB", "a blob has any length", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.write = func(p []byte) (int, error) {
				_, err := u.BlobWriter.Write(p[:min(len(p), 1<<16)])
				return len(p), err
			}
		})
	})},
	{"ReadAt reads 64 KiB at most", "a blob has any length", having(func(f *faulty) {
		f.blobs(func(_ context.Context, _ string, b *faultyBlob) {
			b.readAt = func(p []byte, off int64) (int, error) { return b.Blob.ReadAt(p[:min(len(p), 1<<16)], off) }
		})
	})},
	{"readers share one offset", "a blob is read by several at once", having(func(f *faulty) {
		f.blobs(func(_ context.Context, _ string, b *faultyBlob) { b.readAt = (&seeker{b: b.Blob}).ReadAt })
	})},
	{"ReadAt returns nil at the end", "a blob ends with io.EOF", having(func(f *faulty) {
		f.blobs(func(_ context.Context, _ string, b *faultyBlob) { b.readAt = ending(b.Blob, nil) })
	})},
	{"ReadAt returns io.ErrUnexpectedEOF", "a blob ends with io.EOF", having(func(f *faulty) {
		f.blobs(func(_ context.Context, _ string, b *faultyBlob) { b.readAt = ending(b.Blob, io.ErrUnexpectedEOF) })
	})},
	{"ReadAt of an upload returns nil at the end", "a blob ends with io.EOF", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { u.readAt = ending(u.BlobWriter, nil) })
	})},
	{"a blob stays what it was first", "a blob is replaced at once", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				if _, err := f.open(ctx, u.key); err == nil {
					return u.BlobWriter.Discard()
				}
				return u.BlobWriter.Commit(ctx)
			}
		})
	})},
	{"a blob is away while it is replaced", "a blob is replaced at once", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { f.memory.Delete(u.ctx, u.key) })
	})},
	{"Commit is visible before it is whole", "a blob is seen whole while it is replaced", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) { u.commit = func(ctx context.Context) error { return copied(ctx, f, u) } })
	})},
	{"Commit deletes before it renames", "a blob is seen whole while it is replaced", having(func(f *faulty) {
		f.uploads(func(u *faultyUpload) {
			u.commit = func(ctx context.Context) error {
				err := f.memory.Delete(ctx, u.key)
				pause()
				return errors.Join(err, u.BlobWriter.Commit(ctx))
			}
		})
	})},
	{"Delete breaks open readers", "an open reader goes on", having(func(f *faulty) {
		f.blobs(func(ctx context.Context, key string, b *faultyBlob) {
			b.readAt = func(p []byte, off int64) (int, error) {
				if _, err := f.memory.Open(ctx, key); err != nil {
					return 0, err
				}
				return b.Blob.ReadAt(p, off)
			}
		})
	})},
	{"open readers see what replaces a blob", "an open reader goes on", having(func(f *faulty) {
		f.delete = func(context.Context, string) error { return nil }
		f.blobs(func(ctx context.Context, key string, b *faultyBlob) {
			b.readAt = func(p []byte, off int64) (int, error) {
				now, err := f.memory.Open(ctx, key)
				if err != nil {
					return 0, err
				}
				return now.ReadAt(p, off)
			}
		})
	})},
	{"Delete leaves the part", "delete removes blob and part", having(func(f *faulty) {
		f.delete = func(ctx context.Context, key string) error {
			part, _ := f.memory.Create(ctx, key)
			return errors.Join(f.memory.Delete(ctx, key), part.Close())
		}
	})},
	{"Delete of nothing is an error", "delete removes blob and part", having(func(f *faulty) {
		f.delete = func(ctx context.Context, key string) error {
			_, err := f.memory.Open(ctx, key)
			return errors.Join(err, f.memory.Delete(ctx, key))
		}
	})},
	{"Delete removes what is below", "delete removes blob and part", having(func(f *faulty) {
		f.delete = func(ctx context.Context, key string) error {
			for b := range f.memory.List(ctx, key, "", 0) {
				f.memory.Delete(ctx, b.Key)
			}
			return nil
		}
	})},
	{"Delete ends an upload under way", "delete leaves an upload under way", having(func(f *faulty) {
		uploads := map[string]*faultyUpload{}
		f.uploads(func(u *faultyUpload) { uploads[u.key] = u })
		f.delete = func(ctx context.Context, key string) error {
			if uploads[key] != nil {
				uploads[key].BlobWriter.Discard()
			}
			return f.memory.Delete(ctx, key)
		}
	})},
}

// seeker reads a blob at an offset that its readers share.
type seeker struct {
	mu  sync.Mutex
	b   transport.Blob
	off int64
}

func (s *seeker) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	s.off = off
	s.mu.Unlock()
	pause()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.ReadAt(p, s.off)
}

// ending reads b, and returns another error in the place of io.EOF.
func ending(b io.ReaderAt, end error) func([]byte, int64) (int, error) {
	return func(p []byte, off int64) (int, error) {
		n, err := b.ReadAt(p, off)
		if err == io.EOF {
			err = end
		}
		return n, err
	}
}

// copied commits an upload piece by piece.
func copied(ctx context.Context, f *faulty, u *faultyUpload) error {
	data := make([]byte, u.Size())
	u.BlobWriter.ReadAt(data, 0)
	if err := u.BlobWriter.Discard(); err != nil {
		return err
	}
	for end := range 4 {
		w, err := f.memory.Create(ctx, u.key)
		if err != nil {
			return err
		}
		w.Write(data[:len(data)*(end+1)/4])
		if err := w.Commit(ctx); err != nil {
			return err
		}
		pause()
	}
	return nil
}

// listRecords lists records as if they were blobs.
func listRecords(f *faulty) listFunc {
	return func(ctx context.Context, prefix, after string, limit int) blobSeq {
		return func(yield func(transport.BlobInfo, error) bool) {
			for r, err := range f.memory.Scan(ctx, prefix, after, limit) {
				if !yield(transport.BlobInfo{Key: r.Key}, err) {
					return
				}
			}
		}
	}
}

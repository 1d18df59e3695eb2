package filestore

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// upload is one under way, into a file; the file is nil once it has ended.
type upload struct {
	blobs *Blobs
	key   string
	file  disk.File
	sums  sums
	// flushed is how much of it has begun to go to the disk.
	flushed int64
	// Then is done at the end, before the key is free again; nil = nothing is.
	then func(committed bool) error
}

// upload begins an upload, or goes on with one; the caller has the key.
func (b *Blobs) upload(key string) (*upload, error) {
	path := b.path("parts", key)
	if err := b.folders.make(filepath.Dir(path), b.dir); err != nil {
		return nil, err
	}
	u := &upload{blobs: b, key: key}
	err := b.folders.change(filepath.Dir(path), func() (err error) {
		u.file, err = b.fs.OpenToWrite(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := u.resume(); err != nil {
		return nil, errors.Join(err, u.file.Close())
	}
	u.flushed = u.sums.size
	return u, nil
}

// resume finds what the part holds, and its sums. Those that are behind it are durably gone
// before anything is added.
func (u *upload) resume() error {
	size, err := partSize(u.file)
	if err != nil {
		return err
	}
	if size == 0 {
		_, err = u.file.WriteAt(make([]byte, fileHead), 0)
		return errors.Join(err, u.cut())
	}
	kept, err := u.loadSums(size)
	if err != nil {
		return err
	}
	if kept {
		return errors.Join(u.cut(), u.file.Sync())
	}
	n, err := io.Copy(&u.sums, io.NewSectionReader(u.file, fileHead, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, u.cut())
}

// loadSums loads the sums of a part that was closed, and reports whether they are there:
// that of the last block, which is read, shows it.
func (u *upload) loadSums(size int64) (bool, error) {
	r, err := openSums(u.file)
	if errors.Is(err, ErrCorrupt) || err == nil && r.size != size {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	last := make([]byte, 1)
	if _, err := r.ReadAt(last, size-1); err != nil {
		if errors.Is(err, ErrCorrupt) {
			err = nil
		}
		return false, err
	}
	sums, err := r.sums(0, blocks(size))
	if err == nil {
		u.sums.load(size, sums)
	}
	return err == nil, err
}

// cut cuts off what is behind the part: the sums of one that was closed, or of a commit that
// has not come to its end.
func (u *upload) cut() error {
	end, err := u.file.Size()
	if err == nil && end > fileHead+u.sums.size {
		err = u.file.Truncate(fileHead + u.sums.size)
	}
	return err
}

// partSize returns the length of the part in a file: what its head says of one that was
// closed, or of a commit that has not come to its end, and more if more was added. At the
// end of that there may be sums, or some of them, which are left off as if they were.
func partSize(f disk.File) (int64, error) {
	end, err := f.Size()
	if err != nil {
		return 0, err
	}
	size, _, ok, err := readHead(f)
	if !ok {
		size = 0
	}
	return max(0, min(max(size, blobSize(end)), end-fileHead)), err
}

func (u *upload) Write(p []byte) (int, error) {
	if u.file == nil {
		return 0, transport.ErrClosed
	}
	n, err := u.file.WriteAt(p, fileHead+u.sums.size)
	u.sums.Write(p[:n])
	u.flush()
	return n, storage(err)
}

// flushed is how many bytes have to come until they begin to go to the disk.
const flushed = 8 << 20

// flush has what has come go to the disk while more comes, so that the end need not wait
// for all of it.
func (u *upload) flush() {
	to, ok := u.file.(disk.Flusher)
	if n := u.sums.size - u.flushed; ok && n >= flushed {
		to.Flush(fileHead+u.flushed, n)
		u.flushed += n
	}
}

func (u *upload) ReadAt(p []byte, off int64) (int, error) {
	if u.file == nil {
		return 0, transport.ErrClosed
	}
	n, err := io.NewSectionReader(u.file, fileHead, u.sums.size).ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = storage(err)
	}
	return n, err
}

func (u *upload) Size() int64 { return u.sums.size }

func (u *upload) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if u.file == nil {
		return transport.ErrClosed
	}
	part, whole := u.blobs.path("parts", u.key), u.blobs.path("blobs", u.key)
	dir := filepath.Dir(whole)
	err := u.blobs.folders.make(dir, u.blobs.dir)
	if err == nil {
		err = u.seal()
	}
	if err == nil {
		err = u.blobs.folders.change(dir, func() error { return u.blobs.fs.Rename(part, whole) })
	}
	if err != nil {
		return storage(err)
	}
	err = u.blobs.folders.settle(dir)
	return storage(u.end(err, true))
}

// seal makes what has come durable, with a head and the sums.
func (u *upload) seal() error {
	if err := u.cut(); err != nil {
		return err
	}
	if _, err := u.file.WriteAt(newHead(u.sums.size, u.sums.first()), 0); err != nil {
		return err
	}
	if _, err := u.file.WriteAt(u.sums.further(), fileHead+u.sums.size); err != nil {
		return err
	}
	return u.file.Sync()
}

func (u *upload) Close() error {
	if u.file == nil {
		return nil
	}
	if u.sums.size == 0 {
		return u.Discard()
	}
	err := u.seal()
	if err == nil {
		err = u.blobs.folders.settle(filepath.Dir(u.blobs.path("parts", u.key)))
	}
	return storage(u.end(err, false))
}

func (u *upload) Discard() error {
	if u.file == nil {
		return nil
	}
	err := u.blobs.folders.remove(u.blobs.path("parts", u.key))
	return storage(u.end(err, false))
}

// end ends an upload after what has had an error, or none.
func (u *upload) end(err error, committed bool) error {
	if err == nil && u.then != nil {
		err = u.then(committed)
	}
	f := u.file
	u.file = nil
	u.blobs.release(u.key)
	return errors.Join(err, f.Close())
}

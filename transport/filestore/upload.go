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
	return u, nil
}

// resume finds what the part holds, and its sums.
func (u *upload) resume() error {
	size, err := partSize(u.file)
	if err != nil {
		return err
	}
	if size == 0 {
		_, err = u.file.WriteAt(make([]byte, fileHead), 0)
		return errors.Join(err, u.cut())
	}
	n, err := io.Copy(&u.sums, io.NewSectionReader(u.file, fileHead, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// cut cuts off what is behind the part: the sums of a commit that has not come to its
// end.
func (u *upload) cut() error {
	end, err := u.file.Size()
	if err == nil && end > fileHead+u.sums.size {
		err = u.file.Truncate(fileHead + u.sums.size)
	}
	return err
}

// partSize returns the length of the part in a file: all behind the head, or less if
// that is of a commit that has not come to its end.
func partSize(f disk.File) (int64, error) {
	end, err := f.Size()
	if err != nil {
		return 0, err
	}
	part := max(0, end-fileHead)
	size, _, ok, err := readHead(f)
	if ok {
		part = min(part, size)
	}
	return part, err
}

func (u *upload) Write(p []byte) (int, error) {
	if u.file == nil {
		return 0, transport.ErrClosed
	}
	n, err := u.file.WriteAt(p, fileHead+u.sums.size)
	u.sums.Write(p[:n])
	return n, storage(err)
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

// seal makes a whole blob's file of the part, durably.
func (u *upload) seal() error {
	err := u.sync(newHead(u.sums.size, u.sums.first()))
	further := u.sums.further()
	if err != nil || len(further) == 0 {
		return err
	}
	if _, err := u.file.WriteAt(further, fileHead+u.sums.size); err != nil {
		return err
	}
	return u.file.Sync()
}

// sync makes the part durable, with a head.
func (u *upload) sync(head []byte) error {
	if err := u.cut(); err != nil {
		return err
	}
	if _, err := u.file.WriteAt(head, 0); err != nil {
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
	err := u.sync(make([]byte, fileHead))
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

package sqlitestore

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/transport"
)

// maxSmall is the length of the longest blob that is kept in the database, in bytes.
const maxSmall = 64 << 10

// upload is one under way. What it writes is its own until it ends: in memory, or, when
// that is too long, in a file that has a name of its own and is loose.
type upload struct {
	store *Store
	key   string
	data  []byte
	name  string
	file  transport.BlobWriter // nil = all is in data
	whole bool                 // the file is committed, under its name
	ended bool
}

// Create implements transport.Blobs. A part of more than 64 KiB is copied when an upload
// goes on with it, and of an upload that ends with its process all is lost that was
// written since then.
func (s *Store) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrStorage, "key "+key)
	}
	if !s.claim(key) {
		return nil, transport.At(transport.ErrConflict, key)
	}
	u := &upload{store: s, key: key}
	if err := u.resume(ctx); err != nil {
		return nil, errors.Join(err, u.end())
	}
	return u, nil
}

// claim reports whether the upload of a key is the caller's from now on.
func (s *Store) claim(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.uploads[key]
	s.uploads[key] = true
	return !taken
}

// resume writes what is there of the part.
func (u *upload) resume(ctx context.Context) error {
	part, err := u.store.openEntry(ctx, u.key, func(r *reader) statement { return r.part })
	if errors.Is(err, transport.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(u, io.NewSectionReader(part, 0, part.Size()))
	return storage(errors.Join(err, part.Close()))
}

func (u *upload) Write(p []byte) (int, error) {
	if u.ended {
		return 0, transport.ErrClosed
	}
	if u.file == nil && len(u.data)+len(p) > maxSmall {
		if err := u.spill(); err != nil {
			return 0, storage(err)
		}
	}
	if u.file != nil {
		n, err := u.file.Write(p)
		return n, storage(err)
	}
	u.data = append(u.data, p...)
	return len(p), nil
}

// spill goes on in a file, whose name the database knows before it is there.
func (u *upload) spill() (err error) {
	ctx := context.Background()
	u.name = newFile()
	err = u.store.writer.write(ctx, rowBytes, func(tx *transaction) error { return tx.exec(tx.loosen, u.name) })
	if err != nil {
		return err
	}
	file, err := u.store.files.Create(ctx, u.name)
	if err != nil {
		return err
	}
	if _, err := file.Write(u.data); err != nil {
		return errors.Join(err, file.Discard())
	}
	u.file, u.data = file, nil
	return nil
}

func (u *upload) ReadAt(p []byte, off int64) (int, error) {
	if u.file != nil {
		n, err := u.file.ReadAt(p, off)
		if err != nil && err != io.EOF {
			err = storage(err)
		}
		return n, err
	}
	return bytes.NewReader(u.data).ReadAt(p, off)
}

func (u *upload) Size() int64 {
	if u.file != nil {
		return u.file.Size()
	}
	return int64(len(u.data))
}

func (u *upload) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if u.ended {
		return transport.ErrClosed
	}
	err := u.keep(ctx, func(tx *transaction, c content) error {
		return errors.Join(tx.put(tx.blobs, u.key, c), tx.drop(tx.parts, u.key))
	})
	if err != nil {
		return err
	}
	return u.end()
}

func (u *upload) Close() error {
	if u.ended {
		return nil
	}
	if u.Size() == 0 {
		return u.Discard()
	}
	err := u.keep(context.Background(), func(tx *transaction, c content) error {
		return tx.put(tx.parts, u.key, c)
	})
	return errors.Join(err, u.end())
}

// keep makes what was written durable and has it named, in one transaction.
func (u *upload) keep(ctx context.Context, name func(*transaction, content) error) error {
	c := content{size: u.Size(), data: u.data}
	if u.file != nil {
		c.file = u.name
		if !u.whole {
			if err := u.file.Commit(ctx); err != nil {
				return err
			}
			u.whole = true
		}
	}
	return u.store.writer.write(context.WithoutCancel(ctx), rowBytes+len(c.data), func(tx *transaction) error { return name(tx, c) })
}

func (u *upload) Discard() error {
	if u.ended {
		return nil
	}
	var err error
	if u.file != nil {
		err = u.file.Discard()
	}
	err = errors.Join(err, u.store.writer.write(context.Background(), rowBytes, func(tx *transaction) error {
		if u.file != nil {
			tx.unnamed = append(tx.unnamed, u.name)
		}
		return tx.drop(tx.parts, u.key)
	}))
	return errors.Join(err, u.end())
}

// end ends the upload. A file that nothing names is removed.
func (u *upload) end() (err error) {
	u.ended = true
	if u.file != nil {
		err = u.file.Discard() // does nothing if it is committed
	}
	u.store.mu.Lock()
	defer u.store.mu.Unlock()
	delete(u.store.uploads, u.key)
	return storage(err)
}

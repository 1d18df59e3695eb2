package filestore

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// Blobs is a transport.Blobs in a folder, with a file for each blob, for stores that
// keep their records elsewhere. Make it with OpenBlobs. What the package says of large
// blobs holds for all of its. Several Blobs, and processes, may use a folder at once if no
// two of them begin or delete a blob of one key: whoever uses it sees to that. What
// another process commits may then be seen a moment before it is durable.
type Blobs struct {
	fs      disk.FS
	dir     string
	folders *folders

	mu   sync.Mutex
	open map[string]bool // uploads under way
}

var _ transport.Blobs = (*Blobs)(nil)

// OpenBlobs opens the blobs in dir, and makes the folder if it is not there. There is
// nothing to close. Errors wrap transport.ErrStorage.
func OpenBlobs(dir string) (*Blobs, error) {
	err := makeDir(disk.OS{}, dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700) // says so if that is a file
	}
	if err != nil {
		return nil, storage(err)
	}
	return newBlobs(disk.OS{}, dir), nil
}

func newBlobs(fsys disk.FS, dir string) *Blobs {
	return &Blobs{fs: fsys, dir: dir, folders: newFolders(fsys), open: map[string]bool{}}
}

// lockDir makes a folder if it is not there, and locks it.
func lockDir(dir string) (io.Closer, error) {
	if err := makeDir(disk.OS{}, dir); err != nil {
		return nil, storage(err)
	}
	return lock(dir)
}

// path returns the file of a key below a sub-folder.
func (b *Blobs) path(sub, key string) string {
	return filepath.Join(b.dir, sub, filepath.FromSlash(key)+"."+strings.TrimSuffix(sub, "s"))
}

// Open implements transport.Blobs.
func (b *Blobs) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrNotFound, key)
	}
	path := b.path("blobs", key)
	f, err := b.fs.Open(path)
	if settled := b.folders.settle(filepath.Dir(path)); settled != nil {
		if err == nil {
			f.Close()
		}
		return nil, storage(settled)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, transport.At(transport.ErrNotFound, key)
	}
	if err != nil {
		return nil, storage(err)
	}
	r, err := openSums(f)
	if err != nil {
		return nil, transport.At(storage(errors.Join(err, f.Close())), key)
	}
	return &blob{r, key}, nil
}

// blob is an open blob in a file.
type blob struct {
	*sumReader
	key string
}

func (b *blob) ReadAt(p []byte, off int64) (int, error) {
	n, err := b.sumReader.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = transport.At(storage(err), b.key)
	}
	return n, err
}

// Checked implements digest.Checked.
func (b *blob) Checked() {}

func (b *blob) Close() error { return storage(b.file.Close()) }

func (b *blob) Size() int64 { return b.size }

// Delete implements transport.Blobs.
func (b *Blobs) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !transport.ValidKey(key) {
		return nil
	}
	err := b.folders.remove(b.path("blobs", key))
	return storage(errors.Join(err, b.removePart(key)))
}

// removePart removes the part of a key, unless its upload is under way.
func (b *Blobs) removePart(key string) error {
	path := b.path("parts", key)
	if err := b.unlinkPart(key, path); err != nil {
		return err
	}
	return b.folders.settle(filepath.Dir(path))
}

func (b *Blobs) unlinkPart(key, path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[key] {
		return nil
	}
	return b.folders.unlink(path)
}

// Part implements transport.Blobs.
func (b *Blobs) Part(ctx context.Context, key string) (int64, error) {
	if err := ctx.Err(); err != nil || !transport.ValidKey(key) {
		return 0, err
	}
	f, err := b.fs.Open(b.path("parts", key))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, storage(err)
	}
	size, err := partSize(f)
	return size, storage(errors.Join(err, f.Close()))
}

// Create implements transport.Blobs.
func (b *Blobs) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrStorage, "key "+key)
	}
	if !b.claim(key) {
		return nil, transport.At(transport.ErrConflict, key)
	}
	w, err := b.upload(key)
	if err != nil {
		b.release(key)
		return nil, storage(err)
	}
	return w, nil
}

// claim reports whether the upload of a key is the caller's from now on.
func (b *Blobs) claim(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.open[key]
	b.open[key] = true
	return !taken
}

func (b *Blobs) release(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, key)
}

// isOpen reports whether the upload of a key is under way.
func (b *Blobs) isOpen(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open[key]
}

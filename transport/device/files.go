package device

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Files are Media in files: for each item the paths of its versions, the smallest first. One
// that the device does not have is empty, or left out at the end. It is not changed while a
// Device may read it.
type Files map[collection.ItemID][]string

// Open implements Media. The errors are those of FileBlob.
func (f Files) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	paths := f[item]
	if version >= len(paths) || paths[version] == "" {
		return nil, transport.At(transport.ErrNotFound, item.String())
	}
	return FileBlob(paths[version])
}

// FileBlob opens a file as a transport.Blob, with the size that it has now. The caller closes
// it. The errors wrap transport.ErrNotFound where there is none, else transport.ErrStorage,
// with what the operating system says.
func FileBlob(path string) (transport.Blob, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, ofFile(err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, ofFile(errors.Join(err, f.Close()))
	}
	return onDisk{f, info}, nil
}

// ErrChanged: a file is not what it was when it was shared. What wraps it also wraps
// transport.ErrNotFound.
var ErrChanged = errors.New("the file has changed since it was shared")

// UnchangedBlob is FileBlob of a file that has had so many bytes, and was changed last at a
// time: of one that has others now, the error wraps [ErrChanged].
func UnchangedBlob(path string, size int64, changed time.Time) (transport.Blob, error) {
	blob, err := FileBlob(path)
	if err != nil {
		return nil, err
	}
	if now := blob.(onDisk).info; now.Size() != size || !now.ModTime().Equal(changed) {
		err = fmt.Errorf("%w: %w: %s", transport.ErrNotFound, ErrChanged, path)
		return nil, errors.Join(err, blob.Close())
	}
	return blob, nil
}

func ofFile(err error) error {
	kind := transport.ErrStorage
	if errors.Is(err, fs.ErrNotExist) {
		kind = transport.ErrNotFound
	}
	return fmt.Errorf("%w: %w", kind, err)
}

type onDisk struct {
	*os.File
	info fs.FileInfo // as it was opened
}

// Size implements transport.Blob.
func (b onDisk) Size() int64 { return b.info.Size() }

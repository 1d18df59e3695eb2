package filestore

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// List implements transport.Blobs.
func (b *Blobs) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(transport.BlobInfo{}, err)
			return
		}
		n := 0
		b.walk("", prefix, after, func(key string, err error) bool {
			info := transport.BlobInfo{Key: key}
			if err == nil {
				info.Size, err = b.size(key)
			}
			switch {
			case ctx.Err() != nil:
				err = ctx.Err()
			case errors.Is(err, fs.ErrNotExist):
				return true // deleted since the walk began
			case err == nil:
				n++
				return yield(info, nil) && n != limit
			}
			yield(transport.BlobInfo{}, storage(err))
			return false
		})
	}
}

func (b *Blobs) size(key string) (int64, error) {
	n, err := b.fs.Size(b.path("blobs", key))
	return blobSize(n), err
}

// walk lists the keys below a folder, which is "" or ends with '/', that begin with
// prefix and come after a key, in ascending order, and reports whether it is to go on.
func (b *Blobs) walk(folder, prefix, after string, yield func(string, error) bool) bool {
	names, err := b.names(folder)
	if err != nil {
		yield("", err)
		return false
	}
	for _, name := range names {
		goOn := true
		switch {
		case !strings.HasSuffix(name, "/"):
			goOn = name <= after || !strings.HasPrefix(name, prefix) || yield(name, nil)
		case (name > after || strings.HasPrefix(after, name)) &&
			(strings.HasPrefix(name, prefix) || strings.HasPrefix(prefix, name)):
			goOn = b.walk(name, prefix, after, yield)
		}
		if !goOn {
			return false
		}
	}
	return true
}

// names lists the blobs and the folders in a folder, by their keys, which end with '/' if
// they are those of folders: in this order all keys below the folders are, too.
func (b *Blobs) names(folder string) (names []string, err error) {
	dir := filepath.Join(b.dir, "blobs", filepath.FromSlash(folder))
	files, folders, err := b.fs.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = b.folders.settle(dir)
	}
	for _, name := range files {
		if key, ok := strings.CutSuffix(name, ".blob"); ok {
			names = append(names, folder+key)
		}
	}
	for _, name := range folders {
		names = append(names, folder+name+"/")
	}
	slices.Sort(names)
	return names, err
}

package folderlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Put writes into a folder what a home needs to take c: the collection, where in the folder its
// versions are, and copies of those that are elsewhere. versions are, for each item, the paths of
// its versions, the smallest first, as device.Files has them; one that is empty, is no file any
// more, or has no digest in c is left out. What is there is replaced, but for copies of the same
// size. Each file is whole or not there, and the collection comes last: a card that is pulled out
// has what was there before, or all.
//
// The error wraps transport.ErrSeal of a collection without its author's seal, which no home would
// believe, transport.ErrStorage where the folder cannot be written, and else says what cannot be
// read. One at a time for each folder and collection.
func Put(ctx context.Context, folder string, c collection.Collection, versions map[collection.ItemID][]string) error {
	if len(c.Header().AuthorSeal) == 0 {
		return transport.At(transport.ErrSeal, "its author has not sealed it")
	}
	data, err := c.MarshalBinary()
	if err != nil {
		return err
	}
	root, err := filepath.Abs(folder)
	if err != nil {
		return stored(err)
	}
	w := writer{root, path.Join(hidden, c.ID().String())}
	if err := os.MkdirAll(w.at(), 0o755); err != nil {
		return stored(err)
	}
	f, err := w.gather(ctx, c, versions)
	if err == nil {
		err = w.write(listed, strings.NewReader(string(f.encode(c))))
	}
	if err == nil {
		err = w.write(sealed, strings.NewReader(string(data)))
	}
	return err
}

func stored(err error) error { return fmt.Errorf("%w: %w", transport.ErrStorage, err) }

// writer writes one collection's files.
type writer struct{ root, dir string }

func (w writer) at(names ...string) string {
	return filepath.Join(append([]string{w.root, filepath.FromSlash(w.dir)}, names...)...)
}

// gather finds where the versions are, and copies those that are not in the folder.
func (w writer) gather(ctx context.Context, c collection.Collection, versions map[collection.ItemID][]string) (files, error) {
	f := files{}
	for i := range c.Len() {
		id, _ := c.At(i)
		for v, name := range versions[id] {
			if d, ok := c.Digest(i, v); name == "" || !ok || d.IsZero() {
				continue
			}
			where, err := w.place(ctx, name, fmt.Sprintf("%s.%d", id, v))
			if err != nil {
				return nil, err
			}
			if where != "" {
				f[place{i, v}] = where
			}
		}
	}
	return f, nil
}

// place is where in the folder a file is, or a copy of it under another name; "" if it is not
// there any more.
func (w writer) place(ctx context.Context, name, copyAs string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if in := w.inside(name); in != "" {
		return in, nil
	}
	if there, err := os.Stat(w.at(copyAs)); err == nil && there.Size() == info.Size() {
		return path.Join(w.dir, copyAs), nil
	}
	from, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer from.Close()
	return path.Join(w.dir, copyAs), w.write(copyAs, from)
}

// inside is a file's path in the folder; "" if it is outside, also by a link, or cannot be listed.
func (w writer) inside(name string) string {
	root, err := filepath.EvalSymlinks(w.root)
	if err == nil {
		name, err = filepath.Abs(name)
	}
	if err == nil {
		name, err = filepath.EvalSymlinks(name)
	}
	if err == nil {
		name, err = filepath.Rel(root, name)
	}
	if name = filepath.ToSlash(name); err != nil || !filepath.IsLocal(name) || !isPath(name) {
		return ""
	}
	return name
}

// write writes a file whole or not at all.
func (w writer) write(name string, from io.Reader) error {
	to, err := os.CreateTemp(w.at(), "new-*")
	if err != nil {
		return stored(err)
	}
	defer os.Remove(to.Name()) // it is gone if all went well
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Chmod(0o644), to.Sync(), to.Close()); err == nil {
		err = os.Rename(to.Name(), w.at(name))
	}
	if err != nil {
		return stored(err)
	}
	return nil
}

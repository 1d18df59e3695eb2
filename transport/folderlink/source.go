package folderlink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// errBad: a file is not what it should be, which was found while it was sent.
var errBad = errors.New("the file is left out")

// source is one collection in a folder.
type source struct {
	folder *os.Root
	dir    string // in the folder
	o      Options

	files files
	good  map[place]bool  // whose digests were found good: what is read of them then is sent
	bad   map[place]error // what is left out
	sent  int64
}

const (
	maxCollection = 256 << 20 // bytes
	maxVersion    = 1 << 40
)

// load reads the collection and its list of files.
func (s *source) load() (c collection.Collection, err error) {
	data, err := s.read(sealed, maxCollection)
	if err != nil {
		return c, err
	}
	if c, err = collection.Decode(data); err == nil {
		err = c.Validate()
	}
	if err != nil {
		return collection.Collection{}, fmt.Errorf("%w: %w", transport.ErrMalformed, err)
	}
	text, err := s.read(listed, maxFiles)
	if err == nil {
		s.files, err = decodeFiles(text, c)
	}
	return c, err
}

// read reads a file of the collection's folder.
func (s *source) read(name string, most int64) ([]byte, error) {
	f, size, err := s.regular(path.Join(s.dir, name))
	if gone := s.gone(); gone != nil {
		return nil, gone
	}
	if err != nil {
		return nil, transport.At(transport.ErrMalformed, err.Error())
	}
	defer f.Close()
	if size > most {
		return nil, transport.At(transport.ErrTooLarge, name)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, gone(err)
	}
	return data, nil
}

// gone is an error if the folder is not there any more.
func (s *source) gone() error {
	if _, err := s.folder.Stat(s.dir); err != nil {
		return gone(err)
	}
	return nil
}

// regular opens an ordinary file in the folder: what waits, such as a pipe, is not opened, nor what
// a link that leads out names.
func (s *source) regular(name string) (*os.File, int64, error) {
	name, err := filepath.Localize(name)
	var info fs.FileInfo
	if err == nil {
		info, err = s.folder.Stat(name)
	}
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no ordinary file")
	}
	if err != nil {
		return nil, 0, err
	}
	f, err := s.folder.Open(name)
	return f, info.Size(), err
}

// offers are the versions that are listed.
func (s *source) offers(c collection.Collection) []transport.Bits {
	offers := make([]transport.Bits, len(c.Ladder()))
	for i := range c.Len() {
		for v := range offers {
			p := place{i, v}
			if d, ok := c.Digest(i, v); ok && !d.IsZero() && s.files[p] != "" {
				offers[v] = offers[v].Add(i)
			}
		}
	}
	return offers
}

// cannot finds what of it is asked for cannot be had. Files are read for that only where one was
// found that is bad, so that a good folder is read once.
func (s *source) cannot(ctx context.Context, c collection.Collection, missing []transport.Bits) (collection.Collection, []transport.Bits, error) {
	look := s.find
	if len(s.bad) > 0 {
		look = s.check
	}
	out := make([]transport.Bits, len(missing))
	for v, items := range missing {
		for i := range items.Places() {
			b, err := look(ctx, c, place{i, v})
			switch {
			case errors.Is(err, errBad):
				out[v] = out[v].Add(i)
			case err != nil:
				return c, nil, err
			default:
				b.Close()
			}
		}
	}
	return c, out, nil
}

// open opens a version that is sent now.
func (s *source) open(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error) {
	return s.check(ctx, c, place{item, version})
}

// check is find of a file that is what the author has sealed. It is read as a whole, just before
// it is sent: the system has most of it in memory then.
func (s *source) check(ctx context.Context, c collection.Collection, p place) (transport.Blob, error) {
	f, err := s.find(ctx, c, p)
	if err != nil || s.good[p] {
		return f, err
	}
	want, _ := c.Digest(p.item, p.version)
	is, _, err := digest.Of(stoppable{ctx, io.NewSectionReader(f, 0, f.Size())})
	switch {
	case ctx.Err() != nil:
		return nil, errors.Join(ctx.Err(), f.Close())
	case err == nil && is == want:
		s.good[p] = true
		return f, nil
	case err == nil:
		err = transport.At(transport.ErrDigest, "the file is not as it was shared")
	}
	return nil, errors.Join(s.leave(p, err), f.Close())
}

// find opens a version without reading it.
func (s *source) find(ctx context.Context, _ collection.Collection, p place) (transport.Blob, error) {
	if err := ctx.Err(); err != nil || s.bad[p] != nil {
		return nil, cmp.Or(err, errBad)
	}
	f, size, err := s.regular(s.files[p])
	if err != nil {
		return nil, s.leave(p, err)
	}
	if size > cmp.Or(s.o.MaxVersion, maxVersion) {
		return nil, errors.Join(s.leave(p, transport.At(transport.ErrTooLarge, fmt.Sprintf("%d bytes", size))), f.Close())
	}
	return blob{f, size, p, s}, nil
}

// leave leaves a version out, and returns errBad, unless the whole folder is gone.
func (s *source) leave(p place, err error) error {
	if gone := s.gone(); gone != nil {
		return gone
	}
	if !errors.Is(err, transport.Err) {
		err = fmt.Errorf("%w: %w", transport.ErrNotFound, err)
	}
	s.bad[p] = err
	return errBad
}

// left is what was left out.
func (s *source) left() (all []Left) {
	for p, err := range s.bad {
		all = append(all, Left{Item: p.item, Version: p.version, Path: s.files[p], Err: err})
	}
	return all
}

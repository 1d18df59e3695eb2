package sqlitestore

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"iter"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/pages"
)

// Open implements transport.Blobs.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.openEntry(ctx, key, func(r *reader) statement { return r.blob })
}

// openEntry opens a blob or a part, or returns an error that wraps
// transport.ErrNotFound. If its file is not there, another one has taken its place
// meanwhile, or it is lost.
func (s *Store) openEntry(ctx context.Context, key string, query func(*reader) statement) (transport.Blob, error) {
	for last := ""; ; {
		var c content
		err := s.read.use(ctx, func(r *reader) (err error) {
			c, err = readContent(query(r), key)
			return err
		})
		if err != nil {
			return nil, err
		}
		if c.file == "" {
			return memory{bytes.NewReader(c.data)}, nil
		}
		b, err := s.files.Open(ctx, c.file)
		switch {
		case errors.Is(err, transport.ErrNotFound) && c.file == last:
			return nil, damaged(key)
		case errors.Is(err, transport.ErrNotFound):
			last = c.file
		case err != nil:
			return nil, err
		case b.Size() != c.size:
			return nil, errors.Join(damaged(key), b.Close())
		default:
			return b, nil
		}
	}
}

// readContent returns what is under a key.
func readContent(query statement, key string) (content, error) {
	columns, err := first(query, key)
	if err != nil {
		return content{}, err
	}
	if columns == nil {
		return content{}, transport.At(transport.ErrNotFound, key)
	}
	c := content{size: as[int64](columns[0]), file: as[string](columns[2]), data: as[[]byte](columns[3])}
	if as[int64](columns[1]) != c.sum(key) {
		err = damaged(key)
	}
	return c, err
}

// memory is a small blob that is open.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// Delete implements transport.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.writer.write(ctx, rowBytes, func(tx *transaction) error {
		return errors.Join(tx.drop(tx.blobs, key), tx.drop(tx.parts, key))
	})
}

// Part implements transport.Blobs.
func (s *Store) Part(ctx context.Context, key string) (size int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	err = s.read.use(ctx, func(r *reader) error {
		columns, err := first(r.partSize, key)
		if columns != nil {
			size = as[int64](columns[0])
		}
		return err
	})
	return size, err
}

// List implements transport.Blobs.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	page := func(from, to string, rows int) (found []transport.BlobInfo, more bool, err error) {
		err = s.read.use(ctx, func(r *reader) error {
			return each(r.blobs, func(columns []driver.Value) (bool, error) {
				key, ok := columns[0].(string)
				if !ok {
					return false, damaged("blobs")
				}
				found = append(found, transport.BlobInfo{Key: key, Size: as[int64](columns[1])})
				return true, nil
			}, from, to, int64(rows))
		})
		return found, len(found) == rows, err
	}
	return pages.Walk(ctx, prefix, after, limit, page, func(b transport.BlobInfo) string { return b.Key })
}

// newFile returns a name for the file of a large blob: one that is used once.
func newFile() string {
	var name [16]byte
	rand.Read(name[:]) // never fails
	return hex.EncodeToString(name[:1]) + "/" + hex.EncodeToString(name[1:])
}

// sweep removes files that nothing names any more, in the background. What fails is made
// up for when a store is opened a week later.
func (s *Store) sweep(files []string) {
	if len(files) == 0 {
		return
	}
	s.sweeping.Go(func() {
		ctx := context.Background()
		for _, file := range files {
			if s.files.Delete(ctx, file) == nil {
				s.settle(ctx, file)
			}
		}
	})
}

// settle tells the database that a file is not loose any more.
func (s *Store) settle(ctx context.Context, file string) error {
	return s.writer.write(ctx, rowBytes, func(tx *transaction) error { return tx.exec(tx.changes.settle, file) })
}

// sweepOld removes what has been loose for a week.
func (s *Store) sweepOld(ctx context.Context) error {
	var files []string
	err := s.read.use(ctx, func(r *reader) error {
		return each(r.old, func(columns []driver.Value) (bool, error) {
			files = append(files, as[string](columns[0]))
			return true, nil
		})
	})
	if err == nil {
		s.sweep(files)
	}
	return err
}

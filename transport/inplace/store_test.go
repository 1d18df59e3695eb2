package inplace_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/inplace"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// opener opens a store over one in memory.
func opener(over func(testing.TB, *inplace.Store) transport.Store) func(testing.TB) transport.Store {
	stores := map[testing.TB]*memstore.Store{}
	return func(t testing.TB) transport.Store {
		if stores[t] == nil {
			stores[t] = new(memstore.Store)
		} else {
			stores[t] = stores[t].Reopen()
		}
		return over(t, inplace.New(stores[t]))
	}
}

// TestStore: it is a store, while no file is open and while one is that begins like much else.
func TestStore(t *testing.T) {
	transporttest.Store(t, opener(func(_ testing.TB, s *inplace.Store) transport.Store { return s }))
}

// TestStoreOfFiles: it is a store where every blob is a file.
func TestStoreOfFiles(t *testing.T) {
	dirs := map[testing.TB]string{}
	transporttest.Store(t, opener(func(t testing.TB, s *inplace.Store) transport.Store {
		if dirs[t] == "" {
			dirs[t] = t.TempDir()
		}
		return &everything{s, t, dirs[t]}
	}))
}

// everything is a store that has each blob in a file of the user's before it is stored.
type everything struct {
	*inplace.Store
	t   testing.TB
	dir string
}

func (e *everything) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := e.Store.Create(ctx, key)
	return &fromFile{w, e, key}, err
}

type fromFile struct {
	transport.BlobWriter
	store *everything
	key   string
}

// Commit commits the same again, while a file has it.
func (f *fromFile) Commit(ctx context.Context) error {
	if f.Size() == 0 || ctx.Err() != nil {
		return f.BlobWriter.Commit(ctx)
	}
	data, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
	if err != nil {
		return err
	}
	if _, err := f.Write(nil); errors.Is(err, transport.ErrClosed) {
		return err
	}
	file := write(f.store.t, f.store.dir, string(data))
	open, err := f.store.File(file)
	if err != nil {
		return err
	}
	defer open.Close()
	if err := f.Discard(); err != nil {
		return err
	}
	again, err := f.store.Store.Create(ctx, f.key)
	if err != nil {
		return err
	}
	if _, err := again.Write(data); err != nil {
		return err
	}
	return again.Commit(ctx)
}

// write writes a new file.
func write(t testing.TB, dir, text string) string {
	f, err := os.CreateTemp(dir, "")
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
	path, err := filepath.Abs(f.Name())
	if err != nil {
		t.Error(err)
	}
	return path
}

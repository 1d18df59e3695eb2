package storecopy_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func set(t testing.TB, s transport.Store, key, value string) {
	t.Helper()
	must(t, apply(t.Context(), s, transport.Change{Key: key, Value: []byte(value)}))
}

func apply(ctx context.Context, s transport.Store, change transport.Change) error {
	_, err := s.Apply(ctx, transport.Batch{Changes: []transport.Change{change}})
	return err
}

func put(ctx context.Context, s transport.Store, key, data string) error {
	w, err := s.Create(ctx, key)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, data); err != nil {
		return err
	}
	return w.Commit(ctx)
}

// filled returns a store with records and blobs, big ones and empty ones among them.
func filled(t testing.TB) *memstore.Store {
	t.Helper()
	s := new(memstore.Store)
	for i := range 1500 {
		set(t, s, fmt.Sprintf("r/%d", i*i), fmt.Sprint(i))
	}
	set(t, s, "r-empty", "")
	for i := range 40 {
		must(t, put(t.Context(), s, fmt.Sprintf("b/%d", i*i), text(i, i*5000)))
	}
	return s
}

// text returns n bytes, other ones for every seed.
func text(seed, n int) string {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(seed + i + i>>8 + i>>16)
	}
	return string(data)
}

// equal fails unless Check finds two stores equal.
func equal(t testing.TB, first, second transport.Store) {
	t.Helper()
	differences, err := storecopy.Check(t.Context(), first, second, storecopy.Options{})
	must(t, err)
	if len(differences) > 0 {
		t.Errorf("%d differences, the first is %v", len(differences), differences[0])
	}
}

// faulty is a store whose calls fail when they are told to.
type faulty struct {
	transport.Store
	calls atomic.Int64
	fails func(call int64, what, key string) error // nil = it does not
}

func (s *faulty) fail(what, key string) error { return s.fails(s.calls.Add(1), what, key) }

func (s *faulty) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := s.fail("open", key); err != nil {
		return nil, err
	}
	b, err := s.Store.Open(ctx, key)
	return faultyBlob{b, s, key}, err
}

type faultyBlob struct {
	transport.Blob
	store *faulty
	key   string
}

func (b faultyBlob) ReadAt(p []byte, off int64) (int, error) {
	if err := b.store.fail("read", b.key); err != nil {
		return 0, err
	}
	return b.Blob.ReadAt(p, off)
}

func (s *faulty) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if err := s.fail("create", key); err != nil {
		return nil, err
	}
	w, err := s.Store.Create(ctx, key)
	return faultyWriter{w, s, key}, err
}

type faultyWriter struct {
	transport.BlobWriter
	store *faulty
	key   string
}

func (w faultyWriter) Write(p []byte) (int, error) {
	if err := w.store.fail("write", w.key); err != nil {
		return 0, err
	}
	return w.BlobWriter.Write(p)
}

func (w faultyWriter) Commit(ctx context.Context) error {
	if err := w.store.fail("commit", w.key); err != nil {
		return err
	}
	return w.BlobWriter.Commit(ctx)
}

func (s *faulty) Delete(ctx context.Context, key string) error {
	if err := s.fail("delete", key); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

func (s *faulty) Apply(ctx context.Context, batch transport.Batch) (uint64, error) {
	if err := s.fail("apply", ""); err != nil {
		return 0, err
	}
	return s.Store.Apply(ctx, batch)
}

func (s *faulty) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return spoil(s, "scan", s.Store.Scan(ctx, prefix, after, limit), func(r transport.Record) string { return r.Key })
}

func (s *faulty) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return spoil(s, "list", s.Store.List(ctx, prefix, after, limit), func(b transport.BlobInfo) string { return b.Key })
}

func spoil[T any](s *faulty, what string, list iter.Seq2[T, error], key func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range list {
			if err == nil {
				err = s.fail(what, key(item))
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

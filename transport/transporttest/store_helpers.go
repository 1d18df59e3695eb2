package transporttest

import (
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// create begins an upload, or goes on with it, and writes data.
func create(t testing.TB, s transport.Store, key, data string) transport.BlobWriter {
	t.Helper()
	w, err := s.Create(t.Context(), key)
	want(t, err, nil)
	_, err = io.WriteString(w, data)
	want(t, err, nil)
	return w
}

// put commits a blob.
func put(t testing.TB, s transport.Store, key, data string) {
	t.Helper()
	want(t, create(t, s, key, data).Commit(t.Context()), nil)
}

// holds fails unless a blob is there with what it should hold.
func holds(t testing.TB, s transport.Store, key, data string) {
	t.Helper()
	b, err := s.Open(t.Context(), key)
	want(t, err, nil)
	defer b.Close()
	readsAs(t, b, data)
}

// readsAs fails unless a blob or an upload holds data.
func readsAs(t testing.TB, b interface {
	io.ReaderAt
	Size() int64
}, data string) {
	t.Helper()
	if b.Size() != int64(len(data)) {
		t.Fatalf("size %d, want %d", b.Size(), len(data))
	}
	p := make([]byte, len(data)+1)
	n, err := b.ReadAt(p, 0)
	want(t, err, io.EOF)
	if string(p[:n]) != data {
		t.Fatalf("%d bytes, %.20q, that are not the %d that were written, %.20q", n, p[:n], len(data), data)
	}
}

// missing fails unless no blob is there.
func missing(t testing.TB, s transport.Store, key string) {
	t.Helper()
	_, err := s.Open(t.Context(), key)
	want(t, err, transport.ErrNotFound)
}

// hasPart fails unless Part returns size.
func hasPart(t testing.TB, s transport.Store, key string, size int64) {
	t.Helper()
	got, err := s.Part(t.Context(), key)
	want(t, err, nil)
	if got != size {
		t.Fatalf("a part of %d bytes, want %d", got, size)
	}
}

// get returns one record.
func get(t testing.TB, s transport.Store, key string) transport.Record {
	t.Helper()
	found, err := s.Get(t.Context(), key)
	want(t, err, nil)
	if len(found) != 1 || found[0].Key != key {
		t.Fatalf("Get(%q) returned %v", key, found)
	}
	return found[0]
}

// has fails unless a record is there with a value.
func has(t testing.TB, s transport.Store, key, value string) {
	t.Helper()
	r := get(t, s, key)
	if r.Version == 0 {
		t.Fatalf("%s is not there", key)
	}
	if string(r.Value) != value {
		t.Fatalf("%s: %d bytes, %.20q, that are not the %d that were set, %.20q", key, len(r.Value), r.Value, len(value), value)
	}
}

// lacks fails if a record is there.
func lacks(t testing.TB, s transport.Store, key string) {
	t.Helper()
	if r := get(t, s, key); r.Version != 0 || r.Value != nil {
		t.Fatalf("%s is there: version %d, %d bytes", key, r.Version, len(r.Value))
	}
}

// set makes changes without conditions, and returns their version.
func set(t testing.TB, s transport.Store, changes ...transport.Change) uint64 {
	t.Helper()
	version, err := s.Apply(t.Context(), transport.Batch{Changes: changes})
	want(t, err, nil)
	return version
}

// apply makes changes on conditions.
func apply(t testing.TB, s transport.Store, on []transport.Condition, changes ...transport.Change) error {
	t.Helper()
	_, err := s.Apply(t.Context(), transport.Batch{Conditions: on, Changes: changes})
	return err
}

// if1 is the condition that one record has a version.
func if1(key string, version uint64) []transport.Condition {
	return []transport.Condition{{Key: key, Version: version}}
}

// to is the change that sets a record, and gone the one that removes it.
func to(key, value string) transport.Change {
	return transport.Change{Key: key, Value: []byte(value)}
}

func gone(key string) transport.Change { return transport.Change{Key: key} }

// toAll sets several records to one value.
func toAll(keys []string, value string) []transport.Change {
	var out []transport.Change
	for _, key := range keys {
		out = append(out, to(key, value))
	}
	return out
}

package transporttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// Store checks a store against the contract of transport.Store. Open returns an
// empty store at first and, called again with the same t, the same store as a
// new process would find it; a store that does not outlive its process returns
// the very same one.
func Store(t *testing.T, open func(t *testing.T) transport.Store) {
	run(t, func(*testing.T) opener { return open }, []check[opener]{
		{"blob is whole or not there", blobWhole},
		{"upload goes on where it ended", blobResumes},
		{"discard leaves nothing", blobDiscard},
		{"one upload of a key at a time", blobConflict},
		{"blob is replaced at once", blobAgain},
		{"delete", blobDelete},
		{"keys that are none", badKeys},
		{"batch is whole or not there", batchWhole},
		{"compare and delete", compareDelete},
		{"scan is sorted and bounded", scanSorted},
		{"canceled context", canceled},
	})
}

// opener opens the store of a test, as a new process would.
type opener = func(*testing.T) transport.Store

func create(t *testing.T, s transport.Store, key, data string) transport.BlobWriter {
	t.Helper()
	w, err := s.Create(t.Context(), key)
	want(t, err, nil)
	_, err = io.WriteString(w, data)
	want(t, err, nil)
	return w
}

func content(t *testing.T, s transport.Store, key string) string {
	t.Helper()
	b, err := s.Open(t.Context(), key)
	want(t, err, nil)
	defer b.Close()
	data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	want(t, err, nil)
	return string(data)
}

func blobWhole(t *testing.T, open opener) {
	s := open(t)
	w := create(t, s, "a/b", "hello")
	_, err := s.Open(t.Context(), "a/b")
	want(t, err, transport.ErrNotFound)
	want(t, w.Commit(t.Context()), nil)
	want(t, w.Close(), nil)
	_, err = w.Write([]byte("more"))
	want(t, err, transport.ErrClosed)
	want(t, w.Commit(t.Context()), transport.ErrClosed)
	if got := content(t, open(t), "a/b"); got != "hello" {
		t.Errorf("content %q", got)
	}
	empty := create(t, s, "a/empty", "")
	want(t, empty.Commit(t.Context()), nil)
	if got := content(t, open(t), "a/empty"); got != "" {
		t.Errorf("content of the empty blob %q", got)
	}
}

func blobResumes(t *testing.T, open opener) {
	want(t, create(t, open(t), "a/b", "hello, ").Close(), nil)
	s := open(t)
	size, err := s.Part(t.Context(), "a/b")
	want(t, err, nil)
	if size != 7 {
		t.Fatalf("part of %d bytes, want 7", size)
	}
	w := create(t, s, "a/b", "world")
	head := make([]byte, 9)
	_, err = w.ReadAt(head, 0)
	want(t, err, nil)
	if string(head) != "hello, wo" || w.Size() != 12 {
		t.Errorf("read %q of %d bytes", head, w.Size())
	}
	want(t, w.Commit(t.Context()), nil)
	if got := content(t, open(t), "a/b"); got != "hello, world" {
		t.Errorf("content %q", got)
	}
	if size, err := s.Part(t.Context(), "a/b"); size != 0 || err != nil {
		t.Errorf("part after commit: %d, %v", size, err)
	}
}

func blobDiscard(t *testing.T, open opener) {
	s := open(t)
	w := create(t, s, "a/b", "hello")
	want(t, w.Discard(), nil)
	want(t, w.Close(), nil)
	size, err := open(t).Part(t.Context(), "a/b")
	want(t, err, nil)
	if size != 0 {
		t.Errorf("part of %d bytes after Discard", size)
	}
}

func blobConflict(t *testing.T, open opener) {
	s := open(t)
	w := create(t, s, "a/b", "one")
	_, err := s.Create(t.Context(), "a/b")
	want(t, err, transport.ErrConflict)
	other := create(t, s, "a/c", "other")
	want(t, other.Discard(), nil)
	want(t, w.Discard(), nil)
	want(t, create(t, s, "a/b", "two").Commit(t.Context()), nil)
}

func blobAgain(t *testing.T, open opener) {
	s := open(t)
	want(t, create(t, s, "a/b", "one").Commit(t.Context()), nil)
	old, err := s.Open(t.Context(), "a/b")
	want(t, err, nil)
	defer old.Close()
	want(t, create(t, s, "a/b", "second").Commit(t.Context()), nil)
	if got := content(t, s, "a/b"); got != "second" {
		t.Errorf("content %q", got)
	}
	data, err := io.ReadAll(io.NewSectionReader(old, 0, old.Size()))
	want(t, err, nil)
	if string(data) != "one" {
		t.Errorf("an open reader saw %q", data)
	}
}

func blobDelete(t *testing.T, open opener) {
	s := open(t)
	want(t, s.Delete(t.Context(), "a/none"), nil)
	want(t, create(t, s, "a/b", "one").Commit(t.Context()), nil)
	want(t, create(t, s, "a/c", "part").Close(), nil)
	want(t, s.Delete(t.Context(), "a/b"), nil)
	want(t, s.Delete(t.Context(), "a/c"), nil)
	_, err := open(t).Open(t.Context(), "a/b")
	want(t, err, transport.ErrNotFound)
	if size, _ := s.Part(t.Context(), "a/c"); size != 0 {
		t.Errorf("part of %d bytes after Delete", size)
	}
}

func badKeys(t *testing.T, open opener) {
	s := open(t)
	for _, key := range []string{"", "/", "a/", "/a", "a//b", "../a", "A", "a.b", "a b"} {
		_, err := s.Create(t.Context(), key)
		want(t, err, transport.ErrStorage)
		_, err = s.Open(t.Context(), key)
		want(t, err, transport.ErrNotFound)
		want(t, s.Apply(t.Context(), transport.Change{Key: key, Value: []byte("x")}), transport.ErrStorage)
	}
}

func batchWhole(t *testing.T, open opener) {
	s := open(t)
	want(t, s.Apply(t.Context(),
		transport.Change{Key: "r/1", Value: []byte("one")},
		transport.Change{Key: "r/2", Value: []byte{}},
		transport.Change{Key: "r/3", Value: bytes.Repeat([]byte("x"), 100_000)}), nil)
	want(t, s.Apply(t.Context(), transport.Change{Key: "r/1"}, transport.Change{Key: "none"}), nil)
	s = open(t)
	_, err := s.Get(t.Context(), "r/1")
	want(t, err, transport.ErrNotFound)
	for key, size := range map[string]int{"r/2": 0, "r/3": 100_000} {
		value, err := s.Get(t.Context(), key)
		want(t, err, nil)
		if len(value) != size {
			t.Errorf("%s: %d bytes, want %d", key, len(value), size)
		}
	}
	err = s.Apply(t.Context(),
		transport.Change{Key: "r/4", Value: []byte("four")},
		transport.Change{Key: "r/3", Old: []byte("other")})
	want(t, err, transport.ErrConflict)
	_, err = open(t).Get(t.Context(), "r/4")
	want(t, err, transport.ErrNotFound)
}

func compareDelete(t *testing.T, open opener) {
	s := open(t)
	want(t, s.Apply(t.Context(), transport.Change{Key: "o/1", Value: []byte("7")}), nil)
	want(t, s.Apply(t.Context(), transport.Change{Key: "o/1", Old: []byte("6")}), transport.ErrConflict)
	want(t, s.Apply(t.Context(), transport.Change{Key: "o/1", Old: []byte("7")}), nil)
	want(t, s.Apply(t.Context(), transport.Change{Key: "o/1", Old: []byte("7")}), transport.ErrConflict)
	want(t, s.Apply(t.Context(), transport.Change{Key: "o/2", Old: []byte{}}), transport.ErrConflict)
}

func scanSorted(t *testing.T, open opener) {
	s := open(t)
	for i := range 20 {
		key := fmt.Sprintf("p%d/%02d", i%2, 19-i)
		want(t, s.Apply(t.Context(), transport.Change{Key: key, Value: []byte(key)}), nil)
	}
	var last string
	n := 0
	for r, err := range open(t).Scan(t.Context(), "p1/") {
		want(t, err, nil)
		if r.Key <= last || r.Key != string(r.Value) {
			t.Errorf("after %q came %q with %q", last, r.Key, r.Value)
		}
		last = r.Key
		n++
	}
	if n != 10 {
		t.Errorf("%d records, want 10", n)
	}
	for range s.Scan(t.Context(), "p") {
		break // ends early without harm
	}
}

func canceled(t *testing.T, open opener) {
	s := open(t)
	ctx := over(t)
	_, err := s.Get(ctx, "a")
	want(t, err, context.Canceled)
	want(t, s.Apply(ctx, transport.Change{Key: "a", Value: []byte("x")}), context.Canceled)
	_, err = s.Create(ctx, "a")
	want(t, err, context.Canceled)
	_, err = s.Get(t.Context(), "a")
	want(t, err, transport.ErrNotFound)
}

package transporttest

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func uploadTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"an upload goes on where it was closed", uploadResumes},
		{"an upload begins empty beside a blob", uploadBesideBlob},
		{"an upload keeps none of the caller's memory", uploadMemory},
		{"discard removes the part", discardPart},
		{"discard leaves the committed blob", discardBlob},
		{"an upload that has ended does nothing", uploadEnded},
		{"one upload of a key at a time", uploadConflict},
		{"one of many uploads of a key begins", uploadRace},
		{"uploads of many keys at once", uploadsAtOnce},
	}
}

func uploadResumes(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	hasPart(t, s, "a/b", 0)
	want(t, create(t, s, "a/b", "hello, ").Close(), nil)
	hasPart(t, s, "a/b", 7)
	want(t, create(t, s, "a/b", "").Close(), nil)
	hasPart(t, s, "a/b", 7)
	w := create(t, s, "a/b", "wor")
	readsAs(t, w, "hello, wor")
	want(t, w.Close(), nil)
	hasPart(t, s, "a/b", 10)
	w = create(t, s, "a/b", "ld")
	readsAs(t, w, "hello, world")
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", "hello, world")
	hasPart(t, s, "a/b", 0)
}

func uploadBesideBlob(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	put(t, s, "a/b", "committed")
	hasPart(t, s, "a/b", 0)
	w := create(t, s, "a/b", "part")
	readsAs(t, w, "part")
	want(t, w.Close(), nil)
	hasPart(t, s, "a/b", 4)
	holds(t, s, "a/b", "committed")
	want(t, create(t, s, "a/b", "ial").Commit(t.Context()), nil)
	holds(t, s, "a/b", "partial")
}

func uploadMemory(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	w := create(t, s, "a/b", "")
	p := []byte("hello")
	n, err := w.Write(p)
	want(t, err, nil)
	if n != 5 {
		t.Errorf("Write took %d bytes of 5", n)
	}
	copy(p, "other")
	_, err = w.ReadAt(p, 0)
	if err != nil && !errors.Is(err, io.EOF) || string(p) != "hello" {
		t.Fatalf("reads %q, %v", p, err)
	}
	copy(p, "other")
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", "hello")
}

func discardPart(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	want(t, create(t, s, "a/b", "hel").Close(), nil)
	want(t, create(t, s, "a/b", "lo").Discard(), nil)
	hasPart(t, s, "a/b", 0)
	missing(t, s, "a/b")
	put(t, s, "a/b", "two")
	holds(t, s, "a/b", "two")
}

func discardBlob(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	w := create(t, s, "a/b", "one")
	want(t, w.Commit(t.Context()), nil)
	want(t, w.Discard(), nil)
	holds(t, s, "a/b", "one")
	want(t, create(t, s, "a/b", "two").Discard(), nil)
	holds(t, s, "a/b", "one")
}

// uploadEnded ends uploads in each way, and then once more in each way while another
// upload of the key is open, which must not notice.
func uploadEnded(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, end := range []struct {
		name string
		end  func(transport.BlobWriter) error
	}{
		{"commit", func(w transport.BlobWriter) error { return w.Commit(t.Context()) }},
		{"close", transport.BlobWriter.Close},
		{"discard", transport.BlobWriter.Discard},
	} {
		key := "a/" + end.name
		w := create(t, s, key, "hello")
		want(t, end.end(w), nil)
		before, err := s.Part(t.Context(), key)
		want(t, err, nil)
		next := create(t, s, key, "")
		doesNothing(t, w)
		_, err = s.Create(t.Context(), key)
		want(t, err, transport.ErrConflict)
		want(t, next.Close(), nil)
		doesNothing(t, w)
		hasPart(t, s, key, before)
		if end.name == "commit" {
			holds(t, s, key, "hello")
		} else {
			missing(t, s, key)
		}
	}
}

func doesNothing(t testing.TB, w transport.BlobWriter) {
	t.Helper()
	_, err := w.Write([]byte("more"))
	want(t, err, transport.ErrClosed)
	want(t, w.Commit(t.Context()), transport.ErrClosed)
	want(t, w.Discard(), nil)
	want(t, w.Close(), nil)
}

func uploadConflict(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	w := create(t, s, "a/b", "one")
	_, err := s.Create(t.Context(), "a/b")
	want(t, err, transport.ErrConflict)
	want(t, create(t, s, "a/b/c", "other").Discard(), nil)
	_, err = s.Create(t.Context(), "a/b")
	want(t, err, transport.ErrConflict)
	readsAs(t, w, "one")
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", "one")
	w = create(t, s, "a/b", "two")
	_, err = s.Create(t.Context(), "a/b")
	want(t, err, transport.ErrConflict)
	want(t, w.Discard(), nil)
	want(t, create(t, s, "a/b", "three").Close(), nil)
	want(t, create(t, s, "a/b", "").Discard(), nil)
}

func uploadRace(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for round := range 20 {
		var begun atomic.Pointer[transport.BlobWriter]
		atOnce(t, 4, func(int) error {
			w, err := s.Create(t.Context(), "a/b")
			if errors.Is(err, transport.ErrConflict) {
				return nil
			}
			if err == nil && !begun.CompareAndSwap(nil, &w) {
				return errors.New("a second upload of a key")
			}
			return err
		})
		if begun.Load() == nil {
			t.Fatalf("no upload began in round %d", round)
		}
		want(t, (*begun.Load()).Discard(), nil)
	}
}

func uploadsAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	name := func(i int) (key, data string) {
		return fmt.Sprintf("many/%d", i), string(noise(byte(i), 50_000+i))
	}
	atOnce(t, 32, func(i int) error {
		key, data := name(i)
		return upload(t, s, key, data)
	})
	for i := range 32 {
		key, data := name(i)
		holds(t, s, key, data)
	}
}

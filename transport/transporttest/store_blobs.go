package transporttest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// blobSizes are lengths around those at which buffers, packets and parts end.
var blobSizes = []int{0, 1, 4095, 4097, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1<<20 + 1, 5<<20 + 17}

func blobTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"a blob is there whole or not at all", blobWhole},
		{"a blob has any length", blobLengths},
		{"a blob is read by several at once", blobReadAtOnce},
		{"a blob ends with io.EOF", blobEOF},
		{"a blob is replaced at once", blobReplaced},
		{"a blob is seen whole while it is replaced", blobSeenWhole},
		{"an open reader goes on", blobReaders},
		{"delete removes blob and part", blobDelete},
		{"delete leaves an upload under way", blobDeleteUpload},
	}
}

func blobWhole(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	w := create(t, s, "a/b", "hello")
	missing(t, s, "a/b")
	for range s.List(t.Context(), "", "", 0) {
		t.Error("an upload is listed")
	}
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", "hello")
	want(t, create(t, s, "a/c", "part").Close(), nil)
	missing(t, s, "a/c")
}

func blobLengths(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, size := range blobSizes {
		data := string(noise(1, size))
		key := fmt.Sprintf("size/%d", size)
		put(t, s, key, data)
		holds(t, s, key, data)
		w := create(t, s, key, "")
		for rest := data; rest != ""; {
			n := min(len(rest), 100_003)
			_, err := io.WriteString(w, rest[:n])
			want(t, err, nil)
			rest = rest[n:]
		}
		readsAs(t, w, data)
		want(t, w.Commit(t.Context()), nil)
		holds(t, s, key, data)
	}
}

func blobReadAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	data := string(noise(2, 1<<20))
	put(t, s, "a", data)
	b, err := s.Open(t.Context(), "a")
	want(t, err, nil)
	defer b.Close()
	atOnce(t, 16, func(i int) error {
		p := make([]byte, 10_007)
		for off := i * 101; off+len(p) <= len(data); off += 5 * len(p) {
			if _, err := b.ReadAt(p, int64(off)); err != nil && err != io.EOF {
				return err
			}
			if string(p) != data[off:off+len(p)] {
				return fmt.Errorf("other bytes at %d", off)
			}
		}
		return nil
	})
}

func blobEOF(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	w := create(t, s, "a", "hello")
	readsToEnd(t, w)
	want(t, w.Commit(t.Context()), nil)
	b, err := s.Open(t.Context(), "a")
	want(t, err, nil)
	defer b.Close()
	readsToEnd(t, b)
}

// readsToEnd fails unless reading what holds "hello" ends as io.ReaderAt says.
func readsToEnd(t testing.TB, b io.ReaderAt) {
	t.Helper()
	for _, c := range []struct {
		off  int64
		size int
		want string
		eof  bool
	}{
		{0, 4, "hell", false}, {1, 3, "ell", false}, {0, 6, "hello", true},
		{3, 100, "lo", true}, {5, 1, "", true}, {6, 1, "", true}, {1 << 40, 1, "", true},
	} {
		p := make([]byte, c.size)
		n, err := b.ReadAt(p, c.off)
		if string(p[:n]) != c.want || c.eof && err != io.EOF || !c.eof && err != nil {
			t.Errorf("%d bytes at %d of a blob of 5: %q, %v", c.size, c.off, p[:n], err)
		}
	}
	p := make([]byte, 5)
	if n, err := b.ReadAt(p, 0); n != 5 || err != nil && err != io.EOF {
		t.Errorf("all bytes of a blob: %d, %v", n, err)
	}
}

func blobReplaced(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	put(t, s, "a/b", "first")
	w := create(t, s, "a/b", "the second")
	holds(t, s, "a/b", "first")
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", "the second")
	put(t, s, "a/b", "3rd")
	holds(t, s, "a/b", "3rd")
	hasPart(t, s, "a/b", 0)
}

// blobSeenWhole has readers look while a blob is replaced by longer and shorter ones,
// each of one letter that says its length.
func blobSeenWhole(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	ending := make(chan struct{})
	letters := func(i int) string {
		return strings.Repeat(string(rune('a'+i%26)), 300_000+1000*(i%26))
	}
	put(t, s, "a", letters(0))
	atOnce(t, 3, func(i int) error {
		if i > 0 {
			return whileOpen(ending, func() error { return oneLetter(t, s, "a", 300_000, 1000) })
		}
		defer close(ending)
		for i := range 20 {
			if err := upload(t, s, "a", letters(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// whileOpen does something again and again until ending is closed, at least once.
func whileOpen(ending <-chan struct{}, do func() error) error {
	for {
		if err := do(); err != nil {
			return err
		}
		select {
		case <-ending:
			return nil
		default:
		}
	}
}

// upload commits a blob, for use beside the test's goroutine.
func upload(t testing.TB, s transport.Store, key, data string) error {
	w, err := s.Create(t.Context(), key)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, data); err != nil {
		return errors.Join(err, w.Discard())
	}
	return w.Commit(t.Context())
}

// oneLetter returns an error unless a blob is there which is one letter all over, base
// bytes long and step more for each letter after a.
func oneLetter(t testing.TB, s transport.Store, key string, base, step int) error {
	b, err := s.Open(t.Context(), key)
	if err != nil {
		return err
	}
	defer b.Close()
	data := make([]byte, b.Size())
	if n, err := b.ReadAt(data, 0); n < len(data) {
		return fmt.Errorf("%d bytes of %d: %w", n, len(data), err)
	}
	if len(data) < base || len(data) != base+step*int(data[0]-'a') || strings.Count(string(data), string(data[:1])) != len(data) {
		return fmt.Errorf("a blob that nobody committed, of %d bytes", len(data))
	}
	return nil
}

func blobReaders(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	data := string(noise(3, 200_000))
	for _, end := range []func(){
		func() { want(t, s.Delete(t.Context(), "a/b"), nil) },
		func() { put(t, s, "a/b", "second") },
	} {
		put(t, s, "a/b", data)
		old, err := s.Open(t.Context(), "a/b")
		want(t, err, nil)
		end()
		readsAs(t, old, data)
		want(t, old.Close(), nil)
	}
}

func blobDelete(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	want(t, s.Delete(t.Context(), "a/none"), nil)
	put(t, s, "a/b", "one")
	put(t, s, "a/b/c", "below")
	want(t, create(t, s, "a/b", "its part").Close(), nil)
	want(t, s.Delete(t.Context(), "a/b"), nil)
	missing(t, s, "a/b")
	hasPart(t, s, "a/b", 0)
	holds(t, s, "a/b/c", "below")
	want(t, s.Delete(t.Context(), "a/b"), nil)
}

func blobDeleteUpload(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	put(t, s, "a/b", "one")
	w := create(t, s, "a/b", "second, ")
	want(t, s.Delete(t.Context(), "a/b"), nil)
	missing(t, s, "a/b")
	_, err := io.WriteString(w, "whole")
	want(t, err, nil)
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", "second, whole")
}

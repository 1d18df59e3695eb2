package inplace_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/inplace"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// place is a store with a file of the user's, which is open.
type place struct {
	*inplace.Store
	t     *testing.T
	below *memstore.Store
	path  string
	open  transport.Blob
}

const text = "a photo that is somewhat long"

func newPlace(t *testing.T) *place {
	below := new(memstore.Store)
	p := &place{Store: inplace.New(below), t: t, below: below, path: write(t, t.TempDir(), text)}
	var err error
	p.open, err = p.File(p.path)
	p.must(err)
	return p
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// put stores a blob, in pieces of some bytes.
func (p *place) put(key, data string, piece int) error {
	w, err := p.Create(p.t.Context(), key)
	p.must(err)
	for some := range slices.Chunk([]byte(data), piece) {
		if _, err := w.Write(some); err != nil {
			return errors.Join(err, w.Discard())
		}
	}
	return w.Commit(p.t.Context())
}

// copies counts the blobs that are below.
func (p *place) copies() (n int) {
	for _, err := range p.below.List(p.t.Context(), "", "", 0) {
		p.must(err)
		n++
	}
	return n
}

// read returns a blob.
func (p *place) read(key string) string {
	p.t.Helper()
	b, err := p.Open(p.t.Context(), key)
	p.must(err)
	defer b.Close()
	data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	p.must(err)
	return string(data)
}

// TestNoCopy: what is in a file that is open is not copied, whatever it is written with, and is
// read and deleted like another blob; the file stays.
func TestNoCopy(t *testing.T) {
	p := newPlace(t)
	for _, piece := range []int{1, 7, len(text), 100} {
		p.must(p.put("a", text, piece))
		if got := p.read("a"); got != text || p.copies() != 0 {
			t.Fatalf("in pieces of %d: %q, %d copies", piece, got, p.copies())
		}
	}
	p.must(p.open.Close())
	p.must(p.put("b", text, 7))
	if got := p.read("a") + p.read("b"); got != text+text || p.copies() != 1 {
		t.Errorf("%q, %d copies of what was written after the file was closed", got, p.copies())
	}
	p.must(p.Delete(t.Context(), "a"))
	if _, err := p.Open(t.Context(), "a"); !errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
	if data, err := os.ReadFile(p.path); string(data) != text || err != nil {
		t.Errorf("the file is %q, %v", data, err)
	}
}

// TestCopies: what is not in a file is kept as it was written, from its beginning.
func TestCopies(t *testing.T) {
	p := newPlace(t)
	for i, data := range []string{text + "er", text[:9], "A" + text[1:], text[:len(text)-1] + "G", "x"} {
		p.must(p.put("a", text, 7)) // in whose place it comes
		p.must(p.put("a", data, 3))
		if got := p.read("a"); got != data || p.copies() != 1 {
			t.Errorf("%d: %q, %d copies", i, got, p.copies())
		}
	}
}

// TestSeveralFiles: of files that begin alike, that one is meant which is the same.
func TestSeveralFiles(t *testing.T) {
	p := newPlace(t)
	for _, other := range []string{text[:9], text + text, text[:9] + "!"} {
		b, err := p.File(write(t, t.TempDir(), other))
		p.must(err)
		defer b.Close()
	}
	for _, data := range []string{text, text[:9], text + text, text[:9] + "!"} {
		p.must(p.put("a", data, 2))
		if got := p.read("a"); got != data || p.copies() != 0 {
			t.Errorf("%q, %d copies", got, p.copies())
		}
	}
}

// TestChanged: a file that has changed, or is gone, is a blob that is not there, and is there
// when it is stored again.
func TestChanged(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for name, change := range map[string]func(path string) error{
		"gone":    os.Remove,
		"longer":  func(path string) error { return os.WriteFile(path, []byte(text+"er"), 0o600) },
		"touched": func(path string) error { return os.Chtimes(path, later, later) },
		"folder":  func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		p := newPlace(t)
		p.must(p.put("a", text, 7))
		p.must(change(p.path))
		if b, err := p.Open(t.Context(), "a"); err == nil || name != "folder" && !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%s: %v, %v", name, b, err)
		}
		p.must(p.put("a", text, 7))
		if got := p.read("a"); got != text || p.copies() != 1 {
			t.Errorf("%s: %q, %d copies", name, got, p.copies())
		}
	}
}

// TestChangedMeanwhile: of a file that changes while it is stored, nothing is stored.
func TestChangedMeanwhile(t *testing.T) {
	for at, rest := range map[int]string{9: text[9:], 8: "something else", len(text): ""} {
		p := newPlace(t)
		w, err := p.Create(t.Context(), "a")
		p.must(err)
		_, err = w.Write([]byte(text[:at]))
		p.must(err)
		p.must(os.WriteFile(p.path, []byte(strings.ToUpper(text)+"ER"), 0o600))
		if rest != "" {
			_, err = w.Write([]byte(rest))
		}
		if err == nil {
			err = w.Commit(t.Context())
		}
		if !errors.Is(err, transport.ErrStorage) {
			t.Error(err)
		}
		p.must(w.Discard())
		if _, err := p.Open(t.Context(), "a"); !errors.Is(err, transport.ErrNotFound) {
			t.Error(err)
		}
	}
}

// TestBrokenOff: an upload that ends before its end goes on, with the file or without it.
func TestBrokenOff(t *testing.T) {
	p := newPlace(t)
	w, err := p.Create(t.Context(), "a")
	p.must(err)
	_, err = w.Write([]byte(text[:9]))
	p.must(err)
	got := make([]byte, 4)
	if _, err := w.ReadAt(got, 2); string(got) != text[2:6] || w.Size() != 9 || err != nil {
		t.Errorf("%q, %v; %d bytes", got, err, w.Size())
	}
	if _, err := w.ReadAt(got, 7); err != io.EOF {
		t.Errorf("beyond what was written: %v", err)
	}
	p.must(w.Close())
	if n, err := p.Part(t.Context(), "a"); n != 9 || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	p.must(p.put("a", text, 7))
	if got := p.read("a"); got != text[:9]+text {
		t.Errorf("%q", got)
	}
}

// TestList: files and copies are one list, in order, wherever it begins and ends.
func TestList(t *testing.T) {
	p := newPlace(t)
	var all []transport.BlobInfo
	for i, key := range []string{"a", "a/b", "b/1", "b/2", "b/3", "c"} {
		data := []string{text, "x"}[i%2]
		p.must(p.put(key, data, 50))
		all = append(all, transport.BlobInfo{Key: key, Size: int64(len(data))})
	}
	for _, under := range []string{"", "a", "b/", "c", "d"} {
		for _, after := range []string{"", "a", "b/1", "b/2", "z"} {
			for limit := range 5 {
				var want, got []transport.BlobInfo
				for _, b := range all {
					if strings.HasPrefix(b.Key, under) && b.Key > after && (limit == 0 || len(want) < limit) {
						want = append(want, b)
					}
				}
				for b, err := range p.List(t.Context(), under, after, limit) {
					p.must(err)
					got = append(got, b)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q after %q, %d: %v, want %v", under, after, limit, got, want)
				}
			}
		}
	}
}

// TestCrashed: what a process left below that ended before it removed it is not seen, and goes
// with the reference.
func TestCrashed(t *testing.T) {
	p := newPlace(t)
	p.must(p.put("a", text, 7))
	w, err := p.below.Create(t.Context(), "a")
	p.must(err)
	_, err = w.Write([]byte("older"))
	p.must(errors.Join(err, w.Commit(t.Context())))
	n := 0
	for b, err := range p.List(t.Context(), "", "", 0) {
		p.must(err)
		if n++; b.Size != int64(len(text)) {
			t.Errorf("%+v", b)
		}
	}
	if got := p.read("a"); got != text || n != 1 {
		t.Errorf("%q, %d blobs", got, n)
	}
	p.must(p.Delete(t.Context(), "a"))
	if p.copies() != 0 {
		t.Error("it was left")
	}
}

// TestBadReference: one that is damaged is named, and does not hide what else there is.
func TestBadReference(t *testing.T) {
	p := newPlace(t)
	p.must(p.put("a", text, 7))
	_, err := p.below.Apply(t.Context(), transport.Batch{Changes: []transport.Change{{Key: "inplace/a", Value: []byte("{")}}})
	p.must(err)
	if _, err := p.Open(t.Context(), "a"); !errors.Is(err, transport.ErrStorage) || !strings.Contains(err.Error(), "inplace/a") {
		t.Error(err)
	}
	p.must(p.put("b", "x", 1))
	var failed error
	for _, err := range p.List(t.Context(), "", "", 0) {
		failed = errors.Join(failed, err)
	}
	if !errors.Is(failed, transport.ErrStorage) {
		t.Error(failed)
	}
	p.must(p.Delete(t.Context(), "a"))
	if _, err := p.Open(t.Context(), "a"); !errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
}

// TestFile: what is no file is said, and how.
func TestFile(t *testing.T) {
	s, dir := inplace.New(new(memstore.Store)), t.TempDir()
	if _, err := s.File(filepath.Join(dir, "none")); !errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.File(dir); !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
	long := strings.Repeat("a/", 125) + "a" // no room is left for a reference
	p := newPlace(t)
	p.must(p.put(long, text, 7))
	if got := p.read(long); got != text || p.copies() != 1 {
		t.Errorf("%q, %d copies", got, p.copies())
	}
}

// TestContextOver: what is over changes nothing.
func TestContextOver(t *testing.T) {
	p := newPlace(t)
	w, err := p.Create(t.Context(), "a")
	p.must(err)
	_, err = w.Write([]byte(text))
	p.must(err)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Commit(over); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.must(w.Commit(t.Context()))
	if got := p.read("a"); got != text || p.copies() != 0 {
		t.Errorf("%q, %d copies", got, p.copies())
	}
}

package filestore

import (
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// diskOf makes a disk with some files on it.
func diskOf(t testing.TB, files map[string][]byte) *disk.Memory {
	m := new(disk.Memory)
	d := m.Boot()
	for _, dir := range []string{"s", "s/log", "s/blobs", "s/parts"} {
		must(t, d.Mkdir(dir))
	}
	for name, data := range files {
		f, err := d.OpenToWrite(name)
		must(t, err)
		must(t, errOf(f.WriteAt(data, 0)))
	}
	return m
}

// FuzzLog opens a log of two segments of any bytes, of which one has a hint: it is refused
// as damaged, or what is in it is read, but for what is damaged, and can be changed, and
// it is then opened with the same in it.
func FuzzLog(f *testing.F) {
	m := new(disk.Memory)
	s, err := openOn(m.Boot(), "s", tiny)
	must(f, err)
	for i := range 12 {
		must(f, errOf(s.Apply(f.Context(), batchOf("key/"+string(rune('a'+i%11)), noise(byte(i), 70)))))
	}
	first, hint, second := m.ReadFile("s/log/00000000.log"), m.ReadFile("s/log/00000000.hint"), m.ReadFile("s/log/00000001.log")
	if len(first) == 0 || len(second) == 0 {
		f.Fatal("there are not two segments")
	}
	f.Add(first, hint, second)
	f.Add(first, []byte{}, second)
	f.Add(first, hint, second[:len(second)-5])
	f.Add(first, hint, []byte{})
	f.Add([]byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, first, hint, second []byte) {
		m := diskOf(t, map[string][]byte{"s/log/00000000.log": first, "s/log/00000000.hint": hint, "s/log/00000001.log": second})
		s, err := openOn(m.Boot(), "s", tiny)
		if err != nil {
			if !errors.Is(err, transport.ErrStorage) {
				t.Fatal(err)
			}
			return
		}
		must(t, errOf(s.Apply(t.Context(), batchOf("new", []byte("new")))))
		found := whole(t, s)
		s, err = openOn(m.Boot(), "s", tiny)
		must(t, err)
		if now := whole(t, s); !maps.Equal(found, now) {
			t.Fatalf("%q, then %q", found, now)
		}
	})
}

// whole returns the records of a store that are not damaged.
func whole(t *testing.T, s *Store) map[string]string {
	all := map[string]string{}
	for key := range s.log.keys(aRecord, "", "") {
		found, err := s.Get(t.Context(), key)
		if err == nil {
			all[key] = string(found[0].Value)
		} else if !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
	}
	return all
}

// FuzzBlobFile opens a blob whose file is any bytes: it is refused as damaged, by opening
// or by reading it, or it is what was written.
func FuzzBlobFile(f *testing.F) {
	dir := f.TempDir()
	b, err := OpenBlobs(dir)
	must(f, err)
	var committed [][]byte
	for _, size := range []int{0, 10, 2*blockSize + 10} {
		committed = append(committed, noise(1, size))
		must(f, put(f, b, "a", committed[len(committed)-1]))
		data, err := os.ReadFile(filepath.Join(dir, "blobs", "a.blob"))
		must(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := newBlobs(diskOf(t, map[string][]byte{"s/blobs/a.blob": data, "s/parts/a.part": data}).Boot(), "s")
		blob, err := b.Open(t.Context(), "a")
		if err == nil {
			data, errRead := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
			if err = errRead; err == nil && !isOneOf(data, committed...) {
				t.Fatalf("%d bytes that were not committed", len(data))
			}
		}
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		w, err := b.Create(t.Context(), "a")
		must(t, err)
		if n := w.Size(); n > int64(max(0, len(data)-fileHead)) {
			t.Fatalf("a part of %d bytes in %d", n, len(data))
		}
		must(t, w.Discard())
	})
}

// FuzzDirectory reads a directory of any bytes: what it says is written as it is read.
func FuzzDirectory(f *testing.F) {
	f.Add(appendChange(appendChange(nil, newChange(aRecord, "a/b", []byte("x"))), newChange(aBlob, "c", nil)))
	f.Add([]byte{0, 1, 200})
	f.Fuzz(func(t *testing.T, dir []byte) {
		var all, again []change
		err := eachChange(dir, func(c change) { all = append(all, c) })
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		var written []byte
		for _, c := range all {
			written = appendChange(written, c)
		}
		must(t, eachChange(written, func(c change) { again = append(again, c) }))
		if diff := cmp.Diff(all, again, cmp.AllowUnexported(change{})); diff != "" {
			t.Error(diff)
		}
	})
}

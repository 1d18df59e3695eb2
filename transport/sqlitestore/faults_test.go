package sqlitestore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// set makes a change.
func set(t *testing.T, s *Store, key, value string) error {
	_, err := s.Apply(t.Context(), transport.Batch{Changes: []transport.Change{{Key: key, Value: []byte(value)}}})
	return err
}

// put commits a blob.
func put(t *testing.T, s *Store, key, data string) error {
	w, err := s.Create(t.Context(), key)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, data); err != nil {
		return errors.Join(err, w.Discard())
	}
	return errors.Join(w.Commit(t.Context()), w.Discard())
}

// read returns a record's value, or what a blob holds.
func read(t *testing.T, s *Store, key string) (string, error) {
	found, err := s.Get(t.Context(), key)
	if err != nil {
		return "", err
	}
	if found[0].Version > 0 {
		return string(found[0].Value), nil
	}
	b, err := s.Open(t.Context(), key)
	if err != nil {
		return "", err
	}
	defer b.Close()
	data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	return string(data), err
}

// TestDamage flips a bit of a value, of a small blob and of a large one, and cuts a
// large one.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	values := map[string]string{}
	for i := range 50 {
		key := fmt.Sprintf("record/%d", i)
		values[key] = fmt.Sprintf("value %d, which is here", i)
		want(t, set(t, s, key, values[key]), nil)
		key = fmt.Sprintf("small/%d", i)
		values[key] = fmt.Sprintf("blob %d, which is small", i)
		want(t, put(t, s, key, values[key]), nil)
	}
	for i := range 5 {
		key := fmt.Sprintf("large/%d", i)
		values[key] = fmt.Sprintf("blob %d, which is large%s", i, strings.Repeat(" and larger", 100_000))
		want(t, put(t, s, key, values[key]), nil)
	}
	want(t, s.Close(), nil)
	flip(t, dir, values["record/7"])
	flip(t, dir, values["small/8"])
	flip(t, dir, values["large/3"])
	cut(t, dir, values["large/4"])

	s = open(t, dir)
	_, err := s.Get(t.Context(), "record/6", "record/7", "record/8")
	want(t, damageOf(err, "record/7"), nil)
	last := ""
	for r, err := range s.Scan(t.Context(), "record/", "record/5", 0) {
		if err != nil {
			want(t, damageOf(err, "record/7"), nil)
			break
		}
		last = r.Key
	}
	if last != "record/6" {
		t.Errorf("before what is damaged: %s", last)
	}
	for key, value := range values {
		got, err := read(t, s, key)
		switch key {
		case "record/7", "small/8", "large/3", "large/4":
			want(t, err, transport.ErrStorage)
			want(t, set(t, s, key, "mended"), nil)
			want(t, put(t, s, key, "mended"), nil)
			got, err = read(t, s, key)
			value = "mended"
		}
		want(t, err, nil)
		if got != value {
			t.Errorf("%s is %d other bytes", key, len(got))
		}
	}
}

// damageOf returns an error unless err is of one damaged record.
func damageOf(err error, key string) error {
	if at, ok := errors.AsType[*transport.PlaceError](err); ok && at.Place == key && errors.Is(err, transport.ErrStorage) {
		return nil
	}
	return fmt.Errorf("not the damage of %s: %w", key, err)
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("error: got %v, want %v", err, target)
	}
}

// flip flips a bit in the middle of what a file holds, and of the copies that a database
// has of it in pages that are free.
func flip(t *testing.T, dir, data string) {
	t.Helper()
	flipped := []byte(data)
	flipped[len(data)/2] ^= 4
	change(t, dir, data, func(file []byte) []byte { return bytes.ReplaceAll(file, []byte(data), flipped) })
}

// cut ends the file that holds something in the middle of it.
func cut(t *testing.T, dir, data string) {
	t.Helper()
	change(t, dir, data, func(file []byte) []byte { return file[:bytes.Index(file, []byte(data))+len(data)/2] })
}

func change(t *testing.T, dir, data string, change func(file []byte) []byte) {
	t.Helper()
	done := false
	want(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := os.ReadFile(path)
		if err == nil && bytes.Contains(file, []byte(data)) {
			done = true
			return os.WriteFile(path, change(file), 0o600)
		}
		return err
	}), nil)
	if !done {
		t.Fatalf("no file has %.20s", data)
	}
}

// TestDamagedPage overwrites the page that has a record, which its key's index has not. The
// records of the page cannot be read, each by its name; all others are.
func TestDamagedPage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 1000 {
		want(t, set(t, s, fmt.Sprintf("record/%03d", i), strings.Repeat("x", 500)), nil)
	}
	want(t, s.Close(), nil)
	change(t, dir, "record/500", func(file []byte) []byte {
		for at := 0; at < len(file); at += 4096 {
			page := file[at : at+4096]
			if bytes.Contains(page, []byte("record/500")) && bytes.Contains(page, []byte("xxxx")) {
				copy(page, bytes.Repeat([]byte{0xa5}, 4096))
			}
		}
		return file
	})

	s = open(t, dir)
	var all, lost, walked []string
	for i := range 1000 {
		key := fmt.Sprintf("record/%03d", i)
		all = append(all, key)
		if _, err := s.Get(t.Context(), key); err != nil {
			want(t, damageOf(err, key), nil)
			lost = append(lost, key)
		}
	}
	if len(lost) == 0 || len(lost) > 20 || !slices.Contains(lost, "record/500") {
		t.Errorf("%q cannot be read, with one page damaged", lost)
	}
	_, err := s.Get(t.Context(), all...)
	want(t, damageOf(err, lost[0]), nil)
	unread := lost
	for r, err := range record.Walk(t.Context(), s, "record/", "", 0) {
		if walked = append(walked, r.Key); err != nil {
			want(t, damageOf(err, unread[0]), nil)
			unread = unread[1:]
		}
	}
	if !slices.Equal(walked, all) || len(unread) > 0 {
		t.Errorf("%d are walked past, and %q are read", len(walked), unread)
	}
	want(t, set(t, s, "record/new", "x"), nil)
}

// TestDiskFull has no room for a while: for one of several batches at once, and for
// blobs.
func TestDiskFull(t *testing.T) {
	s := open(t, t.TempDir())
	want(t, set(t, s, "a", "one"), nil)
	maxPages(t, s, 39)
	big := strings.Repeat("x", transport.MaxValue)
	errs := make(chan error)
	go func() { errs <- set(t, s, "big", big) }()
	for i := range 8 {
		go func() { errs <- set(t, s, fmt.Sprintf("small/%d", i), "x") }()
	}
	failed := 0
	for range 9 {
		if err := <-errs; err != nil {
			want(t, err, transport.ErrStorage)
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d batches failed, of which one had no room", failed)
	}
	want(t, put(t, s, "blob", strings.Repeat("x", maxSmall)), nil)
	want(t, put(t, s, "blob-2", strings.Repeat("x", maxSmall)), transport.ErrStorage)
	for _, key := range []string{"big", "blob-2"} {
		_, err := read(t, s, key)
		want(t, err, transport.ErrNotFound)
	}
	maxPages(t, s, 1<<30)
	want(t, set(t, s, "big", big), nil)
	want(t, put(t, s, "blob-2", strings.Repeat("x", maxSmall)), nil)
}

// maxPages limits the database to so many pages.
func maxPages(t *testing.T, s *Store, n int) {
	t.Helper()
	s.writer.log.turn.Lock()
	defer s.writer.log.turn.Unlock()
	want(t, s.writer.conn.script(fmt.Sprintf("PRAGMA max_page_count = %d", n)), nil)
}

// TestNoFolder opens stores where there can be none.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	want(t, os.WriteFile(file, bytes.Repeat([]byte("no database "), 1000), 0o600), nil)
	_, err := Open(t.Context(), file)
	want(t, err, transport.ErrStorage)
	dir := t.TempDir()
	want(t, os.Rename(file, filepath.Join(dir, "records.sqlite")), nil)
	_, err = Open(t.Context(), dir)
	want(t, err, transport.ErrStorage)
}

// TestClosed calls a store that is closed.
func TestClosed(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir())
	want(t, err, nil)
	want(t, s.Close(), nil)
	want(t, set(t, s, "a", "x"), transport.ErrStorage)
	_, err = read(t, s, "a")
	want(t, err, transport.ErrStorage)
	want(t, put(t, s, "a", "x"), transport.ErrStorage)
}

// TestNothingIsLeft looks for files of blobs that nothing names: after each of their
// ends none is there.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	large := strings.Repeat("x", maxSmall+1)
	want(t, put(t, s, "deleted", large), nil)
	want(t, s.Delete(t.Context(), "deleted"), nil)
	want(t, put(t, s, "small", large), nil)
	want(t, put(t, s, "small", "x"), nil)
	want(t, put(t, s, "large", large), nil)
	want(t, put(t, s, "large", large), nil)
	for _, end := range []string{"closed", "committed", "discarded"} {
		for range 2 {
			w, err := s.Create(t.Context(), end)
			want(t, err, nil)
			_, err = io.WriteString(w, large)
			want(t, err, nil)
			switch end {
			case "closed":
				want(t, w.Close(), nil)
			case "committed":
				want(t, w.Commit(t.Context()), nil)
			default:
				want(t, w.Discard(), nil)
			}
		}
	}
	s.sweeping.Wait()
	files := 0
	want(t, filepath.WalkDir(filepath.Join(dir, "blobs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
		}
		return err
	}), nil)
	if loose := countLoose(t, s); files != 3 || loose != 0 {
		t.Errorf("%d files, of which %d are loose; want those of large, closed and committed", files, loose)
	}
}

// countLoose returns how many files are loose.
func countLoose(t *testing.T, s *Store) (n int64) {
	t.Helper()
	want(t, s.read.use(t.Context(), func(r *reader) error {
		columns, err := first(r.prepare("SELECT count(*) FROM loose"))
		n = as[int64](columns[0])
		return err
	}), nil)
	return n
}

// TestOldUploads opens a store in which an upload was left a week ago.
func TestOldUploads(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	w, err := s.Create(t.Context(), "a")
	want(t, err, nil)
	_, err = w.Write(make([]byte, maxSmall+1))
	want(t, err, nil)
	for _, c := range []struct {
		age   string
		loose int64
	}{{"-6 days", 1}, {"-8 days", 0}} {
		maxPages(t, s, 1<<30)
		want(t, s.writer.conn.script("UPDATE loose SET since = unixepoch('now', '"+c.age+"')"), nil)
		other := open(t, dir)
		other.sweeping.Wait()
		if loose := countLoose(t, s); loose != c.loose {
			t.Errorf("%s: %d uploads are left", c.age, loose)
		}
	}
	want(t, w.Commit(t.Context()), transport.ErrStorage)
	_, err = read(t, s, "a")
	want(t, err, transport.ErrNotFound)
	want(t, w.Close(), transport.ErrStorage)
}

package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// logOf returns the log of a store of n records with values of some length, and
// where its entries begin and end.
func logOf(t *testing.T, n, length int) (log []byte, ends []int) {
	t.Helper()
	s := reopen(t, t.TempDir())
	ends = []int{0}
	for i := range n {
		value := bytes.Repeat([]byte{byte(i + 1)}, length)
		if err := s.Apply(t.Context(), transport.Change{Key: fmt.Sprintf("k/%d", i), Value: value}); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, int(s.log.size))
	}
	log, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	return log, ends
}

// loads opens a log and returns the number of records that it has.
func loads(t *testing.T, path string, log []byte) (int, error) {
	t.Helper()
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
	var l recordLog
	if err := l.open(disk.OS{}, path); err != nil {
		return 0, err
	}
	defer l.file.Close()
	return len(l.index), nil
}

// TestDamageOfEveryByte: a byte that is not what it was is found wherever it is,
// and nothing is cut off: no crash has done that.
func TestDamageOfEveryByte(t *testing.T) {
	log, _ := logOf(t, 4, 5)
	path := filepath.Join(t.TempDir(), "log")
	for at, was := range log {
		for _, is := range []byte{was ^ 1, was ^ 0x80, 0, 0xff} {
			if is == was {
				continue
			}
			bad := bytes.Clone(log)
			bad[at] = is
			if n, err := loads(t, path, bad); !errors.Is(err, ErrCorrupt) {
				t.Errorf("byte %d from %x to %x: %d records, %v", at, was, is, n, err)
			}
			if left, err := os.ReadFile(path); !bytes.Equal(left, bad) {
				t.Fatalf("byte %d from %x to %x: the log was changed, %v", at, was, is, err)
			}
		}
	}
}

// TestSectorsNotWritten: of the last entry a crash may leave any sectors
// unwritten, and it is cut off; where another one follows, it was damage.
func TestSectorsNotWritten(t *testing.T) {
	const n = 4
	log, ends := logOf(t, n, 3*sector)
	path := filepath.Join(t.TempDir(), "log")
	for entry := range n {
		for from := ends[entry]; from < ends[entry+1]; from += sector - from%sector {
			bad := bytes.Clone(log)
			clear(bad[from:min(from+sector-from%sector, ends[entry+1])])
			got, err := loads(t, path, bad)
			switch {
			case entry < n-1 && !errors.Is(err, ErrCorrupt):
				t.Errorf("sector at %d of entry %d: %d records, %v", from, entry, got, err)
			case entry == n-1 && (err != nil || got != n-1):
				t.Errorf("sector at %d of the last entry: %d records, %v", from, got, err)
			}
		}
	}
	clear(log[ends[n-1]:])
	if got, err := loads(t, path, log); got != n-1 || err != nil {
		t.Errorf("nothing of the last entry: %d records, %v", got, err)
	}
}

// TestShorterAfterTorn: what is left of an entry that could not be written, nor be
// cut off, is not behind the next one.
func TestShorterAfterTorn(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir)
	must(t, writeBoth(t, s, 0))
	whole := s.log.size
	long := newEntry(whole, bytes.Repeat([]byte{1}, 2000))
	if _, err := s.log.file.WriteAt(long, whole); err != nil {
		t.Fatal(err)
	}
	s.log.torn = true
	must(t, writeBoth(t, s, 1))
	if _, err := reopen(t, dir).Get(t.Context(), "r/1/b"); err != nil {
		t.Error(err)
	}
}

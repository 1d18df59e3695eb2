package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// diskWith returns a disk with a store of n records with values of some length, with the
// bytes of the first segment, and where its entries end.
func diskWith(t *testing.T, limits limits, n, length int) (m *disk.Memory, log []byte, ends []int) {
	t.Helper()
	m = new(disk.Memory)
	s, err := openOn(m.Boot(), "s", limits)
	must(t, err)
	for i := range n {
		must(t, errOf(s.Apply(t.Context(), batchOf(fmt.Sprintf("k/%02d", i), valueOf(i, length)))))
		if len(s.log.segments) == 1 {
			ends = append(ends, int(s.log.last().size))
		}
	}
	return m, m.ReadFile(segmentFile(0, "log")), ends
}

func segmentFile(number int, ending string) string {
	return fmt.Sprintf("s/log/%08x.%s", number, ending)
}

func valueOf(i, length int) []byte { return bytes.Repeat([]byte{byte(i + 1)}, length) }

// with returns a copy of a disk on which a file has other bytes; nil removes it.
func with(t *testing.T, m *disk.Memory, name string, data []byte) *disk.Memory {
	t.Helper()
	m = m.Clone()
	d := m.Boot()
	if data == nil {
		must(t, d.Remove(name))
		return m
	}
	f, err := d.OpenToWrite(name)
	must(t, err)
	must(t, f.Truncate(0))
	must(t, errOf(f.WriteAt(data, 0)))
	return m
}

// reads opens a store of n records, reads all of them, and lists those that are damaged,
// and those that are not there. Every other one must be what it should.
func reads(t *testing.T, m *disk.Memory, limits limits, n, length int) (damaged, missing []int, err error) {
	t.Helper()
	s, err := openOn(m.Boot(), "s", limits)
	if err != nil {
		return nil, nil, err
	}
	for i := range n {
		found, err := s.Get(t.Context(), fmt.Sprintf("k/%02d", i))
		switch {
		case errors.Is(err, ErrCorrupt):
			damaged = append(damaged, i)
			scanned := err
			for _, err := range s.Scan(t.Context(), fmt.Sprintf("k/%02d", i), "", 0) {
				scanned = err
			}
			if placeOf(err) != fmt.Sprintf("k/%02d", i) || placeOf(scanned) != placeOf(err) {
				t.Fatalf("record %d: Get %v, Scan %v", i, err, scanned)
			}
		case err != nil:
			t.Fatal(err)
		case found[0].Version == 0:
			missing = append(missing, i)
		case !bytes.Equal(found[0].Value, valueOf(i, length)):
			t.Fatalf("record %d is %x", i, found[0].Value)
		}
	}
	return damaged, missing, nil
}

// placeOf returns what an error is about.
func placeOf(err error) string {
	if at, ok := errors.AsType[*transport.PlaceError](err); ok {
		return at.Place
	}
	return ""
}

// TestDamageIsNamed: where several records are read the error names the one that is
// damaged, so that the others can be read without it; that of a store that is closed
// names none.
func TestDamageIsNamed(t *testing.T) {
	m, log, _ := diskWith(t, usual, 4, 40)
	at := bytes.Index(log, valueOf(2, 40))
	s, err := OpenOn(with(t, m, segmentFile(0, "log"), slices.Concat(log[:at], []byte{0}, log[at+1:])).Boot(), "s")
	must(t, err)
	if _, err := s.Get(t.Context(), "k/00", "k/01", "k/02", "k/03"); placeOf(err) != "k/02" {
		t.Error(err)
	}
	var walked []string
	for r, err := range s.Scan(t.Context(), "k/", "", 0) {
		if walked = append(walked, r.Key); err != nil {
			walked = append(walked, "damaged "+placeOf(err))
		}
	}
	if !slices.Equal(walked, []string{"k/00", "k/01", "", "damaged k/02"}) {
		t.Errorf("%q", walked)
	}
	must(t, s.Close())
	if _, err := s.Get(t.Context(), "k/02"); !errors.Is(err, transport.ErrStorage) || placeOf(err) != "" {
		t.Error(err)
	}
}

// TestDamageOfEveryByte: a byte of the last segment that is not what it was is found
// wherever it is: by opening the store, or, in a value, by reading that value. And
// nothing is cut off: no crash has done that.
func TestDamageOfEveryByte(t *testing.T) {
	whole, log, _ := diskWith(t, usual, 4, 5)
	atRead := 0
	for at, was := range log {
		for _, is := range []byte{was ^ 1, was ^ 0x80, 0, 0xff} {
			if is == was {
				continue
			}
			bad := bytes.Clone(log)
			bad[at] = is
			m := with(t, whole, segmentFile(0, "log"), bad)
			damaged, missing, err := reads(t, m, usual, 4, 5)
			if err == nil && len(damaged) == 1 && len(missing) == 0 {
				atRead++
			} else if !errors.Is(err, ErrCorrupt) || !errors.Is(err, transport.ErrStorage) {
				t.Errorf("byte %d from %x to %x: damaged %d, missing %d, %v", at, was, is, damaged, missing, err)
			}
			if left := m.ReadFile(segmentFile(0, "log")); !bytes.Equal(left, bad) {
				t.Fatalf("byte %d from %x to %x: the log was changed", at, was, is)
			}
		}
	}
	if atRead < 4*5*3 {
		t.Errorf("%d found by reading values", atRead)
	}
}

// TestSectorsNotWritten: of the last entry a crash may leave any sectors
// unwritten, and it is cut off; where another one follows, it was damage.
func TestSectorsNotWritten(t *testing.T) {
	const n, length = 4, 3 * sector
	whole, log, ends := diskWith(t, usual, n, length)
	from := 0
	for entry, end := range ends {
		for ; from < end; from += sector - from%sector {
			bad := bytes.Clone(log)
			clear(bad[from:min(from+sector-from%sector, end)])
			damaged, missing, err := reads(t, with(t, whole, segmentFile(0, "log"), bad), usual, n, length)
			switch {
			case entry < n-1 && !errors.Is(err, ErrCorrupt) && !slices.Equal(damaged, []int{entry}):
				t.Errorf("sector at %d of entry %d: damaged %d, missing %d, %v", from, entry, damaged, missing, err)
			case entry == n-1 && (err != nil || len(damaged) > 0 || !slices.Equal(missing, []int{entry})):
				t.Errorf("sector at %d of the last entry: damaged %d, missing %d, %v", from, damaged, missing, err)
			}
		}
		from = end
	}
}

// TestTornEntryIsCutOff: of the last entry any beginning may be there after a crash.
func TestTornEntryIsCutOff(t *testing.T) {
	whole, log, ends := diskWith(t, usual, 3, 40)
	for cut := ends[1]; cut < ends[2]; cut++ {
		m := with(t, whole, segmentFile(0, "log"), log[:cut])
		if damaged, missing, err := reads(t, m, usual, 3, 40); err != nil || len(damaged) > 0 || !slices.Equal(missing, []int{2}) {
			t.Fatalf("cut at %d: damaged %d, missing %d, %v", cut, damaged, missing, err)
		}
		s, err := OpenOn(m.Boot(), "s")
		must(t, err)
		must(t, errOf(s.Apply(t.Context(), batchOf("k/02", valueOf(2, 40)))))
		if damaged, missing, err := reads(t, m, usual, 3, 40); err != nil || len(damaged)+len(missing) > 0 {
			t.Fatalf("cut at %d, then written: damaged %d, missing %d, %v", cut, damaged, missing, err)
		}
	}
}

// TestDamagedSegment: damage of a finished segment, at each of its bytes or from there on,
// is found by reading what is damaged, and nothing else is. What was damaged remains so
// when the segment is compacted, and what was not does not suffer.
func TestDamagedSegment(t *testing.T) {
	const n, length = 30, 40
	whole, log, _ := diskWith(t, tiny, n, length)
	for at := range log {
		for what, bad := range map[string][]byte{
			"damaged":   slices.Concat(log[:at], []byte{log[at] ^ 4}, log[at+1:]),
			"cut short": log[:at:at],
		} {
			m := with(t, whole, segmentFile(0, "log"), bad)
			before, missing, err := reads(t, m, tiny, n, length)
			if err != nil || len(missing) > 0 || what == "damaged" && len(before) > 1 {
				t.Fatalf("%s at %d: damaged %d, missing %d, %v", what, at, before, missing, err)
			}
			compactFirst(t, m)
			if after, missing, err := reads(t, m, tiny, n, length); err != nil || !slices.Equal(before, after) || len(missing) > 0 {
				t.Fatalf("%s at %d: compacted, damaged %d, were %d, missing %d, %v", what, at, after, before, missing, err)
			}
		}
	}
}

// compactFirst has a store compact its first segment.
func compactFirst(t *testing.T, m *disk.Memory) {
	t.Helper()
	s, err := openOn(m.Boot(), "s", tiny)
	must(t, err)
	for i := 0; s.log.segments[0].number == 0; i++ {
		must(t, errOf(s.Apply(t.Context(), batchOf("other", noise(byte(i), 200)))))
		if i == 100 {
			t.Fatal("the first segment stays")
		}
	}
}

// TestDamagedHint: a hint that is damaged, cut short, of less than its segment, or not
// there, is made anew.
func TestDamagedHint(t *testing.T) {
	const n, length = 30, 40
	whole, _, ends := diskWith(t, tiny, n, length)
	hint := whole.ReadFile(segmentFile(0, "hint"))
	less := newHint(whole.Boot(), segmentFile(99, "hint"), hint[:entryHead+2])
	less.finish(entryHead + 2)
	if len(ends) < 3 {
		t.Fatalf("%d entries in the first segment", len(ends))
	}
	for name, bad := range map[string][]byte{
		"damaged": slices.Concat(hint[:40], []byte{hint[40] ^ 1}, hint[41:]), "cut short": hint[:len(hint)-1],
		"empty": {}, "none": nil, "of less": whole.ReadFile(segmentFile(99, "hint")),
	} {
		m := with(t, whole, segmentFile(0, "hint"), bad)
		for range 2 {
			if damaged, missing, err := reads(t, m, tiny, n, length); err != nil || len(damaged)+len(missing) > 0 {
				t.Fatalf("%s: damaged %d, missing %d, %v", name, damaged, missing, err)
			}
		}
		if now := m.ReadFile(segmentFile(0, "hint")); !bytes.Equal(now, hint) && name != "of less" {
			t.Errorf("%s: %d bytes, want %d", name, len(now), len(hint))
		}
		if m.ReadFile(segmentFile(99, "hint")) != nil {
			t.Error("a hint without a segment is there")
		}
	}
}

// TestLostSegment: a segment that is missing, or that is short and has no hint, is told by
// opening the store.
func TestLostSegment(t *testing.T) {
	const n, length = 60, 40
	whole, log, ends := diskWith(t, tiny, n, length)
	noHint := with(t, whole, segmentFile(0, "hint"), nil)
	for name, m := range map[string]*disk.Memory{
		"missing":   with(t, whole, segmentFile(1, "log"), nil),
		"short":     with(t, noHint, segmentFile(0, "log"), log[:ends[1]]),
		"exchanged": with(t, noHint, segmentFile(0, "log"), whole.ReadFile(segmentFile(1, "log"))),
	} {
		if _, _, err := reads(t, m, tiny, n, length); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestShorterAfterTorn: what is left of an entry that could not be written, nor be
// cut off, is not behind the next one.
func TestShorterAfterTorn(t *testing.T) {
	m := new(disk.Memory)
	s, err := OpenOn(m.Boot(), "s")
	must(t, err)
	must(t, errOf(s.Apply(t.Context(), batchOf("a", []byte("a")))))
	m.Before = func(step string) error {
		if step == "sync" || step == "truncate" {
			return syscall.EIO
		}
		return nil
	}
	if _, err := s.Apply(t.Context(), batchOf("long", noise(1, 2000))); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	m.Before = nil
	must(t, errOf(s.Apply(t.Context(), batchOf("b", []byte("b")))))
	found := state(t, s)
	s, err = OpenOn(m.Boot(), "s")
	must(t, err)
	if now := state(t, s); len(now) != 2 || !maps.Equal(found, now) {
		t.Errorf("%v, then %v", found, now)
	}
}

// TestFullDisk has a few steps of the script fail, wherever in it, with the error of a
// full disk: what is to be done then returns it, and leaves the store as it was, or as it
// is to be; and it is done when it is tried again.
func TestFullDisk(t *testing.T) {
	steps := script(t)
	after := storesOf(t, steps)
	for _, all := range after {
		dropVersions(all)
	}
	for n, failed := 0, true; failed; n += 2 {
		m := new(disk.Memory)
		s, err := openOn(m.Boot(), "s", tiny)
		must(t, err)
		left := n
		full := func(string) error {
			if left--; left < 0 && left >= -1-n%4 {
				return syscall.ENOSPC
			}
			return nil
		}
		m.Before = full
		for i, step := range steps {
			for err = step(s); err != nil; err = step(s) {
				if !errors.Is(err, transport.ErrStorage) || !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("disk step %d, step %d: %v", n, i, err)
				}
				m.Before = nil
				if now := dropVersions(state(t, s)); !maps.Equal(now, after[i]) && !maps.Equal(now, after[i+1]) {
					t.Fatalf("disk step %d, step %d: %s", n, i, differs(now, after[i]))
				}
				m.Before = full
			}
		}
		failed, m.Before = left < 0, nil
		if now := dropVersions(state(t, s)); !maps.Equal(now, after[len(steps)]) {
			t.Fatalf("disk step %d: %s", n, differs(now, after[len(steps)]))
		}
		s, err = openOn(m.Boot(), "s", tiny)
		must(t, err)
		if now := dropVersions(state(t, s)); !maps.Equal(now, after[len(steps)]) {
			t.Fatalf("disk step %d, opened again: %s", n, differs(now, after[len(steps)]))
		}
	}
}

// dropVersions leaves the values of records alone.
func dropVersions(all map[string]string) map[string]string {
	for name, is := range all {
		if _, value, ok := strings.Cut(is, " "); ok && strings.HasPrefix(name, "record") {
			all[name] = value
		}
	}
	return all
}

// TestTurnsReadOnly: what is in a folder that cannot be written any more is read, and
// every change returns an error.
func TestTurnsReadOnly(t *testing.T) {
	m := new(disk.Memory)
	s, err := openOn(m.Boot(), "s", tiny)
	must(t, err)
	for _, step := range script(t) {
		must(t, step(s))
	}
	found := state(t, s)
	m.Before = func(step string) error {
		if step == "sync" || step == "sync folder" {
			return nil
		}
		return syscall.EROFS
	}
	_, applied := s.Apply(t.Context(), batchOf("new", []byte("x")))
	for what, err := range map[string]error{
		"Apply": applied, "small": put(t, s, "new", noise(1, 10)), "large": put(t, s, "new", noise(1, maxSmall+1)),
		"Delete": s.Delete(t.Context(), "stays/small"), "Delete of a file": s.Delete(t.Context(), "stays/large"),
	} {
		if !errors.Is(err, transport.ErrStorage) || !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if now := state(t, s); !maps.Equal(found, now) {
		t.Errorf("then %s", differs(now, found))
	}
}

package filestore

import (
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// tiny has segments that a few records finish.
var tiny = limits{512, 2048}

// script is a story of a store in which all happens that its files know: groups of
// batches, segments that are finished and compacted, removals whose segments go, blobs
// and parts in the log and in files, and from one to the other. Each step is whole or
// not done.
func script(t *testing.T) (steps []func(s *Store) error) {
	add := func(step func(s *Store) error) { steps = append(steps, step) }
	set := func(key string, n int) {
		add(func(s *Store) error { return errOf(s.Apply(t.Context(), batchOf(key, noise(byte(n), 20+n)))) })
	}
	blob := func(key string, seed byte, size int) {
		add(func(s *Store) error { return put(t, s, key, noise(seed, size)) })
	}
	for i := range 4 {
		set(fmt.Sprintf("stays/%d", i), i)
		set(fmt.Sprintf("goes/%d", i), i)
	}
	blob("stays/small", 1, 300)
	blob("stays/large", 2, maxSmall+1)
	for i := range 4 {
		add(func(s *Store) error { return errOf(s.Apply(t.Context(), batchOf(fmt.Sprintf("goes/%d", i), nil))) })
	}
	for i := range 30 {
		set("changes/0", i)
		add(func(s *Store) error { return group(s, i) })
		switch i {
		case 2, 12:
			blob("changes", byte(i), 200)
		case 4, 10:
			blob("changes", byte(i), maxSmall+1000)
		case 6, 14, 20:
			add(func(s *Store) error { return s.Delete(t.Context(), "changes") })
		case 8:
			add(func(s *Store) error { return part(t, s, "part", noise(9, 500), 100) })
		case 16:
			add(func(s *Store) error { return part(t, s, "part", noise(9, maxSmall+5000), 500) })
		case 18:
			blob("part", 9, maxSmall+5000)
		case 22:
			add(func(s *Store) error { return errOf(s.Apply(t.Context(), batchOf("stays/0", nil))) })
		}
	}
	return steps
}

func errOf[V any](_ V, err error) error { return err }

func batchOf(key string, value []byte) transport.Batch {
	return transport.Batch{Changes: []transport.Change{{Key: key, Value: value}}}
}

// group commits three requests at once, of which the second one rests on the first, and
// the third cannot be.
func group(s *Store, i int) error {
	_, versions, err := s.log.read(aRecord, "group/a")
	if err != nil {
		return err
	}
	next := s.log.version + 1
	on := func(version uint64) []transport.Condition {
		return []transport.Condition{{Key: "group/a", Version: version}}
	}
	var all []*request
	for n, conditions := range [][]transport.Condition{on(versions[0]), on(next), on(next)} {
		all = append(all, &request{
			conditions: conditions,
			changes: []change{
				newChange(aRecord, "group/a", noise(byte(i), 30+n)),
				newChange(aRecord, fmt.Sprintf("group/%d", n), noise(byte(i), 20)),
			},
			turn: make(chan bool, 1),
		})
	}
	s.log.commit(all)
	if all[0].err == nil && (all[1].err != nil || all[1].version != next+1 || !errors.Is(all[2].err, transport.ErrConflict)) {
		return fmt.Errorf("of a group: %v, %v", all[1].err, all[2].err)
	}
	return all[0].err
}

// part closes an upload of the beginning of some bytes, which goes on with one of at
// least so many.
func part(t *testing.T, s *Store, key string, data []byte, least int64) error {
	w, err := s.Create(t.Context(), key)
	if err != nil {
		return err
	}
	if w.Size() > 0 && w.Size() < least {
		t.Errorf("a part of %d bytes, want %d", w.Size(), least)
	}
	_, err = w.Write(data[min(w.Size(), int64(len(data))):])
	return errors.Join(err, w.Close())
}

// state is what is seen of a store: records with their versions, and blobs.
func state(t *testing.T, s *Store) map[string]string {
	all := map[string]string{}
	for r, err := range s.Scan(t.Context(), "", "", 0) {
		must(t, err)
		all["record "+r.Key] = fmt.Sprintf("%d %x", r.Version, r.Value)
	}
	for b, err := range s.List(t.Context(), "", "", 0) {
		must(t, err)
		data, err := content(t, s, b.Key)
		must(t, err)
		if int64(len(data)) != b.Size {
			t.Errorf("%s: %d bytes, listed with %d", b.Key, len(data), b.Size)
		}
		all["blob "+b.Key] = fmt.Sprintf("%d bytes, sum %x", len(data), crc32.Checksum(data, castagnoli))
	}
	return all
}

// TestScript: the script does what it is there for.
func TestScript(t *testing.T) {
	m := new(disk.Memory)
	s, err := openOn(m.Boot(), "s", tiny)
	must(t, err)
	for _, step := range script(t) {
		must(t, step(s))
	}
	if first := s.log.segments[0].number; first < 10 {
		t.Errorf("the first segment is %d", first)
	}
	for number := range s.log.segments[0].number {
		for _, ending := range []string{"log", "hint"} {
			if m.ReadFile(s.log.path(number, ending)) != nil {
				t.Errorf("%s of segment %d is there", ending, number)
			}
		}
	}
	all, live := s.log.sizes()
	if all > 2*live+2*tiny.smallest+2*int64(maxSmall) {
		t.Errorf("%d bytes of which %d are live", all, live)
	}
	got := state(t, s)
	again, err := openOn(m.Boot(), "s", tiny)
	must(t, err)
	if now := state(t, again); !maps.Equal(got, now) {
		t.Errorf("then %d things, not %d", len(now), len(got))
	}
	for i, s := range again.log.segments {
		if was := s.live; was != again.liveOf(s) || again.log.segments[i].size != s.size {
			t.Errorf("segment %d: %d bytes are live, want %d", s.number, was, again.liveOf(s))
		}
	}
}

// liveOf counts what the index has of a segment.
func (s *Store) liveOf(of *segment) (n int64) {
	for k := range kinds {
		for key, p := range s.log.index[k].Ascend("", "") {
			if p.segment == of.number {
				n += cost(key, p.length)
			}
		}
	}
	return n
}

// TestCrash has the power fail before every step of the script that changes the disk,
// and again at each step of opening what is left. The store that is found then is that
// after the last step that was done, or after the next one; it has its versions, gives
// none of them again, and the story can go on.
func TestCrash(t *testing.T) {
	steps := script(t)
	after := storesOf(t, steps)
	done := 0
	run := func(m *disk.Memory) {
		done = 0
		if s, err := openOn(m.Boot(), "s", tiny); err == nil {
			for done < len(steps) && steps[done](s) == nil {
				done++
			}
		}
	}
	everyStep(t, 300, run, func(step string, m *disk.Memory) {
		s := reopened(t, m, step)
		found := state(t, s)
		at := done
		if !maps.Equal(found, after[at]) {
			if at++; at == len(after) || !maps.Equal(found, after[at]) {
				t.Fatalf("%s: after %d of the script: %s", step, done, differs(found, after[done]))
			}
		}
		for i := at; i < min(at+3, len(steps)); i++ {
			must(t, steps[i](s))
			now := state(t, s)
			for name, is := range now {
				var version uint64
				fmt.Sscanf(is, "%d", &version)
				if strings.HasPrefix(name, "record") && is != found[name] && version <= newest(after[:done+1]) {
					t.Fatalf("%s: %s has version %d, which was there", step, name, version)
				}
			}
			found = now
		}
		m.Fail(rand.New(rand.NewPCG(1, 1)))
		if now := state(t, reopened(t, m, step)); !maps.Equal(found, now) {
			t.Fatalf("%s, then some of the script: %s", step, differs(found, now))
		}
	})
}

// storesOf returns what is seen of a store before, between and after some steps.
func storesOf(t *testing.T, steps []func(*Store) error) (after []map[string]string) {
	s, err := openOn(new(disk.Memory).Boot(), "s", tiny)
	must(t, err)
	after = append(after, state(t, s))
	for _, step := range steps {
		must(t, step(s))
		after = append(after, state(t, s))
	}
	return after
}

// newest returns the greatest version that there was.
func newest(after []map[string]string) (newest uint64) {
	for _, all := range after {
		for name, is := range all {
			var version uint64
			if fmt.Sscanf(is, "%d", &version); strings.HasPrefix(name, "record") {
				newest = max(newest, version)
			}
		}
	}
	return newest
}

func differs(a, b map[string]string) (out string) {
	for name := range maps.Collect(func(yield func(string, bool) bool) {
		for name := range a {
			yield(name, true)
		}
		for name := range b {
			yield(name, true)
		}
	}) {
		if a[name] != b[name] {
			out += fmt.Sprintf("%s: %.40q, not %.40q; ", name, a[name], b[name])
		}
	}
	return out
}

// reopened opens a store with failures of the power at its first step, at its second
// step, and so on.
func reopened(t *testing.T, m *disk.Memory, step string) *Store {
	for n := 0; ; n++ {
		failed := fails(m, n, 1)
		s, err := openOn(m.Boot(), "s", tiny)
		m.Before = nil
		if !failed() {
			if err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			return s
		}
	}
}

// TestSeenOutlivesPowerFailure: what a process has found after another one was killed
// at any step, and what it has done then, is still there when the power fails.
func TestSeenOutlivesPowerFailure(t *testing.T) {
	steps := script(t)
	for step, killed := 0, true; killed; step += 3 {
		m := new(disk.Memory)
		left := step
		m.Before = func(string) error {
			if left--; left == -1 {
				m.Kill()
			}
			return nil
		}
		if s, err := openOn(m.Boot(), "s", tiny); err == nil {
			for i := 0; i < len(steps) && steps[i](s) == nil; i++ {
			}
		}
		killed, m.Before = left < 0, nil
		s, err := openOn(m.Boot(), "s", tiny)
		must(t, err)
		before := state(t, s)
		seen := m.Clone()
		must(t, errOf(s.Apply(t.Context(), batchOf("more", []byte("more")))))
		more := state(t, s)
		for seed := range uint64(6) {
			c, before := seen.Clone(), before
			if seed%2 == 1 {
				c, before = m.Clone(), more
			}
			c.Fail(rand.New(rand.NewPCG(seed, uint64(step))))
			s, err := openOn(c.Boot(), "s", tiny)
			must(t, err)
			if now := state(t, s); !maps.Equal(before, now) {
				t.Fatalf("killed at step %d: %s", step, differs(before, now))
			}
		}
	}
}

// TestVersionsOutliveTheirSegments: a version is not given again when all the segments
// that tell of it are gone, and the next one has been begun, and no more.
func TestVersionsOutliveTheirSegments(t *testing.T) {
	m := new(disk.Memory)
	s, err := openOn(m.Boot(), "s", tiny)
	must(t, err)
	last, err := s.Apply(t.Context(), batchOf("k", noise(1, int(tiny.smallest)-62)))
	must(t, err)
	must(t, errOf(s.Apply(t.Context(), batchOf("k", nil))))
	if all, live := s.log.sizes(); len(s.log.segments) > 1 || all < tiny.smallest || live > 0 {
		t.Fatalf("%d segments of %d bytes", len(s.log.segments), all)
	}
	writes := 0
	m.Before = func(step string) error {
		if step == "write" {
			writes++
		}
		if writes == 4 { // of the entry, behind that which begins the segment, and those of two hints
			return syscall.ENOSPC
		}
		return nil
	}
	if _, err := s.Apply(t.Context(), batchOf("k", nil)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	m.Before = func(step string) error {
		if step == "write" {
			m.Fail(rand.New(rand.NewPCG(1, 1)))
			return disk.ErrCrashed
		}
		return nil
	}
	if _, err := s.Apply(t.Context(), batchOf("k", nil)); !errors.Is(err, disk.ErrCrashed) {
		t.Fatal(err)
	}
	m.Before = nil
	s, err = openOn(m.Boot(), "s", tiny)
	must(t, err)
	if n := len(s.log.segments); n != 1 {
		t.Fatalf("%d segments", n)
	}
	version, err := s.Apply(t.Context(), batchOf("k", []byte("again")))
	if err != nil || version <= last {
		t.Errorf("version %d after %d, %v", version, last, err)
	}
}

// TestPartInBoth: of a part that a crash has left in the log and in a file nothing is
// left once the blob is there.
func TestPartInBoth(t *testing.T) {
	m := new(disk.Memory)
	s, err := OpenOn(m.Boot(), "s")
	must(t, err)
	data := noise(1, 2*maxSmall)
	must(t, part(t, s, "a", data[:100], 0))
	w, err := s.Create(t.Context(), "a")
	must(t, err)
	must(t, errOf(w.Write(data[100:])))
	m.Kill()
	s, err = OpenOn(m.Boot(), "s")
	must(t, err)
	if n, err := s.Part(t.Context(), "a"); n != 100 || err != nil {
		t.Errorf("a part of %d bytes, %v", n, err)
	}
	must(t, put(t, s, "a", data[:200]))
	if n, err := s.Part(t.Context(), "a"); n != 0 || err != nil {
		t.Errorf("a part of %d bytes beside the blob, %v", n, err)
	}
}

// TestHiddenFile: a file whose blob was replaced by one in the log, and which a crash has
// left, is not seen again when that is deleted, wherever the power fails.
func TestHiddenFile(t *testing.T) {
	large, small := noise(1, maxSmall+1), noise(2, 10)
	var deleted bool
	everyStep(t, 5, func(m *disk.Memory) {
		deleted = false
		fails := m.Before
		m.Before = nil
		s, err := OpenOn(m.Boot(), "s")
		must(t, err)
		must(t, put(t, s, "b", large))
		must(t, put(t, s, "b", small))
		must(t, put(t, s, "a", large))
		m.Before = func(step string) error {
			if step == "remove" {
				return syscall.EIO
			}
			return nil
		}
		must(t, put(t, s, "a", small))
		if files := m.Files("s/blobs"); len(files) != 1 {
			t.Fatalf("files %q", files)
		}
		m.Before = fails
		deleted = s.Delete(t.Context(), "a") == nil
	}, func(step string, m *disk.Memory) {
		s, err := OpenOn(m.Boot(), "s")
		must(t, err)
		data, err := content(t, s, "a")
		if may := [][]byte{nil, small}; err != nil || deleted && data != nil || !isOneOf(data, may...) {
			t.Fatalf("%s: %d bytes, %v", step, len(data), err)
		}
		must(t, s.Delete(t.Context(), "a"))
		if data, err := content(t, s, "a"); err != nil || data != nil {
			t.Fatalf("%s: deleted, %d bytes, %v", step, len(data), err)
		}
	})
}

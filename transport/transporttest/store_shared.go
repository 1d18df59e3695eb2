package transporttest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func sharedTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"what one process is told all see", sharedSeen},
		{"what one process wrote is not remembered by another", sharedFresh},
		{"processes that change at once all count", sharedCount},
		{"processes have different versions", sharedVersions},
		{"processes see batches whole", sharedWhole},
		{"uploads of several processes do not meet", sharedUploads},
		{"scan goes on while another process changes", sharedScan},
	}
}

// sharedSeen has each of three processes look at what another one did.
func sharedSeen(t testing.TB, open opener[transport.Store]) {
	all := []transport.Store{open(t), open(t), open(t)}
	for i, s := range all {
		next := all[(i+1)%3]
		put(t, s, "a/b", fmt.Sprint("blob ", i))
		want(t, create(t, s, "a/c", "x").Close(), nil)
		set(t, s, to("r/1", fmt.Sprint("record ", i)))
		holds(t, next, "a/b", fmt.Sprint("blob ", i))
		hasPart(t, next, "a/c", int64(i)+1)
		has(t, next, "r/1", fmt.Sprint("record ", i))
	}
	want(t, all[0].Delete(t.Context(), "a/b"), nil)
	set(t, all[0], gone("r/1"))
	missing(t, all[1], "a/b")
	lacks(t, all[1], "r/1")
	for b, err := range all[2].List(t.Context(), "", "", 0) {
		t.Errorf("%s is listed, %v", b.Key, err)
	}
	for r, err := range all[2].Scan(t.Context(), "", "", 0) {
		t.Errorf("%s is listed, %v", r.Key, err)
	}
}

// sharedFresh reads before another process changes what was read.
func sharedFresh(t testing.TB, open opener[transport.Store]) {
	a, b := open(t), open(t)
	lacks(t, a, "r/1")
	missing(t, a, "a/b")
	for i := range 5 {
		data := fmt.Sprint("no ", i)
		version := set(t, b, to("r/1", data))
		put(t, b, "a/b", data)
		has(t, a, "r/1", data)
		holds(t, a, "a/b", data)
		want(t, apply(t, a, if1("r/1", version+1), to("r/1", "x")), transport.ErrConflict)
		want(t, apply(t, a, if1("r/1", version), to("r/1", data)), nil)
		want(t, apply(t, b, if1("r/1", version), to("r/1", "x")), transport.ErrConflict)
	}
}

func sharedCount(t testing.TB, open opener[transport.Store]) {
	all := []transport.Store{open(t), open(t), open(t)}
	atOnce(t, 6, func(i int) error {
		for range 20 {
			if err := update(t, all[i%3], "count", plus(1)); err != nil {
				return err
			}
		}
		return nil
	})
	has(t, open(t), "count", "120")
}

// sharedVersions changes a record in turn and looks that no version comes twice.
func sharedVersions(t testing.TB, open opener[transport.Store]) {
	all := []transport.Store{open(t), open(t), open(t)}
	seen := map[uint64]bool{0: true}
	for i := range 12 {
		version := set(t, all[i%3], to("r/1", "x"))
		if seen[version] {
			t.Errorf("version %d has been there before", version)
		}
		seen[version] = true
		if i%4 == 3 {
			set(t, all[i%2], gone("r/1"))
		}
	}
}

func sharedWhole(t testing.TB, open opener[transport.Store]) {
	a, b := open(t), open(t)
	keys := []string{"m/1", "m/2", "m/3", "m/4"}
	writing(t, a, keys, func(int64) error {
		found, err := b.Get(t.Context(), keys...)
		return errors.Join(err, ofOneBatch(found))
	})
}

func sharedUploads(t testing.TB, open opener[transport.Store]) {
	a, b := open(t), open(t)
	one, two := create(t, a, "a/b", "one, "), create(t, b, "a/b", "two, ")
	for _, w := range []transport.BlobWriter{one, two} {
		_, err := w.Write([]byte("whole"))
		want(t, err, nil)
	}
	readsAs(t, one, "one, whole")
	readsAs(t, two, "two, whole")
	want(t, two.Commit(t.Context()), nil)
	holds(t, a, "a/b", "two, whole")
	want(t, one.Commit(t.Context()), nil)
	holds(t, b, "a/b", "one, whole")
	one, two = create(t, a, "a/c", "one"), create(t, b, "a/c", "second")
	want(t, two.Close(), nil)
	want(t, one.Close(), nil)
	hasPart(t, b, "a/c", 3)
	two = create(t, b, "a/c", "")
	readsAs(t, two, "one")
	want(t, two.Discard(), nil)
}

func sharedScan(t testing.TB, open opener[transport.Store]) {
	a, b := open(t), open(t)
	var changes []transport.Change
	for i := range 2500 {
		changes = append(changes, to(fmt.Sprintf("k/%05d", i), "x"))
	}
	set(t, a, changes...)
	i := 0
	for r, err := range a.Scan(t.Context(), "k/", "", 0) {
		want(t, err, nil)
		if r.Key != changes[i].Key {
			t.Fatalf("%s is listed at %d", r.Key, i)
		}
		if i%300 == 5 {
			soon(t, "Apply of another process during a walk", func() error {
				_, err := b.Apply(t.Context(), transport.Batch{Changes: []transport.Change{gone(r.Key), to("k/-", r.Key)}})
				return err
			})
		}
		i++
	}
	if i != len(changes) {
		t.Errorf("%d records are listed of %d", i, len(changes))
	}
}

package transporttest

import (
	"math"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func conditionTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"a condition on a version", conditionVersion},
		{"a condition on absence", conditionAbsent},
		{"a condition on what is not changed", conditionElsewhere},
		{"every condition counts", conditionEach},
		{"a batch without changes only looks", conditionOnly},
		{"a version is another one after every change", versionChanges},
		{"a version stays where nothing changes", versionStays},
		{"a version does not come back with the record", versionAgain},
	}
}

// badVersions are versions that a record which has version does not have.
func badVersions(version uint64) []uint64 {
	return []uint64{0, version - 1, version + 1, version ^ 1<<32, version ^ 1<<63, ^version, math.MaxInt64, math.MaxUint64}
}

func conditionVersion(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	version := set(t, s, to("r/1", "one"))
	for _, bad := range badVersions(version) {
		want(t, apply(t, s, if1("r/1", bad), to("r/1", "two")), transport.ErrConflict)
		want(t, apply(t, s, if1("r/1", bad), gone("r/1")), transport.ErrConflict)
	}
	has(t, s, "r/1", "one")
	want(t, apply(t, s, if1("r/1", version), to("r/1", "two")), nil)
	want(t, apply(t, s, if1("r/1", version), to("r/1", "three")), transport.ErrConflict)
	has(t, s, "r/1", "two")
	version = get(t, s, "r/1").Version
	want(t, apply(t, s, if1("r/1", version), gone("r/1")), nil)
	want(t, apply(t, s, if1("r/1", version), gone("r/1")), transport.ErrConflict)
	want(t, apply(t, s, if1("r/1", version), to("r/1", "four")), transport.ErrConflict)
	lacks(t, s, "r/1")
}

func conditionAbsent(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	want(t, apply(t, s, if1("r/1", 0), to("r/1", "one")), nil)
	want(t, apply(t, s, if1("r/1", 0), to("r/1", "two")), transport.ErrConflict)
	want(t, apply(t, s, if1("r/1", 0), gone("r/1")), transport.ErrConflict)
	has(t, s, "r/1", "one")
	set(t, s, gone("r/1"))
	want(t, apply(t, s, if1("r/1", 0), gone("r/1")), nil)
	want(t, apply(t, s, if1("r/1", 0), to("r/1", "three")), nil)
	has(t, s, "r/1", "three")
}

func conditionElsewhere(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	version := set(t, s, to("r/1", "one"))
	for _, on := range [][]transport.Condition{if1("r/1", 0), if1("r/1", version+1), if1("r/9", version)} {
		want(t, apply(t, s, on, to("r/2", "two")), transport.ErrConflict)
		lacks(t, s, "r/2")
	}
	want(t, apply(t, s, if1("r/1", version), to("r/2", "two")), nil)
	want(t, apply(t, s, if1("r/9", 0), to("r/3", "three")), nil)
	has(t, s, "r/2", "two")
	has(t, s, "r/3", "three")
}

func conditionEach(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	version := set(t, s, to("r/1", "one"), to("r/2", "two"), to("r/3", "three"))
	for broken := range 4 {
		on := []transport.Condition{{Key: "r/1", Version: version}, {Key: "r/2", Version: version}, {Key: "r/3", Version: version}, {Key: "r/4"}}
		on[broken].Version++
		want(t, apply(t, s, on, to("r/1", "first"), to("r/4", "four")), transport.ErrConflict)
	}
	has(t, s, "r/1", "one")
	lacks(t, s, "r/4")
}

func conditionOnly(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	version := set(t, s, to("r/1", "one"))
	want(t, apply(t, s, nil), nil)
	want(t, apply(t, s, if1("r/1", version)), nil)
	want(t, apply(t, s, if1("r/2", 0)), nil)
	want(t, apply(t, s, if1("r/1", 0)), transport.ErrConflict)
	want(t, apply(t, s, if1("r/1", version+1)), transport.ErrConflict)
	want(t, apply(t, s, if1("r/2", version)), transport.ErrConflict)
	if r := get(t, s, "r/1"); r.Version != version {
		t.Errorf("looking has changed version %d into %d", version, r.Version)
	}
}

func versionChanges(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	seen := map[uint64]bool{0: true}
	for _, value := range []string{"one", "two", "two", "", "", "one"} {
		version := set(t, s, to("r/1", value))
		if seen[version] {
			t.Errorf("setting %q brought version %d, which the record had before", value, version)
		}
		seen[version] = true
		if r := get(t, s, "r/1"); r.Version != version {
			t.Errorf("Apply returned version %d, Get %d", version, r.Version)
		}
		for r, err := range s.Scan(t.Context(), "r/1", "", 1) {
			want(t, err, nil)
			if r.Version != version {
				t.Errorf("Apply returned version %d, Scan %d", version, r.Version)
			}
		}
	}
}

func versionStays(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	version := set(t, s, to("r/1", "one"))
	set(t, s, to("r/2", "two"))
	set(t, s, gone("r/2"), gone("none"))
	want(t, apply(t, s, if1("r/1", version+1), to("r/1", "two")), transport.ErrConflict)
	want(t, apply(t, s, if1("r/1", version), to("r/3", "three")), nil)
	for range 2 {
		if r := get(t, s, "r/1"); r.Version != version {
			t.Fatalf("version %d has become %d", version, r.Version)
		}
		s = open(t)
	}
}

// versionAgain removes a record and makes it again, with and without a crash between,
// while it is the only one, the last one and none of both.
func versionAgain(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	seen := map[uint64]bool{0: true}
	for round := range 8 {
		version := set(t, s, to("r/1", "one"))
		if seen[version] {
			t.Fatalf("version %d has come back in round %d", version, round)
		}
		seen[version] = true
		set(t, s, gone("r/1"))
		if round%2 == 1 {
			s = open(t)
		}
		if round == 3 {
			set(t, s, to("r/2", "two"))
		}
		want(t, apply(t, s, if1("r/1", version), to("r/1", "again")), transport.ErrConflict)
	}
}

package transporttest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func recordTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"get returns the records in the order of the keys", getOrder},
		{"get takes many keys", getMany},
		{"a batch is whole or not there", batchWhole},
		{"a batch has no key twice", batchTwice},
		{"an empty value is one", emptyValue},
		{"a value has any length", valueLengths},
		{"a batch is as long as it may be", batchLimits},
		{"a batch beyond the limits is refused", batchBeyond},
		{"a batch keeps none of the caller's memory", batchMemory},
		{"values are the caller's", valueMemory},
		{"blobs and records do not meet", blobsAndRecords},
		{"a store does what a map does", asMap},
	}
}

func getOrder(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	set(t, s, to("r/1", "one"), to("r/2", "two"))
	for _, keys := range [][]string{{}, {"r/2"}, {"r/2", "r/1"}, {"r/1", "none", "r/2", "r/1"}} {
		found, err := s.Get(t.Context(), keys...)
		want(t, err, nil)
		if len(found) != len(keys) {
			t.Fatalf("%d records of %d keys", len(found), len(keys))
		}
		for i, r := range found {
			value := map[string]string{"r/1": "one", "r/2": "two"}[keys[i]]
			if r.Key != keys[i] || string(r.Value) != value || (r.Version == 0) != (value == "") {
				t.Errorf("Get(%q) returned %v at %d", keys, r, i)
			}
		}
	}
}

func getMany(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	keys := make([]string, transport.MaxChanges)
	for i := range keys {
		keys[i] = fmt.Sprintf("many/%d", i)
	}
	set(t, s, to(keys[3], "three"), to(keys[len(keys)-1], "last"))
	found, err := s.Get(t.Context(), keys...)
	want(t, err, nil)
	there := 0
	for _, r := range found {
		if r.Version > 0 {
			there++
		}
	}
	if len(found) != len(keys) || there != 2 || string(found[len(keys)-1].Value) != "last" {
		t.Errorf("%d records, %d of them there", len(found), there)
	}
}

func batchWhole(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	version := set(t, s, to("r/1", "one"), to("r/2", "two"), to("r/3", "three"))
	for _, key := range []string{"r/1", "r/2", "r/3"} {
		if r := get(t, s, key); r.Version != version {
			t.Errorf("%s: version %d, want %d, which Apply returned", key, r.Version, version)
		}
	}
	set(t, s, gone("r/1"), to("r/2", "second"), gone("none"))
	lacks(t, s, "r/1")
	lacks(t, s, "none")
	has(t, s, "r/2", "second")
	refused := []transport.Change{to("r/0", "zero"), gone("r/2"), to("r/3", "third")}
	want(t, apply(t, s, if1("r/3", 0), refused...), transport.ErrConflict)
	want(t, apply(t, s, nil, append(refused, to("No key", "x"))...), transport.ErrStorage)
	want(t, apply(t, s, nil, append(refused, to("big", strings.Repeat("x", transport.MaxValue+1)))...), transport.ErrTooLarge)
	lacks(t, s, "r/0")
	has(t, s, "r/2", "second")
	if r := get(t, s, "r/3"); r.Version != version {
		t.Errorf("a refused batch has changed %v", r)
	}
}

func batchTwice(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, second := range []transport.Change{to("r/1", "second"), to("r/1", "one"), gone("r/1")} {
		want(t, apply(t, s, nil, to("r/1", "one"), to("r/2", "two"), second), transport.ErrStorage)
		want(t, apply(t, s, nil, second, to("r/1", "one")), transport.ErrStorage)
		lacks(t, s, "r/1")
		lacks(t, s, "r/2")
	}
}

// emptyValue sets empty values, which read as ones that are there and are not nil: who
// writes back what was read would remove the record otherwise.
func emptyValue(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	set(t, s, transport.Change{Key: "r/1", Value: []byte{}}, to("r/2", "two"))
	set(t, s, transport.Change{Key: "r/2", Value: []byte{}})
	for _, key := range []string{"r/1", "r/2"} {
		if r := get(t, s, key); r.Version == 0 || r.Value == nil || len(r.Value) > 0 {
			t.Errorf("an empty value reads as version %d, value %v", r.Version, r.Value)
		}
	}
	listed := 0
	for r, err := range s.Scan(t.Context(), "", "", 0) {
		want(t, err, nil)
		if r.Version == 0 || r.Value == nil || len(r.Value) > 0 {
			t.Errorf("an empty value is listed as version %d, value %v", r.Version, r.Value)
		}
		listed++
	}
	if listed != 2 {
		t.Errorf("%d records with empty values, want 2", listed)
	}
	want(t, apply(t, s, if1("r/1", 0), to("r/1", "x")), transport.ErrConflict)
	set(t, s, gone("r/1"))
	lacks(t, s, "r/1")
}

func valueLengths(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, size := range append(blobSizes, transport.MaxValue-1, transport.MaxValue) {
		if size > transport.MaxValue {
			continue
		}
		value := string(noise(4, size))
		set(t, s, to("r/1", value), to("r/2", value))
		has(t, s, "r/1", value)
		for r, err := range s.Scan(t.Context(), "r/2", "", 0) {
			want(t, err, nil)
			if string(r.Value) != value {
				t.Errorf("listed with %d bytes that are not the %d that were set", len(r.Value), size)
			}
		}
	}
}

func batchLimits(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, batch := range []transport.Batch{largest(), longest()} {
		version, err := s.Apply(t.Context(), batch)
		want(t, err, nil)
		i := 0
		for r, err := range s.Scan(t.Context(), batch.Changes[0].Key[:4], "", 0) {
			want(t, err, nil)
			if c := batch.Changes[i]; r.Key != c.Key || !bytes.Equal(r.Value, c.Value) || r.Version != version {
				t.Fatalf("record %d of the batch is %s with %d bytes", i, r.Key, len(r.Value))
			}
			i++
		}
		if i != len(batch.Changes) {
			t.Errorf("%d records of %d", i, len(batch.Changes))
		}
	}
}

// largest is a batch of as many bytes as there may be, and longest one of as many
// changes and conditions.
func largest() (b transport.Batch) {
	data := noise(9, transport.MaxValue+1000)
	for rest := transport.MaxBatch; rest > 0; {
		i := len(b.Changes)
		key := fmt.Sprintf("large/%04d", i)
		c := transport.Change{Key: key, Value: data[i : i+min(transport.MaxValue, rest-len(key))]}
		b.Changes = append(b.Changes, c)
		rest -= len(c.Key) + len(c.Value)
	}
	return b
}

func longest() (b transport.Batch) {
	for i := range transport.MaxChanges {
		b.Changes = append(b.Changes, to(fmt.Sprintf("long/%07d", i), "x"))
		b.Conditions = append(b.Conditions, transport.Condition{Key: fmt.Sprintf("none/%07d", i)})
	}
	return b
}

func batchBeyond(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	bytes, long := largest(), longest()
	last := &bytes.Changes[len(bytes.Changes)-1]
	last.Value = append(last.Value[:len(last.Value):len(last.Value)], 'x')
	for _, c := range []struct {
		what  string
		batch transport.Batch
	}{
		{"a value", transport.Batch{Changes: []transport.Change{{Key: "r/1", Value: make([]byte, transport.MaxValue+1)}}}},
		{"bytes", bytes},
		{"changes", transport.Batch{Changes: append(long.Changes, to("r/1", "x"))}},
		{"conditions", transport.Batch{
			Conditions: append(long.Conditions, transport.Condition{Key: "r/1"}),
			Changes:    long.Changes[:1],
		}},
	} {
		if _, err := s.Apply(t.Context(), c.batch); err == nil {
			t.Errorf("a batch beyond the limit of %s is taken", c.what)
		} else {
			want(t, err, transport.ErrTooLarge)
		}
	}
	for r := range s.Scan(t.Context(), "", "", 1) {
		t.Errorf("%s of a refused batch is there", r.Key)
	}
}

func batchMemory(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	batch := transport.Batch{Changes: []transport.Change{to("r/1", "hello"), to("r/2", "hello")}}
	_, err := s.Apply(t.Context(), batch)
	want(t, err, nil)
	copy(batch.Changes[0].Value, "other")
	batch.Changes[1] = to("r/3", "other")
	has(t, s, "r/1", "hello")
	has(t, s, "r/2", "hello")
	lacks(t, s, "r/3")
}

func valueMemory(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	set(t, s, to("r/1", "hello"), to("r/2", "hello"))
	copy(get(t, s, "r/1").Value, "other")
	for r, err := range s.Scan(t.Context(), "r/", "", 0) {
		want(t, err, nil)
		if string(r.Value) != "hello" {
			t.Errorf("%s is listed as %q", r.Key, r.Value)
		}
		copy(r.Value, "other")
		_ = append(r.Value, "other"...)
	}
	has(t, s, "r/1", "hello")
	has(t, s, "r/2", "hello")
}

func blobsAndRecords(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	put(t, s, "a/b", "blob")
	want(t, create(t, s, "a/c", "part").Close(), nil)
	lacks(t, s, "a/b")
	set(t, s, to("a/b", "record"), to("a/c", "record"))
	missing(t, s, "a/c")
	for r := range s.Scan(t.Context(), "", "", 0) {
		has(t, s, r.Key, "record")
	}
	want(t, s.Delete(t.Context(), "a/b"), nil)
	has(t, s, "a/b", "record")
	set(t, s, gone("a/b"), gone("a/c"))
	hasPart(t, s, "a/c", 4)
}

package transporttest

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func keyTrials() []trial[transport.Store] {
	return slices.Concat([]trial[transport.Store]{
		{"nothing is under what is no key", badKeys},
		{"a key is as long as it may be", longKeys},
		{"a key begins with another", keysWithin},
	}, listingTrials("scan", ofRecords), listingTrials("list", ofBlobs), []trial[transport.Store]{
		{"list tells of committed blobs", listCommitted},
	})
}

func listingTrials(name string, of func(func(testing.TB, listing)) func(testing.TB, opener[transport.Store])) []trial[transport.Store] {
	return []trial[transport.Store]{
		{name + " is in the order of bytes", of(listOrder)},
		{name + " takes a prefix as it is", of(listPrefix)},
		{name + " begins after a key", of(listAfter)},
		{name + " ends at its limit", of(listLimit)},
	}
}

// listing is what Scan and List have in common.
type listing struct {
	store       transport.Store
	walk        func(ctx context.Context, prefix, after string, limit int) iter.Seq2[string, error]
	add, remove func(keys ...string)
}

// ofRecords runs a check of Scan, and ofBlobs the same of List.
func ofRecords(check func(testing.TB, listing)) func(testing.TB, opener[transport.Store]) {
	return func(t testing.TB, open opener[transport.Store]) {
		s := open(t)
		check(t, listing{s,
			func(ctx context.Context, prefix, after string, limit int) iter.Seq2[string, error] {
				return onlyKeys(s.Scan(ctx, prefix, after, limit), func(r transport.Record) string { return r.Key })
			},
			func(keys ...string) { set(t, s, toAll(keys, "x")...) },
			func(keys ...string) {
				var changes []transport.Change
				for _, key := range keys {
					changes = append(changes, gone(key))
				}
				set(t, s, changes...)
			},
		})
	}
}

func ofBlobs(check func(testing.TB, listing)) func(testing.TB, opener[transport.Store]) {
	return func(t testing.TB, open opener[transport.Store]) {
		s := open(t)
		check(t, listing{s,
			func(ctx context.Context, prefix, after string, limit int) iter.Seq2[string, error] {
				return onlyKeys(s.List(ctx, prefix, after, limit), func(b transport.BlobInfo) string { return b.Key })
			},
			func(keys ...string) {
				for _, key := range keys {
					put(t, s, key, "x")
				}
			},
			func(keys ...string) {
				for _, key := range keys {
					want(t, s.Delete(t.Context(), key), nil)
				}
			},
		})
	}
}

func onlyKeys[V any](all iter.Seq2[V, error], key func(V) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for v, err := range all {
			if !yield(key(v), err) {
				return
			}
		}
	}
}

// lists fails unless a walk lists what it should of all keys.
func (l listing) lists(t testing.TB, all []string, prefix, after string, limit int) {
	t.Helper()
	var got []string
	for key, err := range l.walk(t.Context(), prefix, after, limit) {
		want(t, err, nil)
		got = append(got, key)
	}
	if should := pick(all, prefix, after, limit); !slices.Equal(got, should) {
		t.Errorf("prefix %q, after %q, limit %d: %q, want %q", prefix, after, limit, got, should)
	}
}

// someKeys are keys whose order is another one to who compares them part by part, by
// the rules of a language, or by length. They are not in any order.
var someKeys = []string{
	"b", "a-/b", "a/b/c", "a", "10", "ab", "a-b", "a/-", "a0", "9", "a--", "a/b", "-", "a/0", "a-",
	"a/b-c", "a0/b", "aa/b", "b-/c", "b/-", "zz", "z/z",
}

func listOrder(t testing.TB, l listing) {
	l.lists(t, nil, "", "", 0)
	l.add(someKeys...)
	l.lists(t, someKeys, "", "", 0)
	l.lists(t, someKeys, "a", "", 0)
	l.remove(someKeys[:4]...)
	l.lists(t, someKeys[4:], "", "", 0)
}

func listPrefix(t testing.TB, l listing) {
	l.add(someKeys...)
	for _, key := range someKeys {
		for end := range key {
			l.lists(t, someKeys, key[:end+1], "", 0)
		}
	}
	for _, none := range []string{"%", "_", "a%", "a_", "a*", "[a]", "A", "a/b/c/d", "a//", "zzz", "\xff", "a\xff", "a\x00", "\\", "'", strings.Repeat("a", 300)} {
		l.lists(t, someKeys, none, "", 0)
	}
}

func listAfter(t testing.TB, l listing) {
	l.add(someKeys...)
	for _, prefix := range []string{"", "a", "a/", "a-", "b"} {
		for _, after := range someKeys {
			l.lists(t, someKeys, prefix, after, 0)
			l.lists(t, someKeys, prefix, after+"-", 0)
			l.lists(t, someKeys, prefix, after+"zzz", 0)
		}
	}
}

func listLimit(t testing.TB, l listing) {
	l.add(someKeys...)
	for _, limit := range []int{1, 2, 3, 7, len(someKeys) - 1, len(someKeys), len(someKeys) + 1, 1 << 20} {
		l.lists(t, someKeys, "", "", limit)
		l.lists(t, someKeys, "a", "", limit)
		l.lists(t, someKeys, "a", "a/b", limit)
	}
}

func listCommitted(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	sizes := map[string]int64{"a": 0, "a/b": 1, "b": 70_000, "c": 3}
	for key, size := range sizes {
		put(t, s, key, string(noise(5, int(size))))
	}
	put(t, s, "d", "deleted")
	want(t, s.Delete(t.Context(), "d"), nil)
	put(t, s, "c", "replaced")
	sizes["c"] = 8
	want(t, create(t, s, "a", "part").Close(), nil)
	want(t, create(t, s, "e", "part").Close(), nil)
	defer create(t, s, "f", "upload").Discard()
	listed := 0
	for b, err := range s.List(t.Context(), "", "", 0) {
		want(t, err, nil)
		if size, ok := sizes[b.Key]; !ok || b.Size != size {
			t.Errorf("%s of %d bytes is listed, want %d", b.Key, b.Size, size)
		}
		listed++
	}
	if listed != len(sizes) {
		t.Errorf("%d blobs are listed of %d", listed, len(sizes))
	}
}

func badKeys(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, key := range []string{
		"", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/..", "A", "a.b", "a b", "a_b", "%", "ä", "a\x00", "\xff", "a\\b",
		strings.Repeat("a", 65), "b/" + strings.Repeat("a", 65), strings.Repeat("a/", 127) + "aa",
	} {
		if w, err := s.Create(t.Context(), key); err == nil {
			t.Errorf("%q is taken as the key of a blob: %v", key, w.Discard())
		} else {
			want(t, err, transport.ErrStorage)
		}
		if err := apply(t, s, nil, to("good", "x"), to(key, "x")); err == nil {
			t.Errorf("%q is taken as the key of a record", key)
		} else {
			want(t, err, transport.ErrStorage)
		}
		want(t, apply(t, s, nil, gone(key)), transport.ErrStorage)
		missing(t, s, key)
		hasPart(t, s, key, 0)
		want(t, s.Delete(t.Context(), key), nil)
		lacks(t, s, key)
		want(t, apply(t, s, if1(key, 0)), nil)
		want(t, apply(t, s, if1(key, 1)), transport.ErrConflict)
	}
	lacks(t, s, "good")
}

func longKeys(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	part := strings.Repeat("x", 64)
	for _, key := range []string{
		part, strings.Join([]string{part, part, part, part[:60]}, "/"), strings.Repeat("a/", 127) + "a",
		strings.Repeat("-", 64), "con", "nul", "-",
	} {
		put(t, s, key, "blob")
		want(t, create(t, s, key, "part").Close(), nil)
		holds(t, s, key, "blob")
		hasPart(t, s, key, 4)
		set(t, s, to(key, "record"))
		has(t, s, key, "record")
	}
}

// keysWithin has keys that begin with others, as files and folders cannot.
func keysWithin(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	keys := []string{"a", "a/b", "a/b/c", "c/b/a", "c/b", "c"}
	for _, key := range keys {
		put(t, s, key, "blob "+key)
		want(t, create(t, s, key, "part "+key).Close(), nil)
	}
	for _, key := range keys {
		holds(t, s, key, "blob "+key)
		put(t, s, key, " and more")
		holds(t, s, key, "part "+key+" and more")
	}
	want(t, s.Delete(t.Context(), "a"), nil)
	want(t, s.Delete(t.Context(), "c/b/a"), nil)
	holds(t, s, "a/b", "part a/b and more")
	holds(t, s, "c/b", "part c/b and more")
}

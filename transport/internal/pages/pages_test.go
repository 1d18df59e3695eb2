package pages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// of returns pages of some keys, at most so many in one.
func of(keys []string, most int) Page[string] {
	return func(from, to string, rows int) ([]string, bool, error) {
		var found []string
		for _, key := range keys {
			if key >= from && key < to && len(found) < min(rows, most) {
				found = append(found, key)
			}
		}
		return found, len(found) == min(rows, most), nil
	}
}

func same(key string) string { return key }

func TestWalk(t *testing.T) {
	var keys []string
	for i := range 600 {
		keys = append(keys, fmt.Sprintf("a/%03d", i))
	}
	keys = append(keys, "a0", "b")
	for _, c := range []struct {
		prefix, after string
		limit, want   int
		first         string
	}{
		{"", "", 0, 602, "a/000"}, {"a/", "", 0, 600, "a/000"}, {"a/", "a/299", 0, 300, "a/300"},
		{"a", "a/599", 0, 1, "a0"}, {"a/", "", 257, 257, "a/000"}, {"a/", "a/", 3, 3, "a/000"},
		{"b", "", 1, 1, "b"}, {"b", "b", 0, 0, ""}, {"a\xff", "", 0, 0, ""}, {"A", "", 0, 0, ""},
	} {
		for _, most := range []int{1, 7, 1000} {
			var got []string
			for key, err := range Walk(t.Context(), c.prefix, c.after, c.limit, of(keys, most), same) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, key)
			}
			if len(got) != c.want || len(got) > 0 && got[0] != c.first || !slices.IsSorted(got) {
				t.Errorf("%q after %q, limit %d, pages of %d: %d from %.5s", c.prefix, c.after, c.limit, most, len(got), strings.Join(got, " "))
			}
		}
	}
}

// TestWalkEnds ends walks by a context, by an error of a page and by the caller.
func TestWalkEnds(t *testing.T) {
	bad := errors.New("bad")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for key, err := range Walk(ctx, "", "", 0, of([]string{"a", "b", "c"}, 2), same) {
		if n++; n == 2 && !errors.Is(err, context.Canceled) || n > 2 {
			t.Errorf("%d: %q, %v after the end of the context", n, key, err)
		}
		cancel()
	}
	n = 0
	failing := func(string, string, int) ([]string, bool, error) { return []string{"a"}, true, bad }
	for key, err := range Walk(t.Context(), "", "", 0, failing, same) {
		if n++; n == 1 && (key != "a" || err != nil) || n == 2 && err != bad || n > 2 {
			t.Errorf("%d: %q, %v of a page that fails", n, key, err)
		}
	}
	for range Walk(t.Context(), "", "", 0, of([]string{"a", "b"}, 2), same) {
		break
	}
}

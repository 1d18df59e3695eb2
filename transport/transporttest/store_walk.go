package transporttest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func walkTrials() []trial[transport.Store] {
	return slices.Concat(walksOf("scan", ofRecords, 2500), walksOf("list", ofBlobs, 60))
}

// walksOf are the trials of walks past so many keys, which are more than a page of most
// stores, where that costs little.
func walksOf(name string, of func(func(testing.TB, listing)) func(testing.TB, opener[transport.Store]), keys int) []trial[transport.Store] {
	past := func(check func(testing.TB, listing, []string)) func(testing.TB, opener[transport.Store]) {
		return of(func(t testing.TB, l listing) {
			var all []string
			for i := range keys {
				all = append(all, fmt.Sprintf("k/%05d", i))
			}
			l.add(all...)
			check(t, l, all)
		})
	}
	return []trial[transport.Store]{
		{name + " holds no lock", of(walkUnlocked)},
		{name + " goes on beside others", of(walksAtOnce)},
		{name + " that is stopped is over", of(walkStopped)},
		{name + " lists once what stays while others go", past(walkRemoving)},
		{name + " lists once what stays while others come", past(walkAdding)},
		{name + " goes on from page to page", past(walkPages)},
		{name + " ends with its context", past(walkCanceled)},
	}
}

// walkUnlocked calls all methods of a store during a walk, which must not wait for its
// end.
func walkUnlocked(t testing.TB, l listing) {
	l.add("k/1", "k/2", "k/3")
	ctx, s := t.Context(), l.store
	for _, err := range l.walk(ctx, "k/", "", 0) {
		want(t, err, nil)
		soon(t, "Get during a walk", func() error { _, err := s.Get(ctx, "k/1"); return err })
		soon(t, "Apply during a walk", func() error {
			_, err := s.Apply(ctx, transport.Batch{Changes: []transport.Change{to("k/2", "y"), to("other", "y")}})
			return err
		})
		soon(t, "an upload during a walk", func() error { return upload(t, s, "other", "blob") })
		soon(t, "Open during a walk", func() error {
			b, err := s.Open(ctx, "other")
			return errors.Join(err, closed(b))
		})
		soon(t, "Part during a walk", func() error { _, err := s.Part(ctx, "other"); return err })
		soon(t, "Delete during a walk", func() error { return s.Delete(ctx, "k/2") })
		soon(t, "Scan during a walk", func() error { return firstError(s.Scan(ctx, "k/", "", 2)) })
		soon(t, "List during a walk", func() error { return firstError(s.List(ctx, "k/", "", 2)) })
	}
}

func closed(b transport.Blob) error {
	if b == nil {
		return nil
	}
	return b.Close()
}

func firstError[V any](all iter.Seq2[V, error]) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// walksAtOnce begins walks within walks, as many callers would, and changes something
// in the innermost.
func walksAtOnce(t testing.TB, l listing) {
	l.add("k/1", "k/2")
	soon(t, "walk in a walk", func() error { return within(t, l, 24) })
}

func within(t testing.TB, l listing, depth int) error {
	if depth == 0 {
		_, err := l.store.Apply(t.Context(), transport.Batch{Changes: []transport.Change{to("k/2", "y")}})
		return errors.Join(err, upload(t, l.store, "k/2", "y"))
	}
	for _, err := range l.walk(t.Context(), "k/", "", 0) {
		if err != nil {
			return err
		}
		return within(t, l, depth-1)
	}
	return errors.New("nothing is listed")
}

// walkStopped stops more walks than a store can have open.
func walkStopped(t testing.TB, l listing) {
	l.add("k/1", "k/2", "k/3")
	soon(t, "what comes after walks that were stopped", func() error {
		for range 200 {
			for _, err := range l.walk(t.Context(), "k/", "", 0) {
				if err != nil {
					return err
				}
				break
			}
		}
		_, err := l.store.Apply(t.Context(), transport.Batch{Changes: []transport.Change{to("k/2", "y")}})
		return errors.Join(err, upload(t, l.store, "k/2", "y"))
	})
}

// walkRemoving removes what a walk has passed, a few times, in steps that grow.
func walkRemoving(t testing.TB, l listing, all []string) {
	i, removed := 0, 0
	for key, err := range l.walk(t.Context(), "k/", "", 0) {
		want(t, err, nil)
		if i == len(all) || key != all[i] {
			t.Fatalf("%s is listed at %d", key, i)
		}
		if i++; i > removed*5/4+3 {
			l.remove(all[removed : i-1]...)
			removed = i - 1
		}
	}
	if i < len(all) {
		t.Errorf("%d are listed of %d that were there when the walk came", i, len(all))
	}
	l.lists(t, all[removed:], "k/", "", 0)
}

// walkAdding adds keys before and behind what a walk has come to, a few times. Those
// behind it may be listed or not, all others must be once.
func walkAdding(t testing.TB, l listing, all []string) {
	i, step, last := 0, 1, ""
	for key, err := range l.walk(t.Context(), "k/", "", 0) {
		want(t, err, nil)
		if key <= last {
			t.Fatalf("%s is listed after %s", key, last)
		}
		if last = key; i < len(all) && key == all[i] {
			i++
		}
		if i == step {
			l.add(fmt.Sprintf("k/-%d", i), key+"-", "k/99999-"+key[2:])
			step = step*5/4 + 3
		}
	}
	if i < len(all) {
		t.Errorf("%s is not listed", all[i])
	}
}

func walkPages(t testing.TB, l listing, all []string) {
	for _, size := range []int{len(all)/7 + 1, len(all) / 2} {
		var got []string
		for after := ""; ; {
			n := len(got)
			for key, err := range l.walk(t.Context(), "k/", after, size) {
				want(t, err, nil)
				got = append(got, key)
			}
			if len(got) == n || len(got) > len(all) {
				break
			}
			after = got[len(got)-1]
		}
		if !slices.Equal(got, all) {
			t.Errorf("pages of %d list %d of %d keys", size, len(got), len(all))
		}
	}
}

func walkCanceled(t testing.TB, l listing, all []string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n := 0
	for _, err := range l.walk(ctx, "k/", "", 0) {
		if n++; last != nil {
			t.Fatalf("a walk goes on after the error %v", last)
		}
		last = err
		if n == 2 {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("a walk of %d, canceled at the second, ends after %d with %v", len(all), n, last)
	}
}

package storecopy_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

// unordered lists its records in a wrong order.
type unordered struct{ transport.Store }

func (s unordered) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		keys := []string{"r/9", "r/1"}
		found, err := s.Get(ctx, keys...)
		for _, r := range found {
			if !yield(r, err) {
				return
			}
		}
	}
}

func TestCheck(t *testing.T) {
	var first, second memstore.Store
	for key, where := range map[string][2]string{"a": {"1", ""}, "b": {"1", "2"}, "c": {"1", "1"}, "d": {"", "1"}, "e": {"1", "22"}} {
		for i, s := range []*memstore.Store{&first, &second} {
			if where[i] != "" {
				set(t, s, "r/"+key, where[i])
				must(t, put(t.Context(), s, "b/"+key, where[i]))
			}
		}
	}
	found, err := storecopy.Check(t.Context(), &first, &second, storecopy.Options{})
	must(t, err)
	var said []string
	for _, d := range found {
		said = append(said, d.String())
	}
	want := []string{
		"record r/a: only in the first store", "record r/b: differs", "record r/d: only in the second store", "record r/e: differs",
		"blob b/a: only in the first store", "blob b/b: differs", "blob b/d: only in the second store", "blob b/e: differs",
	}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
}

// TestCopyMendsWhatCheckFinds: a blob of equal size that differs is copied if one asks for it.
func TestCopyMendsWhatCheckFinds(t *testing.T) {
	var from, to memstore.Store
	must(t, put(t.Context(), &from, "a", "right"))
	must(t, put(t.Context(), &to, "a", "wrong"))
	report, err := storecopy.Copy(t.Context(), &to, &from, storecopy.Options{})
	must(t, err)
	if report.Changes() != 0 {
		t.Errorf("%+v", report)
	}
	report, err = storecopy.Copy(t.Context(), &to, &from, storecopy.Options{Bytes: true})
	must(t, err)
	if report.Changes() != 1 {
		t.Errorf("%+v", report)
	}
	equal(t, &from, &to)
}

func TestCheckIsBounded(t *testing.T) {
	var first, second memstore.Store
	for i := range storecopy.MaxDifferences + 10 {
		must(t, put(t.Context(), &first, fmt.Sprint(i), "x"))
	}
	for range 2 {
		found, err := storecopy.Check(t.Context(), &first, &second, storecopy.Options{})
		if err != nil || len(found) != storecopy.MaxDifferences {
			t.Errorf("%d differences, %v", len(found), err)
		}
		for i := range storecopy.MaxDifferences + 10 {
			set(t, &first, fmt.Sprint(i), "x")
		}
	}
}

func TestCheckFails(t *testing.T) {
	s := filled(t)
	for _, at := range []string{"scan", "list"} {
		broken := &faulty{Store: s, fails: func(_ int64, what, _ string) error {
			if what == at {
				return transport.At(transport.ErrStorage, "broken")
			}
			return nil
		}}
		if _, err := storecopy.Check(t.Context(), s, broken, storecopy.Options{}); !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%s fails: %v", at, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		stopped := &faulty{Store: s, fails: func(_ int64, what, _ string) error {
			if what == at {
				cancel()
			}
			return nil
		}}
		if _, err := storecopy.Check(ctx, s, stopped, storecopy.Options{}); err != context.Canceled {
			t.Errorf("canceled at %s: %v", at, err)
		}
	}
}

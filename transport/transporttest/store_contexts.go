package transporttest

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

func contextTrials() []trial[transport.Store] {
	var out []trial[transport.Store]
	for _, m := range methods {
		out = append(out, trial[transport.Store]{m.name + " after its context", func(t testing.TB, open opener[transport.Store]) {
			afterContext(t, open(t), m.call)
		}})
	}
	return slices.Concat(out, []trial[transport.Store]{
		{"a blob outlives the context that opened it", blobOutlives},
		{"an upload outlives the context that began it", uploadOutlives},
	})
}

// methods are those that have a context, each with a call that would change or find
// something.
var methods = []struct {
	name string
	call func(context.Context, transport.Store) error
}{
	{"Get", func(ctx context.Context, s transport.Store) error { _, err := s.Get(ctx, "r"); return err }},
	{"Get of nothing", func(ctx context.Context, s transport.Store) error { _, err := s.Get(ctx); return err }},
	{"Scan", func(ctx context.Context, s transport.Store) error { return firstError(s.Scan(ctx, "", "", 0)) }},
	{"Scan of nothing", func(ctx context.Context, s transport.Store) error { return firstError(s.Scan(ctx, "none/", "", 0)) }},
	{"Apply", func(ctx context.Context, s transport.Store) error {
		_, err := s.Apply(ctx, transport.Batch{Changes: []transport.Change{to("r", "changed"), to("new", "new")}})
		return err
	}},
	{"Open", func(ctx context.Context, s transport.Store) error { _, err := s.Open(ctx, "b"); return err }},
	{"Create", func(ctx context.Context, s transport.Store) error { _, err := s.Create(ctx, "b"); return err }},
	{"Delete", func(ctx context.Context, s transport.Store) error { return s.Delete(ctx, "b") }},
	{"Part", func(ctx context.Context, s transport.Store) error { _, err := s.Part(ctx, "b"); return err }},
	{"List", func(ctx context.Context, s transport.Store) error { return firstError(s.List(ctx, "", "", 0)) }},
	{"List of nothing", func(ctx context.Context, s transport.Store) error { return firstError(s.List(ctx, "none/", "", 0)) }},
	{"Commit", func(ctx context.Context, s transport.Store) error {
		w, err := s.Create(context.WithoutCancel(ctx), "b")
		if err != nil {
			return err
		}
		return errors.Join(w.Commit(ctx), w.Close())
	}},
}

// afterContext makes a call with contexts that are over, in both ways, and looks
// whether anything has changed.
func afterContext(t testing.TB, s transport.Store, call func(context.Context, transport.Store) error) {
	put(t, s, "b", "blob")
	want(t, create(t, s, "b", "part").Close(), nil)
	version := set(t, s, to("r", "record"))
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	want(t, call(over(t), s), context.Canceled)
	want(t, call(late, s), context.DeadlineExceeded)
	holds(t, s, "b", "blob")
	hasPart(t, s, "b", 4)
	lacks(t, s, "new")
	if r := get(t, s, "r"); r.Version != version {
		t.Errorf("a change after its context: %v", r)
	}
	w := create(t, s, "b", "ial")
	want(t, w.Commit(over(t)), context.Canceled)
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "b", "partial")
}

func blobOutlives(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	data := string(noise(6, 300_000))
	put(t, s, "b", data)
	ctx, cancel := context.WithCancel(t.Context())
	b, err := s.Open(ctx, "b")
	want(t, err, nil)
	cancel()
	readsAs(t, b, data)
	want(t, b.Close(), nil)
}

func uploadOutlives(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	w, err := s.Create(ctx, "b")
	want(t, err, nil)
	cancel()
	_, err = io.WriteString(w, "blob")
	want(t, err, nil)
	readsAs(t, w, "blob")
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "b", "blob")
}

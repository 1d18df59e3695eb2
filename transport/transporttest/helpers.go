package transporttest

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// made is when the suites make and seal everything.
var made = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// check is one of the checks of a suite, which works with a fixture of type F.
type check[F any] struct {
	name  string
	check func(*testing.T, F)
}

// run runs the checks of a suite, each with a fixture that nobody has used.
func run[F any](t *testing.T, open func(*testing.T) F, suite []check[F]) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.check(t, open(t)) })
	}
}

// opener opens what a suite checks, as Store and Bus say.
type opener[S any] = func(testing.TB) S

// trial is a check that wrong stores and buses must fail, too: a recorder may take the
// place of its *testing.T.
type trial[S any] struct {
	name string
	try  func(testing.TB, opener[S])
}

// patience is how long a suite waits for what comes at once if it comes at all.
var patience = 10 * time.Second

// soon does what must not wait for others, and fails if it waits.
func soon(t testing.TB, what string, do func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	case <-time.After(patience):
		t.Fatalf("%s waits for ever", what)
	}
}

// try runs the trials of a suite.
func try[S any](t *testing.T, open opener[S], suite []trial[S]) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.try(t, open) })
	}
}

// want fails unless err wraps target, or is nil where target is.
func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("error: got %v, want %v", err, target)
	}
}

// ended fails unless err says that the caller's context is over. Of an error
// that has crossed a link nothing may be left but that there is no answer.
func ended(t testing.TB, what string, err error) {
	t.Helper()
	fault, crossed := errors.AsType[*transport.Fault](err)
	if !errors.Is(err, context.Canceled) && (!crossed || fault.Code != 0) {
		t.Errorf("%s after its context: %v", what, err)
	}
}

// over is a context that is over.
func over(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// sameRefusals fails unless what is not the caller's and what is not there are
// refused alike, with transport.ErrNotFound.
func sameRefusals(t *testing.T, notTheirs, notThere []error) {
	t.Helper()
	for i := range notTheirs {
		want(t, notTheirs[i], transport.ErrNotFound)
		if notTheirs[i].Error() != notThere[i].Error() {
			t.Errorf("what is not the caller's: %q; what is not there: %q", notTheirs[i], notThere[i])
		}
	}
}

// atOnce does n things at the same time and fails for each that returns an error.
func atOnce(t testing.TB, n int, do func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("%d of %d at once: %v", i, n, err)
		}
	}
}

// readAll reads what a call has opened, to its end.
func readAll(stream *transport.Stream, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(stream)
	return data, errors.Join(err, stream.Close())
}

// noise is n bytes that no other seed makes, in blocks that differ.
func noise(seed byte, n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(data)
	return data
}

// sealed makes a collection with its author's seal.
func sealed(t *testing.T, s collection.Signer, h collection.Header, b collection.Body) collection.Collection {
	t.Helper()
	h.Created, h.Title = made, "title"
	c, err := collection.New(h, b)
	want(t, err, nil)
	c, err = c.Sign(t.Context(), s, made)
	want(t, err, nil)
	return c
}

// with returns c with an update that s seals.
func with(t *testing.T, s collection.Signer, c collection.Collection, u collection.Update, err error) collection.Collection {
	t.Helper()
	want(t, err, nil)
	u, err = u.Sign(t.Context(), s, made)
	want(t, err, nil)
	c, _, err = c.Apply(u)
	want(t, err, nil)
	return c
}

// binary is the binary form of c.
func binary(t *testing.T, c collection.Collection) []byte {
	t.Helper()
	data, err := c.MarshalBinary()
	want(t, err, nil)
	return data
}

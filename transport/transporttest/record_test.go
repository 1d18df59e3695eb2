package transporttest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorder takes the place of the *testing.T of a check that must fail.
type recorder struct {
	testing.TB
	ctx      context.Context
	failed   []string
	cleanups []func()
}

// record runs a check and returns how it failed.
func record(t *testing.T, check func(testing.TB)) []string {
	ctx, cancel := context.WithCancel(context.Background())
	r := &recorder{TB: t, ctx: ctx}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(r)
	}()
	<-done
	cancel()
	for _, clean := range slices.Backward(r.cleanups) {
		clean()
	}
	return r.failed
}

func (r *recorder) Helper()                  {}
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Failed() bool             { return len(r.failed) > 0 }
func (r *recorder) Cleanup(clean func())     { r.cleanups = append(r.cleanups, clean) }

func (r *recorder) Error(args ...any)                 { r.failed = append(r.failed, fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// wrong is what has one defect, and the check that is named after it.
type wrong[S any] struct {
	defect string
	check  string
	open   func() opener[S]
}

// mustFail runs on each of what is wrong the check that must find it, and fails if one
// passes, or if there is nothing wrong that a check finds.
func mustFail[S any](t *testing.T, all []wrong[S], suite []trial[S]) {
	defer func(was time.Duration) { patience = was }(patience)
	patience = time.Second // it is waited for what never comes
	idle := map[string]bool{}
	for _, c := range suite {
		if _, twice := idle[c.name]; twice {
			t.Errorf("two checks %q", c.name)
		}
		idle[c.name] = true
	}
	for _, w := range all {
		idle[w.check] = false
		t.Run(w.defect, func(t *testing.T) { fails(t, w, suite) })
	}
	for name, idle := range idle {
		if idle {
			t.Errorf("nothing is wrong in a way that %q finds", name)
		}
	}
}

func fails[S any](t *testing.T, w wrong[S], suite []trial[S]) {
	i := slices.IndexFunc(suite, func(c trial[S]) bool { return c.name == w.check })
	if i < 0 {
		t.Fatalf("no check %q", w.check)
	}
	found := record(t, func(t testing.TB) { suite[i].try(t, w.open()) })
	if len(found) == 0 {
		t.Errorf("passes %q", w.check)
	}
	t.Logf("%s: %.200s", w.check, strings.Join(found, "; "))
}

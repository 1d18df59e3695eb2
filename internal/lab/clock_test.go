package lab_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab"
)

// TestClock: tasks go on in the order in which they are due, and time passes for them
// alone.
func TestClock(t *testing.T) {
	w := lab.NewWorld(1, lab.NewNetwork(1, lab.Faults{}))
	began := w.Now()
	var got []string
	over := make(chan struct{})
	say := func(what string) { got = append(got, fmt.Sprint(what, " ", w.Now().Sub(began))) }
	w.Go(2*time.Second, func() {
		say("b")
		w.Pause(t.Context(), over, time.Hour)
		say("b hears")
	})
	w.Go(time.Second, func() {
		say("a")
		w.Wait(2 * time.Second)
		say("a again")
		close(over)
	})
	w.Wait(time.Hour) // nobody runs: nothing passes
	w.Run(began.Add(1500 * time.Millisecond))
	say("between")
	w.Finish()
	want := []string{"a 1s", "between 1.5s", "b 2s", "a again 3s", "b hears 3.05s"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSeed: the same seed and name are the same numbers and keys.
func TestSeed(t *testing.T) {
	numbers := func(seed uint64, name string) string {
		b := make([]byte, 8)
		lab.NewWorld(seed, nil).Random(name).Read(b)
		return string(b)
	}
	if a := numbers(1, "a"); a != numbers(1, "a") || a == numbers(2, "a") || a == numbers(1, "b") {
		t.Error("seed and name do not decide")
	}
	if a := lab.Signer("a"); a != lab.Signer("a") || a.Public().ID() == lab.Signer("b").Public().ID() {
		t.Error("the name does not decide")
	}
}

// TestFiles: a store of files crashes at any step, and another process goes on.
func TestFiles(t *testing.T) {
	var files lab.Files
	for n := range 20 {
		store, err := files.Open()
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			if found, err := store.Get(t.Context(), fmt.Sprint("k/", n-1)); err != nil || string(found[0].Value) != "x" {
				t.Errorf("record %d: %q, %v", n-1, found[0].Value, err)
			}
		}
		if _, err := store.Apply(t.Context(), set(fmt.Sprint("k/", n), "x")); err != nil {
			t.Fatal(err)
		}
		files.CrashAfter(n%3, rand.New(rand.NewPCG(uint64(n), 0)))
		for range 3 {
			_, err = store.Apply(t.Context(), set("other", "y"))
		}
		if !errors.Is(err, lab.ErrCrashed) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

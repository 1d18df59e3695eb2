package program

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// counted are words that are counted as they are done alone.
type counted struct {
	http.Handler
	n *int
}

func (c counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	*c.n++
	c.Handler.ServeHTTP(w, r)
}

func (counted) Close() error { return nil }

// TestCallOnce: what a service has taken is not done again when it breaks off, and is done
// alone where none runs.
func TestCallOnce(t *testing.T) {
	dir, alone := t.TempDir(), 0
	var taken atomic.Int64
	word := Word(func(context.Context, string) (string, error) { return "done", nil })
	open := func(context.Context, string) (Words, error) { return counted{word, &alone}, nil }
	stop, err := Listen(dir, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		taken.Add(1)
		panic(http.ErrAbortHandler) // the connection breaks, as where the process is killed
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Call[string, string](t.Context(), dir, "share", "", open)
	if err == nil || !strings.Contains(Trouble(err), "may have done that") || taken.Load() != 1 || alone != 0 {
		t.Errorf("%v, taken %d times, done alone %d times", err, taken.Load(), alone)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Call[string, string](over, dir, "share", "", open); !errors.Is(err, context.Canceled) || alone != 0 {
		t.Errorf("%v, done alone %d times", err, alone)
	}
	stop()
	if got, err := Call[string, string](t.Context(), dir, "share", "", open); got != "done" || err != nil || alone != 1 {
		t.Errorf("%q, %v, done alone %d times", got, err, alone)
	}
}

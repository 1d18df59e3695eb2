package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/transport/internal/turns"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// bring is a bringer of the thumbnail of oneItem that reads it from r.
func (k *Core) bring(t *testing.T, r io.Reader) func() error {
	return func() error {
		_, err := k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, r)
		return err
	}
}

// TestOnce: of several who want one version one brings it. If it fails, the next
// one does.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := New(Config{Store: new(memstore.Store)})
		fails := errors.New("nobody there")
		calls, errs := 0, make(chan error)
		for range 5 {
			go func() {
				errs <- k.Versions.Once(t.Context(), oneItem(), 0, 0, func() error {
					if calls++; calls < 3 {
						return fails
					}
					return k.bring(t, bytes.NewReader(thumbnail))()
				})
			}()
		}
		failed := 0
		for range 5 {
			if err := <-errs; errors.Is(err, fails) {
				failed++
			} else {
				must(0, err)
			}
		}
		if calls != 3 || failed != 2 {
			t.Errorf("brought %d times, %d in vain", calls, failed)
		}
		whole(t, k)
	})
}

// TestOnceEnds: who waits for another one's version waits no longer than its own
// context lasts.
func TestOnceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := New(Config{Store: new(memstore.Store)})
		silent, end := io.Pipe()
		first := make(chan error)
		go func() { first <- k.Versions.Once(t.Context(), oneItem(), 0, 0, k.bring(t, silent)) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), turns.Stall/2)
		defer cancel()
		err := k.Versions.Once(ctx, oneItem(), 0, 0, func() error { t.Error("brought twice"); return nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		must(0, end.Close())
		if err := <-first; err == nil {
			t.Error("nothing came, and it is no error")
		}
	})
}

// TestOnceStalls: who waits for a version of which nothing comes brings it itself,
// and does not while it comes, however slowly.
func TestOnceStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := New(Config{Store: new(memstore.Store)})
		r, slowly := io.Pipe()
		first, second := make(chan error), make(chan error)
		go func() { first <- k.Versions.Once(t.Context(), oneItem(), 0, 0, k.bring(t, r)) }()
		synctest.Wait()
		var brought atomic.Bool
		go func() {
			second <- k.Versions.Once(t.Context(), oneItem(), 0, 0, func() error {
				brought.Store(true)
				return k.bring(t, bytes.NewReader(thumbnail))()
			})
		}()
		for i := range 5 {
			must(slowly.Write(thumbnail[i : i+1]))
			time.Sleep(turns.Stall / 2)
		}
		if brought.Load() {
			t.Error("brought while it came")
		}
		must(0, <-second)
		if !brought.Load() {
			t.Error("who has brought it?")
		}
		go func() { _, _ = slowly.Write(thumbnail[5:]) }()
		must(0, <-first)
		must(0, r.Close()) // it may have known before the end that the version is here
		whole(t, k)
	})
}

// TestOwnDoesNotWait: what is imported, or made here, does not wait for another who
// brings it, and who is slower.
func TestOwnDoesNotWait(t *testing.T) {
	for what, own := range owns {
		synctest.Test(t, func(t *testing.T) {
			k := New(Config{Store: new(memstore.Store)})
			r, slowly := io.Pipe()
			other := make(chan error)
			go func() { other <- k.Versions.Once(t.Context(), oneItem(), 0, 0, k.bring(t, r)) }()
			must(slowly.Write(thumbnail[:5]))
			start := time.Now()
			must(0, own(t, k))
			if waited := time.Since(start); waited > 0 {
				t.Errorf("%s has waited %v", what, waited)
			}
			whole(t, k)
			must(0, slowly.Close())
			<-other
		})
	}
}

package sqlitestore

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestReaderAfterContext: who waits for a connection to read on does so no longer than its
// context lasts.
func TestReaderAfterContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newReaders("")
		for range maxReaders {
			p.turns <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- p.use(ctx, func(*reader) error { return errors.New("used a connection that others have") })
		}()
		synctest.Wait()
		cancel()
		want(t, <-done, context.Canceled) // a deadlock where nobody looks at the context
	})
}

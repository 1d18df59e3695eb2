package media_test

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// What cannot be made of a file is told from what went wrong, in the way that
// package peer asks for; the texts are their own.
func TestUnsupported(t *testing.T) {
	m := new(media.Maker)
	for _, kind := range []error{media.ErrEmpty, media.ErrFormat, media.ErrNoEngine, media.ErrCorrupt, media.ErrTooLarge, media.ErrNoFFmpeg} {
		if !errors.Is(kind, errors.ErrUnsupported) || errors.Is(kind, context.Canceled) {
			t.Errorf("%v: %v", kind, errors.Unwrap(kind))
		}
	}
	err := makeOf([]byte("%PDF-1.7 and so on"), m)
	wantError(t, err, errors.ErrUnsupported)
	if got, want := err.Error(), "media: application/pdf: no readable picture or video"; got != want {
		t.Errorf("%q instead of %q", got, want)
	}
	if errors.Is(media.ErrFormat, media.ErrCorrupt) || errors.Is(err, media.ErrCorrupt) {
		t.Error("the kinds are not told apart")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = m.Make(ctx, failing{}, 100, small)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("the end of the context: %v", err)
	}
	if _, _, err = m.Make(t.Context(), failing{}, 100, small); errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a failing disk: %v", err)
	}
}

// failing is a disk that does not answer.
type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errors.New("disk on fire") }

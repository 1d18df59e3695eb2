package peer_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestLiarsAreRemembered: who has lied is not asked for another original, until a day has passed
// or nobody else serves it.
func TestLiarsAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFilm(t, 3, 4)
		f.of(1).does = lies
		f.comes(t, lied, 1)
		asked := f.of(1).asked
		fetch := func(film int) {
			t.Helper()
			labtest.Must(t, f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, film, 2)))
			f.shows(t, film)
		}
		fetch(1)
		if asked == 0 || f.of(1).asked > asked {
			t.Errorf("asked %d times, and then %d", asked, f.of(1).asked-asked)
		}
		f.of(0).does, f.of(2).does = until(0, mbps, breaks), until(0, mbps, breaks)
		if err := f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, 2, 2)); err == nil {
			t.Error("an original came from nobody")
		}
		f.of(1).does = paced(mbps)
		f.Pass(25 * time.Hour)
		fetch(2)
		if f.of(1).asked == asked {
			t.Error("never asked again")
		}
	})
}

// TestLiarsAreFoundAtOnce: a lie is found as it comes, although what precedes it does not, and its
// station is not asked for anything else.
func TestLiarsAreFoundAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFilm(t, 3, 1)
		f.of(0).does, f.of(1).does = until(0, mbps, stalls), lies
		f.comes(t, lied, 0, 1)
		if n := f.of(1).asked; n == 0 || n > 2 {
			t.Errorf("the liar was asked %d times", n)
		}
	})
}

// TestSpreadPartition: what came before nobody was reached any more is not sent again when they
// are.
func TestSpreadPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFilm(t, 3, 1)
		for i := range f.homes {
			f.of(i).does = until(900_000, mbps, breaks)
		}
		if err := f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, 0, 2)); !errors.Is(err, transport.ErrUnreachable) {
			t.Fatal(err)
		}
		part, err := f.bob.Store.Part(t.Context(), f.cam.BlobKey(f.name, 0, 2))
		labtest.Must(t, err)
		for i := range f.homes {
			f.of(i).does = paced(mbps)
		}
		before := f.sent()
		labtest.Must(t, f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, 0, 2)))
		f.shows(t, 0)
		if n := f.sent() - before; part < 300_000 || n > large-part+proofs {
			t.Errorf("%d bytes were here, and %d came after", part, n)
		}
	})
}

// TestSpreadIsRefused: a label that comes meanwhile ends it, and nobody is asked for more.
func TestSpreadIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFilm(t, 2, 1)
		var refuses atomic.Bool
		f.restarts(func(cfg *peer.Config) {
			cfg.Policy = func(c label.Case) label.Rights {
				if refuses.Load() {
					return label.View
				}
				return label.DefaultPolicy(c)
			}
		})
		f.of(1).does = func(_ context.Context, s *transport.Stream, _ int64) io.Reader {
			refuses.Store(true)
			return pacer{s, mbps}
		}
		if err := f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, 0, 2)); !errors.Is(err, label.ErrRefused) || f.sent() > large/2 {
			t.Errorf("%v, %d bytes came", err, f.sent())
		}
	})
}

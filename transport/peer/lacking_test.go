package peer_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// answering is a hub that answers for many collections as a test says, and counts how it is
// asked.
type answering struct {
	transport.Hub
	instead        func([]answer) []answer
	silent         bool // it puts no updates into notifications
	single, asked  int
	whole, changes int // of what is asked at once
}

type answer struct {
	transport.State
	err error
}

func (h *answering) Changes(ctx context.Context, r transport.ChangesRequest) (transport.Changes, error) {
	page, err := h.Hub.Changes(ctx, r)
	for i := range page.Entries {
		if h.silent {
			page.Entries[i].Notification.Updates = nil
		}
	}
	return page, err
}

func (h *answering) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	h.single++
	return h.Hub.Collection(ctx, name)
}

func (h *answering) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	h.single++
	return h.Hub.Updates(ctx, name)
}

func (h *answering) Collections(ctx context.Context, asked []transport.Known) iter.Seq2[transport.State, error] {
	h.asked++
	var all []answer
	for s, err := range h.Hub.Collections(ctx, asked) {
		if all = append(all, answer{s, err}); len(s.Collection) > 0 {
			h.whole++
		} else {
			h.changes++
		}
	}
	return func(yield func(transport.State, error) bool) {
		for _, a := range h.instead(all) {
			if !yield(a.State, a.err) {
				return
			}
		}
	}
}

// newAnswering has a camera share n large collections, of which Bob hears through a hub that
// answers as a test says.
func newAnswering(t *testing.T, n int, instead func([]answer) []answer) (h *answering, w *labtest.World, cam *labtest.Camera, bob *labtest.Peer) {
	w = labtest.New(t, hub.Config{})
	cam, bob = w.Camera(w.User("ann"), 1), w.Peer(w.User("bob"), "bob")
	h = &answering{instead: instead}
	bob.Restart(func(cfg *peer.Config) { h.Hub, cfg.Hub = cfg.Hub, h })
	shares(w, cam, bob.User, n, 65<<10)
	return h, w, cam, bob
}

func asItIs(all []answer) []answer { return all }

// TestLackingAtOnce: what many notifications do not tell is asked for in one request, whole
// where it is not known, and else what changes of it; what is lacking of one, alone.
func TestLackingAtOnce(t *testing.T) {
	h, w, cam, bob := newAnswering(t, 3, asItIs)
	if news := bob.Receives(); len(news) != 3 || h.asked != 1 || h.whole != 3 || h.single != 0 {
		t.Fatalf("%d told, %+v", len(news), h)
	}
	home := w.Peer(cam.User, "home")
	names, err := bob.Names(t.Context())
	labtest.Must(t, err)
	for _, name := range names {
		cam.Syncs(home, name)
		home.Publishes(name)
	}
	for _, name := range names {
		bob.Refreshes(name) // the edition with the screen versions
		home.Withdraws(name, cam.Items[0].ID)
	}
	*h = answering{Hub: h.Hub, instead: asItIs, silent: true}
	at, err := lab.HasRead(t.Context(), bob.Store, transport.Source{})
	labtest.Must(t, err)
	awaits(w, bob.User, at, 3)
	if news := bob.Receives(); len(news) != 3 || h.asked != 1 || h.changes != 3 || h.single != 0 {
		t.Errorf("%d told, %+v", len(news), h)
	}
	*h = answering{Hub: h.Hub, instead: asItIs}
	shares(w, cam, bob.User, 1, 65<<10)
	if news := bob.Receives(); len(news) != 1 || h.asked != 0 || h.single != 1 {
		t.Errorf("%d told, %+v", len(news), h)
	}
}

// TestHostileLacking: whatever is answered for many, what is true is heard, and the rest when it
// is asked for again.
func TestHostileLacking(t *testing.T) {
	broken := transport.At(transport.ErrUnreachable, "broken off")
	for what, c := range map[string]struct {
		instead func([]answer) []answer
		first   int // how many are heard at first
		fails   error
	}{
		"nothing":        {func([]answer) []answer { return nil }, 3, nil},
		"too little":     {func(all []answer) []answer { return all[:1] }, 3, nil},
		"too much":       {func(all []answer) []answer { return append(all, all...) }, 3, nil},
		"broken off":     {func(all []answer) []answer { return []answer{all[0], {err: broken}} }, 2, transport.ErrUnreachable},
		"one is refused": {func(all []answer) []answer { all[1] = answer{err: transport.ErrNotFound}; return all }, 2, transport.ErrNotFound},
		"another order":  {func(all []answer) []answer { all[0], all[1] = all[1], all[0]; return all }, 1, transport.ErrMalformed},
		"no collection":  {func(all []answer) []answer { all[2].Collection = []byte("none"); return all }, 2, transport.ErrMalformed},
		"nothing of one": {func(all []answer) []answer { all[2].State = transport.State{}; return all }, 3, nil},
	} {
		t.Run(what, func(t *testing.T) {
			h, w, _, bob := newAnswering(t, 3, c.instead)
			news, err := bob.Reader.Receive(t.Context())
			if len(news) != c.first || !errors.Is(err, c.fails) {
				t.Errorf("%d heard, %v", len(news), err)
			}
			h.instead = asItIs
			w.Pass(time.Hour)
			told := len(news)
			for news := bob.Receives(); len(news) > 0; news = bob.Receives() {
				told += len(news)
			}
			if names, err := bob.Names(t.Context()); told != 3 || len(names) != 3 || err != nil {
				t.Errorf("%d told, %d known, %v", told, len(names), err)
			}
		})
	}
}

// TestOwedAtOnce: what is owed of many collections is asked for at once, too.
func TestOwedAtOnce(t *testing.T) {
	broken := answer{err: transport.At(transport.ErrUnreachable, "broken off")}
	h, _, _, bob := newAnswering(t, 3, func([]answer) []answer { return []answer{broken, broken, broken} })
	if news, err := bob.Reader.Receive(t.Context()); len(news) > 0 || !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("%d heard, %v", len(news), err)
	}
	*h = answering{Hub: h.Hub, instead: asItIs}
	if news := bob.Receives(); len(news) != 3 || h.asked != 1 || h.single != 0 {
		t.Errorf("%d heard, %+v", len(news), h)
	}
}

package transport_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestCrashWithoutHub lets the author's peer, and then the recipient's, crash at
// each change of its store in turn, before it and after it, starts it again, and
// lets both try again: the recipient always ends told, with the original.
func TestCrashWithoutHub(t *testing.T) {
	for _, authors := range []bool{true, false} {
		for _, after := range []bool{false, true} {
			for n := 0; crashNoHub(t, n, after, authors); n++ {
			}
		}
	}
}

// crashNoHub reports whether there were so many changes that one crashed.
func crashNoHub(t *testing.T, n int, after, authors bool) bool {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob := l.peer(collection.UserID{1}), l.peer(collection.UserID{2})
	l.open(ann, bob)
	name, cam := ann.album(2, 0, collection.Body{Recipients: []collection.UserID{bob.user}})
	crashing := bob
	if authors {
		crashing = ann
	}
	crash := &transporttest.Crash{Store: crashing.store, Before: n, After: after}
	crashing.start(l, func(cfg *peer.Config) { cfg.Store = crash })
	told := -1
	receive := func() error {
		news, err := bob.ReceiveFrom(t.Context(), ann.source())
		for _, n := range news {
			told = n.Labelled
		}
		return err
	}
	steps := []func() error{
		func() error { return ann.PublishAt(t.Context(), name, l.w.clock) },
		receive,
		func() error { _, err := ann.PublishDue(t.Context()); return err },
		receive,
		func() error { return bob.Fetch(t.Context(), ref(name, cam, 0, 2)) },
	}
	for _, step := range steps {
		if step() != nil {
			break
		}
	}
	crashing.start(l, nil)
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("crash at change %d: step %d: %v", n, i, err)
		}
	}
	if v, err := bob.View(t.Context(), name); err != nil || v.Collection().Labelled() != 0 || told > 0 {
		t.Errorf("crash at change %d: told of %d labels, %v", n, told, err)
	}
	return crash.Crashed()
}

package peer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// ending is a store whose process ends as soon as it has stored a job.
type ending struct {
	transport.Store
	ended bool
}

func (s *ending) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if s.ended {
		return 0, errors.Join(transport.ErrStorage, errors.New("the process has ended"))
	}
	for _, c := range b.Changes {
		s.ended = s.ended || strings.HasPrefix(c.Key, "job/")
	}
	return s.Store.Apply(ctx, b)
}

// TestJobsAfterKeys: a peer that starts knows the keys that it has learned before it goes
// on with its jobs: what it was about to announce in another collection, whose seal is
// such a key's, is announced.
func TestJobsAfterKeys(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	var names [2]collection.Name
	for i := range names {
		names[i] = labtest.LoneAlbum(cam, "", bob)
		cam.Syncs(home, names[i])
	}
	home.Restart(func(cfg *peer.Config) { cfg.Store, cfg.Hub = &ending{Store: home.Store}, nil })
	home.Publishes(names[0])
	if waits := keys(t, home, "job/spread/"); len(waits) != 1 {
		t.Fatalf("%d jobs wait, want 1", len(waits))
	}
	home.Restart(nil)
	for _, name := range names {
		v, err := home.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		if n := v.Collection().Labelled(); n != 0 {
			t.Errorf("%v: %d labels", name, n)
		}
	}
}

// TestPeerCloseLeavesJobs: a job that nobody has begun with when the peer is told to stop
// is done when it starts again.
func TestPeerCloseLeavesJobs(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 1)
	var beside []func()
	ann.Restart(func(cfg *peer.Config) { cfg.Beside = func(work func()) { beside = append(beside, work) } })
	ann.Publishes(album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}}))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ann.Close(over); len(beside) == 0 || !errors.Is(err, context.Canceled) {
		t.Fatalf("closed with %d jobs: %v", len(beside), err)
	}
	for _, work := range beside {
		work()
	}
	labtest.Must(t, ann.Close(t.Context()))
	if news := keys(t, ann, "news/"); len(news) != 0 {
		t.Errorf("a peer that is closed has told of %d", len(news))
	}
	ann.Restart(nil)
	bob.HearsFrom(ann, notify.Shared, 0)
}

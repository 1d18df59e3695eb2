package lab_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

// TestCrashOfTheHub lets the hub crash at each change of its store in turn,
// before it and after it, starts it again, and lets everybody try again: the
// main job always comes to its end, and nothing that was acknowledged is lost.
func TestCrashOfTheHub(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		j := newJob(t)
		crash.Store = j.w.Hub.Store
		j.w.Restart(crash)
		j.tryAll()
		j.w.Restart(j.w.Hub.Store)
		j.finish()
	})
}

// TestCrashOfTheHomePeer does the same with the home peer's store.
func TestCrashOfTheHomePeer(t *testing.T) {
	crashOf(t, func(j *job) *labtest.Peer { return j.home })
}

// TestCrashOfTheRecipient does the same with a recipient's store.
func TestCrashOfTheRecipient(t *testing.T) {
	crashOf(t, func(j *job) *labtest.Peer { return j.bob })
}

func crashOf(t *testing.T, one func(*job) *labtest.Peer) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		j := newJob(t)
		p := one(j)
		crash.Store = p.Store
		p.Restart(func(cfg *peer.Config) { cfg.Store = crash })
		j.tryAll()
		p.Restart(nil)
		j.finish()
	})
}

// job is a main job that is tried until it is done.
type job struct {
	t         *testing.T
	w         *labtest.World
	cam       *labtest.Camera
	home, bob *labtest.Peer
	name      collection.Name
	told      int // labels in the last notification that came, -1 if none did
}

func newJob(t *testing.T) *job {
	j := &job{t: t, told: -1}
	j.w, j.cam, j.home, j.bob, j.name = labtest.NewAlbum(t, hub.Config{}, 2)
	return j
}

// steps are what the stations do, each for itself, again until it works.
func (j *job) steps() []func() error {
	ctx := j.t.Context()
	share := func(to transport.ShareReceiver) error {
		_, err := j.cam.Sync(ctx, to, j.name)
		return err
	}
	receive := func() error {
		news, err := j.bob.Reader.Receive(ctx)
		for _, n := range news {
			j.told = n.Labelled
		}
		return err
	}
	return []func() error{
		func() error { return share(j.cam.ToHub()) },
		receive,
		func() error { return share(j.cam.To(j.home.Station)) },
		func() error { return j.home.Author.Publish(ctx, j.name) },
		receive,
		func() error { return j.bob.Reader.Fetch(ctx, j.cam.Ref(j.name, 0, 2)) },
	}
}

// tryAll does the steps until one fails.
func (j *job) tryAll() {
	for _, step := range j.steps() {
		if err := step(); err != nil {
			return
		}
	}
}

// finish does all the steps again, which must work now.
func (j *job) finish() {
	j.t.Helper()
	for i, step := range j.steps() {
		if err := step(); err != nil {
			j.t.Fatalf("after a crash: step %d: %v", i, err)
		}
	}
	if n := j.bob.Views(j.name).Labelled(); n != 0 {
		j.t.Fatalf("after a crash: %d labels left", n)
	}
	if !bytes.Equal(j.bob.Reads(j.cam.Ref(j.name, 0, 2)), j.cam.Card[j.cam.Items[0].ID][2]) {
		j.t.Fatal("after a crash: another original")
	}
}

// TestMainJobOnFiles runs the main job on stores of files that are opened again
// before every step.
func TestMainJobOnFiles(t *testing.T) {
	j := newJob(t)
	openHub, openHome, openBob := folder(t), folder(t), folder(t)
	_, err := storecopy.Copy(t.Context(), openHub(), j.w.Hub.Store, storecopy.Options{}) // with the accounts
	must(t, err)
	for i, step := range j.steps() {
		j.w.Restart(openHub())
		j.home.Restart(func(cfg *peer.Config) { cfg.Store = openHome() })
		j.bob.Restart(func(cfg *peer.Config) { cfg.Store = openBob() })
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	if j.told != 0 {
		t.Errorf("last told of %d labels", j.told)
	}
}

// folder makes a store of files, and returns what closes it and opens it again.
func folder(t *testing.T) (open func() transport.Store) {
	dir := t.TempDir()
	s, err := filestore.Open(dir)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return func() transport.Store {
		must(t, s.Close())
		s, err = filestore.Open(dir)
		must(t, err)
		return s
	}
}

// full is a store that has no space left for versions, or for anything.
type full struct {
	transport.Store
	anything bool
}

var errFull = transport.At(transport.ErrStorage, "no space left")

func (full) Create(context.Context, string) (transport.BlobWriter, error) { return nil, errFull }

func (f full) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	for _, c := range b.Changes {
		if c.Value != nil && (f.anything || strings.HasPrefix(c.Key, "v/")) {
			return 0, errFull
		}
	}
	return f.Store.Apply(ctx, b)
}

// TestFullDisk: a hub whose disk is full says so, and goes on when it is not.
func TestFullDisk(t *testing.T) {
	for _, anything := range []bool{false, true} {
		j := newJob(t)
		j.w.Restart(full{j.w.Hub.Store, anything})
		if _, err := j.cam.Share(t.Context(), j.cam.ToHub(), j.name); !errors.Is(err, transport.ErrStorage) {
			t.Errorf("got %v", err)
		}
		if anything {
			j.bob.HearsNothing()
		}
		j.w.Restart(j.w.Hub.Store)
		j.finish()
	}
}

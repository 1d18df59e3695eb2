package transport_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestCrashOfTheHub lets the hub crash at each change of its store in turn,
// before it and after it, starts it again, and lets everybody try again: the
// main job always comes to its end, and nothing that was acknowledged is lost.
func TestCrashOfTheHub(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			j := newJob(t)
			crash := &transporttest.Crash{Store: j.w.hubStore, Before: n, After: after}
			j.w.restart(crash)
			j.tryAll()
			if !crash.Crashed() {
				break
			}
			j.w.restart(j.w.hubStore)
			j.finish(n)
		}
	}
}

// TestCrashOfTheHomePeer does the same with the home peer's store.
func TestCrashOfTheHomePeer(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			j := newJob(t)
			crash := &transporttest.Crash{Store: j.home.store, Before: n, After: after}
			j.home.reopen(func(cfg *peer.Config) { cfg.Store = crash })
			j.tryAll()
			if !crash.Crashed() {
				break
			}
			j.home.reopen(nil)
			j.finish(n)
		}
	}
}

// TestCrashOfTheRecipient does the same with a recipient's store.
func TestCrashOfTheRecipient(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			j := newJob(t)
			crash := &transporttest.Crash{Store: j.bob.store, Before: n, After: after}
			j.bob.reopen(func(cfg *peer.Config) { cfg.Store = crash })
			j.tryAll()
			if !crash.Crashed() {
				break
			}
			j.bob.reopen(nil)
			j.finish(n)
		}
	}
}

// job is a main job that is tried until it is done.
type job struct {
	t         *testing.T
	w         *world
	cam       *camera
	home, bob *station
	name      collection.Name
	told      int // labels in the last notification that came, -1 if none did
}

func newJob(t *testing.T) *job {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	j := &job{t: t, w: w, cam: w.camera(ann, 2), home: w.peer(ann, "home"), bob: w.peer(bob, "bob"), told: -1}
	j.name = j.cam.make("title", bob)
	return j
}

// steps are what the stations do, each for itself, again until it works.
func (j *job) steps() []func() error {
	ctx := j.t.Context()
	share := func(to transport.ShareReceiver) error {
		_, err := j.cam.Share(ctx, to, j.name)
		return err
	}
	receive := func() error {
		news, err := j.bob.Receive(ctx)
		for _, n := range news {
			j.told = n.Labelled
		}
		return err
	}
	return []func() error{
		func() error { return share(j.cam.hub) },
		receive,
		func() error { return share(j.cam.link(j.home)) },
		func() error { return j.home.Publish(ctx, j.name) },
		receive,
		func() error { return j.bob.Fetch(ctx, ref(j.name, j.cam, 0, 2)) },
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
func (j *job) finish(n int) {
	j.t.Helper()
	for i, step := range j.steps() {
		if err := step(); err != nil {
			j.t.Fatalf("crash at change %d: step %d: %v", n, i, err)
		}
	}
	v, err := j.bob.View(j.t.Context(), j.name)
	must(j.t, err)
	if v.Collection().Labelled() != 0 {
		j.t.Fatalf("crash at change %d: labels left", n)
	}
	b, err := j.bob.Open(j.t.Context(), ref(j.name, j.cam, 0, 2))
	must(j.t, err)
	defer b.Close()
	got := make([]byte, b.Size())
	if _, err := b.ReadAt(got, 0); err != nil || !bytes.Equal(got, j.cam.versions[j.cam.items[0].ID][2]) {
		j.t.Fatalf("crash at change %d: another original, %v", n, err)
	}
}

// TestUploadGoesOn: what came before a connection broke is not sent again.
func TestUploadGoesOn(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 3)
	name := cam.make("title")
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	data, err := c.MarshalBinary()
	must(t, err)
	answer, err := cam.hub.Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{transport.AllBits(3)}})
	must(t, err)
	if answer.Next != transport.Upload || answer.Missing[0].Len() != 3 {
		t.Fatalf("answer %+v", answer)
	}
	var body bytes.Buffer
	u := transport.NewUploadWriter(&body)
	for i := range 2 {
		must(t, u.Version(i, 0, 0, 4096, bytes.NewReader(cam.versions[cam.items[i].ID][0])))
	}
	broken := bytes.NewReader(body.Bytes()[:body.Len()-1000])
	if _, err := cam.hub.Upload(t.Context(), name, broken); err == nil {
		t.Fatal("a broken upload was taken")
	}
	answer, err = cam.hub.Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{transport.AllBits(3)}})
	must(t, err)
	if answer.Missing[0].Has(0) || len(answer.Parts) != 1 || answer.Parts[0].Item != 1 || answer.Parts[0].Size != 3096 {
		t.Errorf("answer %+v", answer)
	}
	n, err := cam.hub.PutVersion(t.Context(), ref(name, cam, 1, 0), 3096, bytes.NewReader(cam.versions[cam.items[1].ID][0][3096:]))
	if n != 4096 || err != nil {
		t.Errorf("put: %d, %v", n, err)
	}
	last, err := cam.Share(t.Context(), cam.hub, name)
	if last.Next != transport.Done || err != nil {
		t.Errorf("last: %+v, %v", last, err)
	}
}

// TestMainJobOnFiles runs the main job on stores of files that are opened again
// before every step.
func TestMainJobOnFiles(t *testing.T) {
	j := newJob(t)
	hubDir, homeDir, bobDir := t.TempDir(), t.TempDir(), t.TempDir()
	copyStore(t, j.w.hubStore, hubDir)
	for i, step := range j.steps() {
		j.w.restart(files(t, hubDir))
		j.home.reopen(func(cfg *peer.Config) { cfg.Store = files(t, homeDir) })
		j.bob.reopen(func(cfg *peer.Config) { cfg.Store = files(t, bobDir) })
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	if j.told != 0 {
		t.Errorf("last told of %d labels", j.told)
	}
}

func files(t *testing.T, dir string) transport.Store {
	s, err := filestore.Open(dir)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// copyStore copies the records of a store, such as the hub's accounts.
func copyStore(t *testing.T, from transport.Store, dir string) {
	to := files(t, dir)
	for r, err := range from.Scan(t.Context(), "") {
		must(t, err)
		must(t, to.Apply(t.Context(), transport.Change{Key: r.Key, Value: r.Value}))
	}
}

// full is a store that has no space left.
type full struct{ transport.Store }

func (full) Create(context.Context, string) (transport.BlobWriter, error) {
	return nil, transport.At(transport.ErrStorage, "no space left")
}

// TestFullDisk: a hub whose disk is full says so, and goes on when it is not.
func TestFullDisk(t *testing.T) {
	j := newJob(t)
	j.w.restart(full{j.w.hubStore})
	if _, err := j.cam.Share(t.Context(), j.cam.hub, j.name); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("got %v", err)
	}
	if news, err := j.bob.Receive(t.Context()); len(news) > 0 || err != nil {
		t.Errorf("told of what is not stored: %v, %v", news, err)
	}
	j.w.restart(j.w.hubStore)
	j.finish(0)
}

package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestVersionsEndWithThePeer: so they do with the context.
func TestVersionsEndWithThePeer(t *testing.T) {
	v := newThumbnails(t, 2)
	v.bob.Restart(func(cfg *peer.Config) { cfg.Hub = silentHub{v.World.Hub.Hub.As(v.bob.User)} })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	for _, err := range v.bob.Reader.Versions(ctx, v.name, 0) {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	time.AfterFunc(time.Millisecond, func() { v.bob.Close(context.Background()) })
	if _, refused := v.pulls(); !errors.Is(refused[-1], transport.ErrClosed) {
		t.Errorf("after Close: %v", refused)
	}
}

// TestVersionsOfTwins: versions that are the same bytes come once, and all are shown.
func TestVersionsOfTwins(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	v := &thumbnails{World: w, cam: w.Camera(w.User("ann"), 50), bob: w.Peer(w.User("bob"), "bob")}
	for i := 1; i < 50; i++ {
		v.cam.Copies(i)
	}
	v.name = v.cam.Album("title", v.bob.User)
	v.cam.Shares(v.name)
	v.bob.Hears(notify.Shared, 50)
	before := v.bob.Received.Load()
	v.showsAll()
	if n := v.bob.Received.Load() - before; n > 2*4096 {
		t.Errorf("%d bytes came for one thumbnail", n)
	}
}

// TestVersionsThatThereAreNone: what the gate refuses, or no collection or version is, causes no
// request; what is labelled because it is not there yet is waited for.
func TestVersionsThatThereAreNone(t *testing.T) {
	v := newThumbnails(t, 2)
	for version, want := range map[int]error{-1: transport.ErrNotFound, 2: transport.ErrNotFound, 3: transport.ErrNotFound} {
		for ref, err := range v.bob.Reader.Versions(t.Context(), v.name, version) {
			if !ref.Item.IsZero() || !errors.Is(err, want) {
				t.Errorf("version %d: %v, %v", version, ref, err)
			}
		}
	}
	for _, err := range v.bob.Reader.Versions(t.Context(), collection.Name{Author: v.cam.User}, 0) {
		if !errors.Is(err, transport.ErrNotFound) {
			t.Error(err)
		}
	}
	v.bob.Restart(func(cfg *peer.Config) { cfg.Policy = func(label.Case) label.Rights { return label.View } })
	if shown, refused := v.pulls(); len(shown)+len(refused)+v.via.streams > 0 {
		t.Errorf("shown %v, refused %v, asked %d times", shown, refused, v.via.streams)
	}
}

// TestVersionsByDegree: what a degree says is not there yet is asked for, with what is.
func TestVersionsByDegree(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromDevice: 1})
	v := &thumbnails{World: w, cam: w.Camera(w.User("ann"), 3), bob: w.Peer(w.User("bob"), "bob")}
	v.name = v.cam.AlbumOf("title", collection.Body{Kind: label.Degree, Recipients: []collection.UserID{v.bob.User}})
	v.cam.Offers(v.name)
	v.bob.Refreshes(v.name)
	v.cam.Shares(v.name)
	v.bob.CannotFetch(label.ErrPending, v.cam.Ref(v.name, 0, 0))
	v.showsAll()
}

// TestVersionsFromElsewhere: what the hub does not have any more comes from another peer that
// tells of the collection.
func TestVersionsFromElsewhere(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 3)
	cam.Shares(name)
	b.Hears(notify.Shared, 3)
	cam.Syncs(home, name)
	labtest.Must(t, b.Reader.Refresh(t.Context(), name, home.Source()))
	labtest.Must(t, lab.LoseVersion(t.Context(), w.Hub.Store, cam.BlobKey(name, 1, 0)))
	v := &thumbnails{World: w, cam: cam, bob: b, name: name}
	v.showsAll()
}

// TestVersionsFromHome: without a hub, all does.
func TestVersionsFromHome(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 3)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	labtest.Must(t, ann.Author.PublishAt(t.Context(), name, w.Now()))
	bob.HearsFrom(ann, notify.Shared, 3)
	v := &thumbnails{World: w, cam: cam, bob: bob, name: name}
	v.showsAll()
}

// TestCrashAmongVersions lets the recipient crash at each change of its store in turn, before it
// and after it: after the next start what was shown is there, and the rest comes.
func TestCrashAmongVersions(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		v := newThumbnails(t, 30)
		crash.Store = v.bob.Store
		v.bob.Restart(func(cfg *peer.Config) { cfg.Store = crash })
		var shown []transport.Ref
		for ref, err := range v.bob.Reader.Versions(t.Context(), v.name, 0) {
			if err == nil {
				shown = append(shown, ref)
			}
		}
		v.bob.Restart(nil)
		for _, ref := range shown {
			v.bob.Reads(ref)
		}
		v.showsAll()
	})
}

// TestVersionsBesideFetches: several that want the same at once all get it.
func TestVersionsBesideFetches(t *testing.T) {
	v := newThumbnails(t, 20)
	v.bob.Restart(nil)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { v.showsAll() })
	}
	all.Go(func() { v.bob.FetchesAll(v.cam, v.name, 0, true) })
	all.Wait()
}

// FuzzVersions feeds streams to a recipient: it comes to an end, and shows nothing but what is
// true.
func FuzzVersions(f *testing.F) {
	for _, c := range hostile {
		small := c.makes(edits(strings.NewReader("\x84\x00\x00\x00\x43abc\x84\x01\x00\x00\x43def\x82\x00\x40"), func(_ *transport.Frame, data []byte) []byte { return data }))
		data, err := io.ReadAll(io.LimitReader(small, 1000))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v := newThumbnails(t, 2)
		v.via.instead = func(n int, stream io.Reader) io.Reader {
			if n == 0 {
				return bytes.NewReader(data)
			}
			return stream
		}
		v.pulls()
		v.via.instead = nil
		v.showsAll()
	})
}

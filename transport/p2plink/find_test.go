package p2plink_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestFound: where nobody who is known serves the photos any more, a recipient finds another one
// who has announced them, and has all from there; one record says so, whatever number of photos
// there is, and no key in the table is that of an item.
func TestFound(t *testing.T) {
	w := newWorld(t, 3, false)
	w.holds(w.eve)
	w.net.stop("ann")
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	w.bob.Shows(w.cam, w.name, 2)
	if keys := w.asked.keys; len(keys) != 1 || !keys[string(w.keyOf().Hash())] {
		t.Errorf("keys in the table: %v", keys)
	}
	if w.asked.lookUps(w.host(w.bob)) == 0 || w.asked.puts(w.host(w.eve)) == 0 {
		t.Error("nothing was counted")
	}
}

// TestLabelled: however a labelled photo is asked for, the table is not, nor is anybody else who
// may hold it: as if the station were idle.
func TestLabelled(t *testing.T) {
	w := newWorld(t, 3, true)
	w.announces(w.ann)
	before := w.net.bytes("bob", stationProtocol)
	for i := range w.cam.Items {
		ref := w.cam.Ref(w.name, i, 2)
		_, searched := w.bob.Reader.Search(t.Context(), ref)
		printed := w.bob.Reader.Print(t.Context(), ref, io.Discard)
		for what, err := range map[string]error{"search": searched, "print": printed, "fetch": w.bob.Reader.Fetch(t.Context(), ref)} {
			if !errors.Is(err, label.ErrRefused) {
				t.Errorf("%s: %v", what, err)
			}
		}
		must(t, w.bob.Reader.Wish(t.Context(), ref))
	}
	must(t, w.bob.Reader.RetryWishes(t.Context()))
	w.Pass(time.Hour)
	must(t, w.bob.Reader.RetryWishes(t.Context()))
	if bob, idle := w.asked.lookUps(w.host(w.bob)), w.asked.lookUps(w.host(w.dan)); bob != 0 || idle != 0 {
		t.Errorf("%d look-ups, and %d of an idle station", bob, idle)
	}
	if after := w.net.bytes("bob", stationProtocol); after != before {
		t.Errorf("%d bytes to those who may hold it", after-before)
	}

	w.ann.Publishes(w.name)
	w.bob.HearsFrom(w.ann, notify.Available, 0)
	w.bob.Shows(w.cam, w.name, 2) // the wishes are served
}

// TestInVain: a search that found nobody is not made again before its time.
func TestInVain(t *testing.T) {
	w := newWorld(t, 2, false)
	w.net.stop("ann")
	look := func() (n int) {
		before := w.asked.lookUps(w.host(w.bob))
		w.bob.CannotFetch(transport.ErrUnreachable, w.cam.Ref(w.name, 0, 2))
		return w.asked.lookUps(w.host(w.bob)) - before
	}
	if look() == 0 {
		t.Error("nobody was asked")
	}
	w.Pass(4 * time.Minute)
	if n := look(); n != 0 {
		t.Errorf("%d look-ups so soon", n)
	}
	w.Pass(2 * time.Minute)
	if look() == 0 {
		t.Error("nobody was asked again")
	}
}

// TestOutsider: who is no recipient finds nobody, unless the identity has leaked; and is told
// then what is told of a collection that is not there.
func TestOutsider(t *testing.T) {
	w := newWorld(t, 1, false)
	w.holds(w.eve)
	c := w.bob.Views(w.name)
	sources, err := w.host(w.outsider).Find(t.Context(), c)
	must(t, err)
	if len(sources) != 1 || sources[0].User != w.eve.User || sources[0].URL != w.host(w.eve).URL() {
		t.Fatalf("found %v", sources)
	}
	at := w.outsider.Dial()(sources[0])
	ref := w.cam.Ref(w.name, 0, 2)
	none := transport.Ref{Collection: collection.Name{Author: w.name.Author, ID: collection.ID{9}}, Item: ref.Item, Version: 2}
	_, there := at.Original(t.Context(), ref, 0, -1)
	_, nowhere := at.Original(t.Context(), none, 0, -1)
	if !errors.Is(there, transport.ErrNotFound) || !errors.Is(nowhere, transport.ErrNotFound) || there.Error() != nowhere.Error() {
		t.Errorf("%v of what is there, %v of what is not", there, nowhere)
	}
}

// TestConcealed: who serves a collection no more says so at once.
func TestConcealed(t *testing.T) {
	w := newWorld(t, 1, false)
	w.holds(w.eve)
	c := w.bob.Views(w.name)
	w.host(w.eve).Conceal(c)
	if sources, err := w.host(w.bob).Find(t.Context(), c); len(sources) != 0 || err != nil {
		t.Errorf("found %v, %v", sources, err)
	}
}

// TestAnnouncedAgain: an announcement is renewed when it is due, and not before; one that nobody
// took is due still.
func TestAnnouncedAgain(t *testing.T) {
	w := newWorld(t, 1, false)
	w.announces(w.ann)
	again := func() int { return w.host(w.ann).Renew(t.Context()) }
	if n := again(); n != 0 {
		t.Errorf("%d renewed at once", n)
	}
	w.Pass(23 * time.Hour)
	if first, second := again(), again(); first != 1 || second != 0 {
		t.Errorf("%d and %d renewed after a day", first, second)
	}
	alone := newHost(t, w.ann.Signer, p2plink.Config{})
	source := lab.SourceAt(w.ann.Station, alone.URL())
	if err := alone.Announce(t.Context(), source, w.ann.Views(w.name)); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("announced to nobody: %v", err)
	}
	must(t, alone.Join(t.Context(), w.host(w.bob).Addresses()))
	if n := alone.Renew(t.Context()); n != 1 {
		t.Errorf("%d announced again", n)
	}
	if err := alone.Announce(t.Context(), w.ann.Source()); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("announced for another host: %v", err)
	}
}

// TestLabelledProgram: a program, which has its peer run, does not search for a labelled photo
// either, as long as it waits for it, and has it as soon as the label is gone. Then it tells those
// who hold the photo, too, and looks for them.
func TestLabelledProgram(t *testing.T) {
	w := newWorld(t, 1, true)
	w.announces(w.ann)
	from, begun := w.Now(), time.Now()
	w.bob.Restart(func(cfg *peer.Config) {
		cfg.Find, cfg.Homes, cfg.Retry = w.host(w.bob).Find, []transport.Source{w.ann.Source()}, time.Millisecond
		cfg.Now = func() time.Time { return from.Add(time.Since(begun)) } // that of the lab is for one at a time
	})
	must(t, w.bob.Reader.Wish(t.Context(), w.cam.Ref(w.name, 0, 2)))
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- w.bob.Run(ctx) }()
	asked, found := w.net.bytes("bob", httpProtocol), w.net.bytes("bob", stationProtocol)
	await(t, "it asks what is new", func() bool { return w.net.bytes("bob", httpProtocol) > asked+20_000 })
	if bob, idle := w.asked.lookUps(w.host(w.bob)), w.asked.lookUps(w.host(w.dan)); bob != 0 || idle != 0 {
		t.Errorf("%d look-ups, and %d of an idle station", bob, idle)
	}
	if after := w.net.bytes("bob", stationProtocol); after != found {
		t.Errorf("%d bytes to those who may hold it", after-found)
	}
	w.ann.Publishes(w.name)
	await(t, "the wish is served", func() bool {
		v, err := w.bob.Reader.View(t.Context(), w.name)
		return err == nil && v.Held(0).Has(2)
	})
	stop()
	must(t, <-ran)
}

package hub_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// emptied is a hub whose cache has expired, while the home that serves the originals has
// all of it.
type emptied struct {
	*labtest.World
	cam     *labtest.Camera
	home, b *labtest.Peer
	name    collection.Name
}

func newEmptied(t *testing.T, cfg hub.Config, addresses ...string) emptied {
	e := emptied{World: labtest.New(t, cfg)}
	ann, bob := e.User("ann"), e.User("bob")
	e.cam, e.home, e.b = e.Camera(ann, 3), e.Peer(ann, "home"), e.Peer(bob, "bob")
	if e.name = e.cam.Album("title", bob); len(addresses) > 0 {
		e.name = e.cam.AlbumFor("title", []collection.UserID{bob}, addresses...)
	}
	e.cam.Shares(e.name)
	e.cam.Syncs(e.home, e.name)
	e.home.Publishes(e.name)
	e.b.Receives()
	e.b.Restart(nil) // and does not take what follows the news
	e.Expires(e.Now().Add(time.Hour))
	return e
}

// TestExpiredThumbnail: what has expired from the cache is asked of home again, by whatever
// way it is asked for, and without anybody's publishing.
func TestExpiredThumbnail(t *testing.T) {
	for what, fetch := range map[string]func(e emptied){
		"one by one": func(e emptied) { e.b.FetchesAll(e.cam, e.name, 0, false) },
		"at once":    func(e emptied) { e.b.FetchesAll(e.cam, e.name, 0, true) },
		"a stream": func(e emptied) {
			for _, err := range e.b.Reader.Versions(t.Context(), e.name, 0) {
				labtest.Must(t, err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			e := newEmptied(t, hub.Config{})
			e.Probes()
			e.home.Receives()
			fetch(e)
			e.b.Shows(e.cam, e.name, 0)
			inStep(t, e.World)
			for i := range e.cam.Items {
				if !inCache(t, e.World, e.cam.BlobKey(e.name, i, 0)) {
					t.Errorf("item %d is not in the cache again", i)
				}
			}
		})
	}
}

// TestExpiredForGuests: a guest's thumbnail is asked of home, too.
func TestExpiredForGuests(t *testing.T) {
	post := new(notify.Memory)
	e := newEmptied(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}}, "eve@example.org")
	letters := e.Letters(post)
	if len(letters) != 1 {
		t.Fatalf("letters %+v", letters)
	}
	s, err := e.Hub.Hub.GuestVersion(t.Context(), letters[0].Token, 2, 0, 0)
	labtest.Must(t, err)
	labtest.Must(t, s.Close())
}

// TestRecallsAreFew: a home that does not answer, or does not have it either, is asked once
// in a while, however often readers ask the hub; and so is nobody for what nobody serves, what
// is withdrawn, or by who may not read it.
func TestRecallsAreFew(t *testing.T) {
	e := newEmptied(t, hub.Config{})
	asked := 0
	var down bool
	e.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		asked++
		if down {
			return nil, errors.New("no route")
		}
		return network.RoundTrip(r)
	})
	e.Restart(e.Hub.Store)
	read := func(by collection.UserID, want error, items ...int) {
		t.Helper()
		for _, i := range items {
			cannotRead(t, e.Hub.Hub.As(by), want, e.cam.Ref(e.name, i, 0))
		}
	}
	expect := func(what string, least, most int) {
		t.Helper()
		if asked < least || asked > most {
			t.Errorf("%s: %d requests, want %d to %d", what, asked, least, most)
		}
		asked = 0
	}
	eve := e.User("eve")
	read(eve, transport.ErrNotFound, 0, 1, 2)
	expect("who may not read", 0, 0)

	down = true
	for range 5 {
		read(e.b.User, transport.ErrNotFound, 0, 1, 2)
	}
	expect("no answer", 1, 2)
	down = false
	e.Pass(2 * time.Minute)
	read(e.b.User, nil, 0)
	expect("it is back", 1, 3)

	for _, i := range []int{1, 2} {
		labtest.Must(t, lab.LoseVersion(context.Background(), e.home.Store, e.cam.BlobKey(e.name, i, 0)))
	}
	for range 5 {
		read(e.b.User, transport.ErrNotFound, 1, 2)
	}
	expect("it has none", 1, 6)
	e.home.Withdraws(e.name, e.cam.Items[1].ID)
	e.Pass(2 * time.Minute)
	asked = 0
	read(e.b.User, transport.ErrWithdrawn, 1)
	expect("withdrawn", 0, 0)
}

// TestRecallOfWhatHasEnded: an author who asks for what has expired of a collection that has
// ended is answered, though nobody has it.
func TestRecallOfWhatHasEnded(t *testing.T) {
	e := newEmptied(t, hub.Config{})
	labtest.Must(t, e.home.Author.End(t.Context(), e.name))
	e.Put("hub", func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, errors.New("no route") })
	e.Restart(e.Hub.Store)
	answered := make(chan bool)
	go func() {
		defer close(answered)
		cannotRead(t, e.Hub.Hub.As(e.home.User), transport.ErrNotFound, e.cam.Ref(e.name, 0, 0))
	}()
	select {
	case <-answered:
	case <-time.After(5 * time.Second):
		t.Fatal("no answer")
	}
}

// TestRecallAfterACrash: what a process was about to ask others for when it ended is asked for
// by the next one, when a reader wants it, and does not stay pending.
func TestRecallAfterACrash(t *testing.T) {
	for what, read := range map[string]func(e emptied){
		"one":      func(e emptied) { cannotRead(t, e.Hub.Hub.As(e.b.User), nil, e.cam.Ref(e.name, 1, 0)) },
		"a stream": func(e emptied) { streams(t, e) },
	} {
		e := newEmptied(t, hub.Config{})
		ends, err := hub.New(t.Context(), e.Hub.Signer, hub.Config{Store: e.Hub.Store, Now: e.Now, Dial: e.Hub.Dial(), Beside: func(func()) {}})
		labtest.Must(t, err)
		r, err := ends.As(e.b.User).Versions(t.Context(), e.name, 0, nil) // it is noted, and not done
		labtest.Must(t, err)
		labtest.Must(t, r.Close())
		read(e)
		if !inCache(t, e.World, e.cam.BlobKey(e.name, 1, 0)) {
			t.Errorf("%s: it is not in the cache again", what)
		}
	}
}

func streams(t *testing.T, e emptied) {
	for _, err := range e.b.Reader.Versions(t.Context(), e.name, 0) {
		labtest.Must(t, err)
	}
}

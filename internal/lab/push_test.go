package lab_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestPush: the thumbnails of something new cost a device one request, and an answer of
// less than a kilobyte, however many they are.
func TestPush(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 200), w.Peer(bob, "bob")
	name := cam.Album("Picnic", bob)
	answer := cam.Shares(name)
	if answer.Next != transport.Done || cam.Requests.Load() != 1 || cam.Received.Load() > 1024 {
		t.Errorf("%v after %d requests and %d bytes of answers", answer.Next, cam.Requests.Load(), cam.Received.Load())
	}
	_, data := cam.Encoded(name)
	if n := cam.Sent.Load() - int64(len(data)) - 200*4096; n > 200*12+100 {
		t.Errorf("%d bytes beside the collection and the thumbnails", n)
	}
	b.Hears(notify.Shared, 200)
}

// TestPushWithoutOne: what the card does not have any more is left out, and said.
func TestPushWithoutOne(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 3)
	name := cam.Album("Picnic")
	gone := cam.Items[1].ID
	cam.Card[gone] = lab.Photo{nil, nil, cam.Card[gone][2]}
	if answer := cam.Shares(name); answer.Next != transport.Done || cam.Requests.Load() != 2 {
		t.Errorf("%v after %v", answer.Next, cam.Log())
	}
	for i, want := range []error{nil, transport.ErrPending, nil} {
		stream, err := w.Hub.Hub.As(cam.User).Version(t.Context(), cam.Ref(name, i, 0), 0)
		if !errors.Is(err, want) {
			t.Errorf("item %d: %v", i, err)
		}
		if err == nil {
			must(t, stream.Close())
		}
	}
}

// broken is a push that breaks off.
type broken struct {
	at   int          // how many bytes arrive
	body []byte       // of the whole
	to   http.Handler // of the station that it goes to
}

var errBroken = errors.New("the connection is gone")

// between hands the beginning of the first push to its station, and the rest to nobody.
func (b *broken) between(r *http.Request, network http.RoundTripper) (*http.Response, error) {
	if r.URL.Path != "/v1/push" || b.body != nil {
		return network.RoundTrip(r)
	}
	body, err := lab.ReadBody(&r.Body)
	if err != nil {
		return nil, err
	}
	b.body = body
	b.at = min(b.at, len(body))
	cut := httptest.NewRequest(r.Method, r.URL.RequestURI(), io.MultiReader(bytes.NewReader(body[:b.at]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	cut.Header = r.Header
	b.to.ServeHTTP(httptest.NewRecorder(), cut)
	return nil, errBroken
}

// syncs shares all of a collection with a hub or a home.
func syncs(t *testing.T, cam *labtest.Camera, to transport.ShareReceiver, name collection.Name) transport.Answer {
	answer, err := cam.Sync(t.Context(), to, name)
	must(t, err)
	return answer
}

// TestPushBreaks: wherever a push breaks off, at a hub or at home, the device goes on by
// itself, sends nothing that came whole, and all is there. In short it breaks off at every
// eleventh byte.
func TestPushBreaks(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 11
	}
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 0), w.Peer(ann, "home")
	o := httplink.HandlerOptions{Now: w.Now}
	for what, handler := range map[string]http.Handler{"hub": httplink.HubHandler(w.Hub.Hub, o), "home": httplink.PeerHandler(home.Station.Peer, o)} {
		var to transport.ShareReceiver = cam.ToHub()
		if what == "home" {
			to = cam.To(home.Station)
		}
		for at, whole := 0, 1; at < whole; at += step {
			name := tiny(t, cam, fmt.Sprint(what, at))
			b := &broken{at: at, to: handler}
			w.Put(cam.Name, b.between)
			before := len(cam.Log())
			if answer := syncs(t, cam, to, name); answer.Next != transport.Done {
				t.Fatalf("%s, %d bytes: %+v", what, at, answer)
			}
			whole = len(b.body)
			isThere(t, w, home, what == "home", cam, name)
			if n := len(cam.Log()) - before; n > 3 {
				t.Errorf("%s, %d bytes: %v", what, at, cam.Log()[before:])
			}
		}
	}
}

// TestPushGoesOn: of a push that has broken off within a large version, the next one is
// answered with what is there of it, and only the rest is uploaded.
func TestPushGoesOn(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 0), w.Peer(ann, "home")
	o := httplink.HandlerOptions{Now: w.Now}
	for what, handler := range map[string]http.Handler{"hub": httplink.HubHandler(w.Hub.Hub, o), "home": httplink.PeerHandler(home.Station.Peer, o)} {
		to := func() transport.ShareReceiver { // as the camera's process reaches it
			if what == "home" {
				return cam.To(home.Station)
			}
			return cam.ToHub()
		}
		name := photos(t, cam, what, 200_000, 300_000)
		b := &broken{at: 350_000, to: handler}
		w.Put(cam.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if b.body != nil {
				return nil, errBroken
			}
			return b.between(r, network)
		})
		if _, err := cam.Sync(t.Context(), to(), name); !errors.Is(err, transport.ErrUnreachable) {
			t.Fatal(err)
		}
		cam.Restart(cam.Store) // it remembers nothing, and pushes again
		uploaded := 0
		w.Put(cam.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			body, err := lab.ReadBody(&r.Body)
			if lab.MessageOf("", r).What == "upload" {
				uploaded = len(body)
			}
			must(t, err)
			return network.RoundTrip(r)
		})
		before := len(cam.Log())
		if answer := syncs(t, cam, to(), name); answer.Next != transport.Done || len(cam.Log())-before != 2 {
			t.Errorf("%s: %v after %v", what, answer.Next, cam.Log()[before:])
		}
		isThere(t, w, home, what == "home", cam, name)
		rest := 2*200_000 - 350_000 + 2000 // with the share, which came before
		if what == "home" {
			rest += 2 * 300_000
		}
		if uploaded > rest {
			t.Errorf("%s: %d bytes uploaded of %d", what, uploaded, rest)
		}
	}
}

// tiny makes a collection of two new photos.
func tiny(t *testing.T, cam *labtest.Camera, what string) collection.Name {
	return photos(t, cam, what, 60, 90)
}

// photos makes one of two that have versions of some sizes.
func photos(t *testing.T, cam *labtest.Camera, what string, thumbnail, original int) collection.Name {
	t.Helper()
	cam.Items = nil
	for i := range 2 {
		id, err := cam.NewItemID()
		must(t, err)
		cam.Card[id] = lab.NewPhoto(fmt.Sprint(what, i), thumbnail, original)
		cam.Items = append(cam.Items, collection.Item{ID: id})
	}
	return cam.Album("")
}

// isThere checks that a station has what it asks a device for.
func isThere(t *testing.T, w *labtest.World, home *labtest.Peer, atHome bool, cam *labtest.Camera, name collection.Name) {
	t.Helper()
	for i := range cam.Items {
		if atHome {
			v, err := home.Reader.View(t.Context(), name)
			must(t, err)
			if held := v.Held(i); !held.Has(0) || !held.Has(2) {
				t.Fatalf("home has %v", held)
			}
			continue
		}
		stream, err := w.Hub.Hub.As(cam.User).Version(t.Context(), cam.Ref(name, i, 0), 0)
		must(t, err)
		must(t, stream.Close())
	}
}

// TestPushRepeated: a push that arrives twice, or late, does no harm, and what another
// one has brought is not brought again.
func TestPushRepeated(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 3), w.Peer(bob, "bob")
	name := cam.Album("Picnic", bob)
	w.Put(cam.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		body, err := lab.ReadBody(&r.Body)
		if err != nil {
			return nil, err
		}
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		_, err = network.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		return network.RoundTrip(again) // whose answer is the one that arrives
	})
	cam.Shares(name)
	w.Put(cam.Name, nil)
	cam.Restart(cam.Store) // it remembers nothing, and pushes again
	if answer := cam.Shares(name); answer.Next != transport.Done {
		t.Errorf("then %v", answer.Next)
	}
	b.Hears(notify.Shared, 3)
	b.HearsNothing()
}

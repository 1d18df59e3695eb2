package httplink_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestRequestsBetweenPeers: a request is good for one station, for one path and
// for a short time.
func TestRequestsBetweenPeers(t *testing.T) {
	w, cam, home, b, name := labtest.Published(t, hub.Config{}, 1)
	good, old, other, unknown := b.Caller(), b.Caller(), b.Caller(), b.Caller()
	old.Now = func() time.Time { return w.Now().Add(-time.Hour) }
	other.User, unknown.Signer, unknown.Statement = cam.User, lab.Signer("stranger"), nil
	for what, c := range map[string]struct {
		auth httplink.Auth
		want error
	}{
		"good":             {httplink.Sealed(good, home.Key()), nil},
		"for another":      {httplink.Sealed(good, b.Key()), transport.ErrUnauthenticated},
		"too old":          {httplink.Sealed(old, home.Key()), transport.ErrUnauthenticated},
		"another's name":   {httplink.Sealed(other, home.Key()), transport.ErrUnauthenticated},
		"an unknown key":   {httplink.Sealed(unknown, home.Key()), transport.ErrUnauthenticated},
		"none":             {nil, transport.ErrUnauthenticated},
		"a token":          {httplink.Bearer("token"), transport.ErrUnauthenticated},
		"a broken one":     {func(r *http.Request) error { r.Header.Set("Authorization", "Glimpse %%"); return nil }, transport.ErrUnauthenticated},
		"for another path": {otherPath(httplink.Sealed(good, home.Key())), transport.ErrUnauthenticated},
	} {
		stream, err := httplink.NewClient(home.URL(), c.auth, httplink.Options{HTTP: b.HTTP}).Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, stream)
			labtest.Must(t, errors.Join(err, stream.Close()))
		}
	}
	if _, err := b.To(home.Station).Share(t.Context(), transport.Share{}); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("another user's device at the local link: %v", err)
	}
}

// TestReplayedElsewhere: what is sealed for one station is refused at another, of the same
// user and of others, whatever the method and however soon.
func TestReplayedElsewhere(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	laptop, carols := w.Peer(cam.User, "laptop"), w.Peer(w.User("carol"), "carol")
	cam.Syncs(laptop, name)
	body, err := transport.Encode(transport.ChangesRequest{})
	labtest.Must(t, err)
	for request, body := range map[string][]byte{"GET /v1/updates/" + name.String(): nil, "POST /v1/feed": body} {
		method, path, _ := strings.Cut(request, " ")
		seal := httplink.Sealed(bob.Caller(), home.Key())
		for station, want := range map[*labtest.Peer]string{laptop: "401", carols: "401", home: "200"} {
			if got := get(t, bob.HTTP, seal, method, station.URL()+path, body); !strings.HasPrefix(got, want) {
				t.Errorf("%s at %s: %.40s, want %s", request, station.Name, got, want)
			}
		}
	}
}

// otherPath seals a request for another path.
func otherPath(auth httplink.Auth) httplink.Auth {
	return func(r *http.Request) error {
		path := r.URL.Path
		r.URL.Path = "/v1/originals"
		defer func() { r.URL.Path = path }()
		return auth(r)
	}
}

// listener is somebody on the way between a station and the others, who sees all,
// keeps it, and can send what it likes with what it has seen.
type listener struct {
	t       *testing.T
	network http.RoundTripper
	header  http.Header // of the last request that was not a GET, and its body
	body    []byte
	first   func(*http.Request) // is called before it goes on, if it is not nil
}

func listen(t *testing.T, w *labtest.World, station string) *listener {
	l := &listener{t: t}
	w.Put(station, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		l.network = network
		if r.Method != http.MethodGet {
			body, err := lab.ReadBody(&r.Body)
			labtest.Must(t, err)
			if l.header, l.body = r.Header.Clone(), body; l.first != nil {
				l.first(r)
			}
		}
		return network.RoundTrip(r)
	})
	return l
}

// send sends another body with the header that was seen, and returns the status.
func (l *listener) send(method, url string, body []byte) int {
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	labtest.Must(l.t, err)
	r.Header = l.header
	res, err := l.network.RoundTrip(r)
	labtest.Must(l.t, err)
	labtest.Must(l.t, res.Body.Close())
	return res.StatusCode
}

// telling is a home peer, without a hub, that waits with news for bob.
func telling(t *testing.T) (w *labtest.World, cam *labtest.Camera, home, bob *labtest.Peer, one collection.Name) {
	w, cam, home, bob, one = labtest.NewAlbum(t, hub.Config{}, 1)
	home.Restart(func(cfg *peer.Config) { cfg.Hub, cfg.Notifies = nil, true })
	for _, name := range []collection.Name{one, cam.Album("two", bob.User)} {
		cam.Syncs(home, name)
		home.Publishes(name)
	}
	return w, cam, home, bob, one
}

// TestOtherBody: who sees a request on its way cannot make it one for something else.
func TestOtherBody(t *testing.T) {
	w, _, home, bob, _ := telling(t)
	l, link := listen(t, w, bob.Name), bob.To(home.Station)
	news, err := link.Changes(t.Context(), transport.ChangesRequest{})
	labtest.Must(t, err)
	if len(news.Entries) != 2 {
		t.Errorf("%d entries", len(news.Entries))
	}
	body, err := transport.Encode(transport.ChangesRequest{After: news.Next})
	labtest.Must(t, err)
	for _, body := range [][]byte{body, nil, append(l.body, 0), l.body[:len(l.body)-1]} {
		if status := l.send("POST", home.URL()+"/v1/feed", body); status != http.StatusUnauthorized {
			t.Errorf("%x: %d", body, status)
		}
	}
}

// TestOtherShare: who sees a share on its way cannot plant another in its place.
func TestOtherShare(t *testing.T) {
	w, cam, home, bob, name := telling(t)
	l := listen(t, w, cam.Name)
	cam.Syncs(home, name)
	planted, err := collection.New(collection.Header{ID: collection.ID{66}, Author: cam.User, Title: "planted"},
		collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob.User}})
	labtest.Must(t, err)
	data, err := planted.MarshalBinary()
	labtest.Must(t, err)
	body, err := transport.Encode(transport.Share{Collection: data})
	labtest.Must(t, err)
	if status := l.send("POST", home.URL()+"/v1/share", body); status != http.StatusUnauthorized {
		t.Error(status)
	}
	if _, err := home.Reader.View(t.Context(), planted.Name()); !errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
}

// TestSameRequestTwice: a request that changes something is taken once. One that
// reads may come again while its seal is good.
func TestSameRequestTwice(t *testing.T) {
	w, _, home, bob, _ := telling(t)
	l, link := listen(t, w, bob.Name), bob.To(home.Station)
	for range 3 { // each is another one, although they say the same
		_, err := link.Changes(t.Context(), transport.ChangesRequest{})
		labtest.Must(t, err)
	}
	for range 2 {
		if status := l.send("POST", home.URL()+"/v1/feed", l.body); status != http.StatusUnauthorized {
			t.Error(status)
		}
	}
	auth := httplink.Sealed(bob.Caller(), home.Key())
	r, err := http.NewRequest("GET", home.URL()+"/v1/settings", nil)
	labtest.Must(t, err)
	labtest.Must(t, auth(r))
	l.header = r.Header
	for range 2 {
		if status := l.send("GET", home.URL()+"/v1/settings", nil); status != http.StatusForbidden {
			t.Error(status)
		}
	}
}

var forged = bytes.Repeat([]byte("forged"), 1000)

// forgeries are streams that somebody sends in the place of an upload.
var forgeries = map[string]func(*transport.UploadWriter) error{
	"other bytes":    func(u *transport.UploadWriter) error { return frames(u, len(forged), forged, 0, 0) },
	"half of them":   func(u *transport.UploadWriter) error { return frames(u, 70_000, forged, 0, 2) },
	"somewhere else": func(u *transport.UploadWriter) error { return frames(u, len(forged), forged, 4000, 0) },
	"another seal": func(u *transport.UploadWriter) error {
		return u.Close(transport.AuthorSeal{Issued: 1, Seal: forged[:100]})
	},
	"no seal": func(u *transport.UploadWriter) error { return u.Close(transport.AuthorSeal{}) },
}

// TestOtherUpload: who sees the header of an upload, and is faster, can bring
// nothing but what the author has sealed, and at worst has it sent again.
func TestOtherUpload(t *testing.T) {
	w, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 2)
	url := home.URL() + "/v1/upload/" + name.String()
	for what, forge := range forgeries {
		l := listen(t, w, cam.Name)
		l.first = func(r *http.Request) {
			if r.URL.String() != url {
				return
			}
			var body bytes.Buffer
			_ = forge(transport.NewUploadWriter(&body))
			l.first = nil
			l.send("POST", url, body.Bytes())
		}
		if _, err := cam.Sync(t.Context(), cam.To(home.Station), name); err != nil && !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("%s: %v", what, err)
		}
		v, err := home.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		for i := range cam.Items {
			if held := v.Held(i); held.Has(2) {
				t.Errorf("%s: stored %v", what, held)
			}
		}
	}
	w.Put(cam.Name, nil)
	cam.Syncs(home, name)
	home.Publishes(name)
}

// TestOtherPush: who sees the header of a push, and is faster, can put in another
// stream, of which nothing is stored, but no other share; and the sender goes on.
func TestOtherPush(t *testing.T) {
	for what, forge := range forgeries {
		w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
		l := listen(t, w, cam.Name)
		l.first = func(r *http.Request) {
			if r.URL.Path != "/v1/push" {
				return
			}
			l.first = nil
			size, err := strconv.Atoi(r.URL.Query().Get("share"))
			labtest.Must(t, err)
			share := l.body[:size]
			other, err := transport.Decode[transport.Share](share)
			labtest.Must(t, err)
			other.URL = bob.URL()
			changed, err := transport.Encode(other)
			labtest.Must(t, err)
			flipped := bytes.Clone(share)
			flipped[len(flipped)-1] ^= 1
			for _, share := range [][]byte{changed, flipped, share[:size-1], nil} {
				if status := l.send("POST", r.URL.String(), slices.Concat(share, l.body[size:])); status != http.StatusUnauthorized {
					t.Errorf("another share: %d", status)
				}
			}
			body := bytes.NewBuffer(bytes.Clone(share))
			_ = forge(transport.NewUploadWriter(body))
			l.send("POST", r.URL.String(), body.Bytes())
			v, err := home.Reader.View(t.Context(), name)
			labtest.Must(t, err)
			if held := v.Held(0); held.Has(0) || held.Has(2) {
				t.Errorf("%s: stored %v", what, held)
			}
		}
		cam.Syncs(home, name)
		home.Publishes(name)
		if l.first != nil {
			t.Error("nothing was pushed")
		}
	}
}

// frames writes data as a version of the first item that says it has size bytes.
func frames(u *transport.UploadWriter, size int, data []byte, offset int64, version int) error {
	if err := u.Version(0, version, offset, int64(size), bytes.NewReader(data)); err != nil {
		return err
	}
	return u.Close(transport.AuthorSeal{})
}

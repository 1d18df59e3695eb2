package transport_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// listener is somebody on the way between two stations, who sees all, keeps it,
// and can send what it likes with what it has seen.
type listener struct {
	t      *testing.T
	header http.Header // of the last request that was not a GET, and its body
	body   []byte
	first  func(*http.Request) // is called before it goes on, if it is not nil
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		l.header = r.Header.Clone()
		if l.first != nil {
			l.first(r)
		} else {
			body, err := io.ReadAll(r.Body)
			must(l.t, err)
			l.body, r.Body = body, io.NopCloser(bytes.NewReader(body))
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// send sends another body with the header that was seen, and returns the status.
func (l *listener) send(method, url string, body []byte) int {
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	must(l.t, err)
	r.Header = l.header
	res, err := http.DefaultClient.Do(r)
	must(l.t, err)
	must(l.t, res.Body.Close())
	return res.StatusCode
}

// link is a sealed link to a peer, past the listener.
func (l *listener) link(to *station, c httplink.Caller) *httplink.Client {
	c.Now = to.w.now
	return httplink.NewClient(to.url, httplink.Sealed(c, to.user), httplink.Options{HTTP: &http.Client{Transport: l}})
}

func (s *station) caller() httplink.Caller {
	return httplink.Caller{User: s.user, Signer: s.signer, Statement: s.stmt}
}

func (c *camera) caller() httplink.Caller {
	return httplink.Caller{User: c.user, Signer: c.signer, Statement: c.statement}
}

// telling is a home peer, without a hub, that waits with news for bob.
func telling(t *testing.T) (cam *camera, home, bob *station, names []collection.Name) {
	w := newWorld(t, hub.Config{})
	ann, b := w.user("ann"), w.user("bob")
	cam, home, bob = w.camera(ann, 1), w.peer(ann, "home"), w.peer(b, "bob")
	home.reopen(func(cfg *peer.Config) { cfg.Hub, cfg.Wait, cfg.Notifies = nil, 10*time.Millisecond, true })
	for _, title := range []string{"one", "two"} {
		name := cam.make(title, b)
		_, err := cam.Share(t.Context(), cam.link(home), name)
		must(t, err)
		must(t, home.Publish(t.Context(), name))
		names = append(names, name)
	}
	return cam, home, bob, names
}

// TestOtherBody: who sees a receipt on its way cannot make it one for other
// deliveries.
func TestOtherBody(t *testing.T) {
	_, home, bob, _ := telling(t)
	l := &listener{t: t}
	link := l.link(home, bob.caller())
	before, err := link.Notifications(t.Context())
	must(t, err)
	must(t, link.Acknowledge(t.Context(), transport.Receipts{}))
	var all transport.Receipts
	for _, d := range before.Waiting {
		all.Read = append(all.Read, d.Receipt())
	}
	body, err := transport.Encode(all)
	must(t, err)
	for _, body := range [][]byte{body, nil, append(l.body, 0), l.body[:len(l.body)-1]} {
		if status := l.send("POST", home.url+"/v1/notifications", body); status != http.StatusUnauthorized {
			t.Errorf("%x: %d", body, status)
		}
	}
	after, err := link.Notifications(t.Context())
	must(t, err)
	if len(before.Waiting) != 2 || len(after.Waiting) != 2 {
		t.Errorf("%d waited, and %d do", len(before.Waiting), len(after.Waiting))
	}
}

// TestOtherShare: who sees a share on its way cannot plant another in its place.
func TestOtherShare(t *testing.T) {
	cam, home, bob, names := telling(t)
	l := &listener{t: t}
	_, err := cam.Share(t.Context(), l.link(home, cam.caller()), names[0])
	must(t, err)
	planted, err := collection.New(collection.Header{ID: collection.ID{66}, Author: cam.user, Title: "planted"},
		collection.Body{Items: cam.items, Recipients: []collection.UserID{bob.user}})
	must(t, err)
	data, err := planted.MarshalBinary()
	must(t, err)
	body, err := transport.Encode(transport.Share{Collection: data})
	must(t, err)
	if status := l.send("POST", home.url+"/v1/share", body); status != http.StatusUnauthorized {
		t.Error(status)
	}
	if _, err := home.View(t.Context(), planted.Name()); !errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
}

// TestSameRequestTwice: a request that changes something is taken once. One that
// reads may come again while its seal is good.
func TestSameRequestTwice(t *testing.T) {
	_, home, bob, _ := telling(t)
	l := &listener{t: t}
	link := l.link(home, bob.caller())
	for range 3 { // each is another one, although they say the same
		must(t, link.Acknowledge(t.Context(), transport.Receipts{}))
	}
	for range 2 {
		if status := l.send("POST", home.url+"/v1/notifications", l.body); status != http.StatusUnauthorized {
			t.Error(status)
		}
	}
	auth := httplink.Sealed(httplink.Caller{User: bob.user, Signer: bob.signer, Statement: bob.stmt, Now: home.w.now}, home.user)
	r, err := http.NewRequest("GET", home.url+"/v1/notifications", nil)
	must(t, err)
	must(t, auth(r))
	l.header = r.Header
	for range 2 {
		if status := l.send("GET", home.url+"/v1/notifications", nil); status != http.StatusOK {
			t.Error(status)
		}
	}
}

// TestOtherUpload: who sees the header of an upload, and is faster, can bring
// nothing but what the author has sealed, and at worst has it sent again.
func TestOtherUpload(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 2), w.peer(ann, "home")
	name := cam.make("title", w.user("bob"))
	url := home.url + "/v1/upload/" + name.String()
	forged := bytes.Repeat([]byte("forged"), 1000)
	for what, forge := range map[string]func(*transport.UploadWriter) error{
		"other bytes":    func(u *transport.UploadWriter) error { return frames(u, len(forged), forged, 0, 0) },
		"half of them":   func(u *transport.UploadWriter) error { return frames(u, 70_000, forged, 0, 2) },
		"somewhere else": func(u *transport.UploadWriter) error { return frames(u, len(forged), forged, 4000, 0) },
		"another seal": func(u *transport.UploadWriter) error {
			return u.Close(transport.AuthorSeal{Issued: 1, Seal: forged[:100]})
		},
		"no seal": func(u *transport.UploadWriter) error { return u.Close(transport.AuthorSeal{}) },
	} {
		l := &listener{t: t}
		l.first = func(r *http.Request) {
			if r.URL.String() != url {
				return
			}
			var body bytes.Buffer
			_ = forge(transport.NewUploadWriter(&body))
			l.first = nil
			l.send("POST", url, body.Bytes())
		}
		if _, err := cam.Share(t.Context(), l.link(home, cam.caller()), name); err != nil && !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("%s: %v", what, err)
		}
		v, err := home.View(t.Context(), name)
		must(t, err)
		for i := range cam.items {
			if held := v.Held(i); held.Has(0) || held.Has(2) {
				t.Errorf("%s: stored %v", what, held)
			}
		}
	}
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
}

// frames writes data as a version of the first item that says it has size bytes.
func frames(u *transport.UploadWriter, size int, data []byte, offset int64, version int) error {
	if err := u.Version(0, version, offset, int64(size), bytes.NewReader(data)); err != nil {
		return err
	}
	return u.Close(transport.AuthorSeal{})
}

package transport_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// world is a hub and stations around it, each with a listener and a store of
// its own, that share nothing but the network.
type world struct {
	t        *testing.T
	hub      *hub.Hub
	handler  atomic.Pointer[http.Handler] // of hub
	cfg      hub.Config
	signer   *signature.Signer
	hubStore transport.Store
	hubURL   string
	clock    time.Time
	fromHub  wire // what the hub sends itself: probes
}

// wire is an http.RoundTripper that counts.
type wire struct {
	requests, sent, received atomic.Int64
	mu                       sync.Mutex
	log                      []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests.Add(1)
	w.mu.Lock()
	w.log = append(w.log, r.Method+" "+r.URL.Path)
	w.mu.Unlock()
	if r.Body != nil {
		r.Body = &counted{r.Body, &w.sent}
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		res.Body = &counted{res.Body, &w.received}
	}
	return res, err
}

func (w *wire) client() *http.Client { return &http.Client{Transport: w} }

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func newWorld(t *testing.T, cfg hub.Config) *world {
	w := &world{t: t, clock: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	if cfg.Store == nil {
		cfg.Store = new(memstore.Store)
	}
	cfg.Now, cfg.HTTP = w.now, w.fromHub.client()
	if cfg.Wait == 0 {
		cfg.Wait = 10 * time.Millisecond
	}
	w.hubStore, w.cfg, w.signer = cfg.Store, cfg, newSigner(t)
	w.restart(cfg.Store)
	w.hubURL = w.serve(w)
	t.Cleanup(func() { must(t, w.hub.Close(context.Background())) })
	return w
}

// restart makes the hub again on a store, behind the same address.
func (w *world) restart(store transport.Store) {
	cfg := w.cfg
	cfg.Store = store
	h, err := hub.New(w.t.Context(), w.signer, cfg)
	must(w.t, err)
	w.hub = h
	handler := h.Handler()
	w.handler.Store(&handler)
}

// ServeHTTP serves the hub that is running now.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	(*w.handler.Load()).ServeHTTP(rw, r)
}

func (w *world) now() time.Time { return w.clock }

func (w *world) serve(h http.Handler) string {
	s := httptest.NewServer(h)
	w.t.Cleanup(s.Close)
	return s.URL
}

func newSigner(t *testing.T) *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	s, err := signature.NewSigner(key, rand.Reader)
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// credential makes a key and a token of a user.
func (w *world) credential(user collection.UserID, name string) (*signature.Signer, []byte, string) {
	signer := newSigner(w.t)
	statement, err := w.hub.Accounts().AddKey(w.t.Context(), user, name, signer.Public())
	must(w.t, err)
	token, err := w.hub.Accounts().Issue(w.t.Context(), user, name)
	must(w.t, err)
	return signer, statement, token
}

func (w *world) user(name string) collection.UserID {
	user, err := w.hub.Accounts().Register(w.t.Context(), hub.Person{Name: name, Addresses: []string{name + "@example.org"}})
	must(w.t, err)
	return user
}

// camera is a device with fake photos: every version of an item is a few bytes.
type camera struct {
	*device.Device
	w         *world
	wire      wire
	hub       *httplink.Client
	signer    *signature.Signer
	statement []byte
	user      collection.UserID
	versions  map[collection.ItemID][3][]byte
	items     []collection.Item
}

func (w *world) camera(user collection.UserID, photos int) *camera {
	c := &camera{w: w, user: user, versions: map[collection.ItemID][3][]byte{}}
	var token string
	c.signer, c.statement, token = w.credential(user, "camera")
	c.hub = httplink.NewClient(w.hubURL, httplink.Bearer(token), httplink.Options{HTTP: c.wire.client()})
	c.Device = device.New(user, c.signer, device.MediaFunc(c.open), device.Config{Now: w.now})
	for i := range photos {
		c.add(i)
	}
	return c
}

func (c *camera) add(i int) {
	id, err := c.NewItemID()
	must(c.w.t, err)
	c.versions[id] = [3][]byte{noise(i, 0, 4096), nil, noise(i, 2, 70_000+i)}
	c.items = append(c.items, collection.Item{ID: id, Caption: fmt.Sprintf("photo %d", i), MediaType: "image/jpeg"})
}

// noise is n bytes that differ for every photo and version.
func noise(photo, version, n int) []byte {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], uint64(photo*16+version))
	b := make([]byte, n)
	mathrand.NewChaCha8(seed).Read(b)
	return b
}

func (c *camera) open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	data := c.versions[item][version]
	if data == nil {
		return nil, transport.ErrNotFound
	}
	return blob{bytes.NewReader(data)}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (c *camera) make(title string, to ...collection.UserID) collection.Name {
	return c.makeBody(title, collection.Body{Recipients: to})
}

func (c *camera) makeBody(title string, b collection.Body) collection.Name {
	b.Items = c.items
	name, err := c.Make(c.w.t.Context(),
		collection.Header{Title: title, Authority: collection.KeyID(c.w.hub.PublicKey().ID())}, b)
	must(c.w.t, err)
	return name
}

// station is a peer with its listener, store and wire.
type station struct {
	*peer.Peer
	w      *world
	wire   wire
	user   collection.UserID
	url    string
	store  transport.Store
	hub    *httplink.Client
	signer *signature.Signer
	stmt   []byte

	publish func() // what the author does next
}

// screen renders what stands for a screen version: a digest of the original.
func screen(_ context.Context, p peer.Picture, w io.Writer) error {
	head := make([]byte, 100)
	if _, err := p.Original.ReadAt(head, 0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s %x", p.Version.Name, head)
	return err
}

func (w *world) peer(user collection.UserID, name string) *station {
	s := &station{w: w, user: user, store: new(memstore.Store)}
	var token string
	s.signer, s.stmt, token = w.credential(user, name)
	s.hub = httplink.NewClient(w.hubURL, httplink.Bearer(token), httplink.Options{HTTP: s.wire.client()})
	s.url = w.serve(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { s.Handler().ServeHTTP(rw, r) }))
	s.reopen(nil)
	return s
}

// reopen makes the peer from its store, as after a start, with another config
// if change is given.
func (s *station) reopen(change func(*peer.Config)) {
	keys := new(signature.Keyring)
	must(s.w.t, keys.AddAuthority(s.w.hub.PublicKey()))
	cfg := peer.Config{
		Store: s.store, Keys: keys, Hub: s.hub, Statement: s.stmt, URL: s.url,
		Render: peer.RendererFunc(screen), HTTP: s.wire.client(), Now: s.w.now,
	}
	if change != nil {
		change(&cfg)
	}
	p, err := peer.New(s.w.t.Context(), s.user, s.signer, cfg)
	must(s.w.t, err)
	s.Peer = p
}

// link is the camera's side of a local link to a peer.
func (c *camera) link(s *station) *httplink.Client {
	caller := httplink.Caller{User: c.user, Signer: c.signer, Statement: c.statement, Now: c.w.now}
	return httplink.NewClient(s.url, httplink.Sealed(caller, s.user), httplink.Options{})
}

// ref names a version of the i-th photo.
func ref(name collection.Name, c *camera, i, version int) transport.Ref {
	return transport.Ref{Collection: name, Item: c.items[i].ID, Version: version}
}

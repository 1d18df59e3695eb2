package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestExchange has a station in JavaScript join a hub, read what a home of this repository
// shares with it, fetch the originals there, and share an album of its own.
func TestExchange(t *testing.T) {
	w := newExchange(t)
	b := startBrowser(t, map[string]any{"hub": w.hubURL, "invitation": "secret"})
	ann := w.admits(t, b)

	name := w.make(t, ann)
	must(t, w.home.Author.Publish(t.Context(), name))
	b.write(t, map[string]any{"home": w.bob.String()})
	b.read(t, map[string]any{
		"title": "Picnic", "labelled": 0.0, "thumbnails": sums(w.photos, 0), "originals": sums(w.photos, 2),
		"middle": sum(w.photos.of(w.items[0].ID, 2)[20000:50000]),
	})

	b.read(t, map[string]any{"shared": 2.0})
	w.hears(t)
	b.write(t, map[string]any{})
	b.end(t)
}

// admits lets the station in, once both show one code, and returns whose it is.
func (w *exchange) admits(t *testing.T, b *browser) (ann collection.UserID) {
	ctx := t.Context()
	asking, code, err := w.attempt.Wait(ctx)
	must(t, err)
	b.read(t, map[string]any{"code": code})
	joined := make(chan error, 1)
	go func() {
		var err error
		ann, err = w.hub.Accounts().Enrol(ctx, w.attempt, &hub.Person{Name: asking.Name})
		joined <- err
	}()
	b.write(t, map[string]any{})
	must(t, <-joined)
	b.read(t, map[string]any{"user": ann.String()})
	return ann
}

// hears is what Bob's home hears of the albums that the station shares.
func (w *exchange) hears(t *testing.T) {
	news, err := w.home.Reader.Receive(t.Context())
	must(t, err)
	titles := map[string]int{}
	for _, n := range news {
		titles[n.Title] = n.Labelled
		w.checkShared(t, n.Name())
	}
	if len(titles) != 2 || titles["Pushed"] != 3 || titles["Uploaded"] != 3 {
		t.Errorf("Bob hears of %v", titles)
	}
}

// checkShared reads the thumbnails of an album, which the peer verifies.
func (w *exchange) checkShared(t *testing.T, name collection.Name) {
	n := 0
	for ref, err := range w.home.Reader.Versions(t.Context(), name, 0) {
		must(t, err)
		blob, err := w.home.Reader.Open(t.Context(), ref)
		must(t, err)
		data, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
		must(t, err)
		must(t, blob.Close())
		if n++; !bytes.HasPrefix(data, []byte("thumbnail ")) {
			t.Errorf("item %v: %q", ref.Item, data)
		}
	}
	if n != 3 {
		t.Errorf("%d thumbnails of 3", n)
	}
}

// exchange is a hub where somebody may join, and the home of Bob.
type exchange struct {
	hub     *hub.Hub
	hubURL  string
	attempt *enrol.Attempt
	bob     collection.UserID
	home    *peer.Peer
	photos  photos
	items   []collection.Item
}

func newExchange(t *testing.T) *exchange {
	w := &exchange{photos: photos{}}
	ctx, authority, key := t.Context(), newKey(t), newKey(t)
	h, err := hub.New(ctx, authority, hub.Config{RequiredFromPeer: 1, Dial: func(transport.Source) transport.Home {
		return w.home.As(transport.Identity{Key: authority.ID()})
	}})
	must(t, err)
	w.hub = h
	w.attempt, err = enrol.NewAttempt(ctx, enrol.Offer{Authority: h.PublicKey()}, rand.Reader)
	must(t, err)
	bySeal := httplink.BySeal(h.Keys(), authority.ID(), nil)
	server := httptest.NewServer(httplink.HubHandler(h, httplink.HandlerOptions{Who: bySeal, Enrol: w.invited}))
	t.Cleanup(server.Close)
	w.hubURL = server.URL
	w.openHome(t, key)
	return w
}

// invited is the attempt that an invitation names.
func (w *exchange) invited(invitation string) *enrol.Attempt {
	if invitation != "secret" {
		return nil
	}
	return w.attempt
}

// openHome registers Bob, and serves his home.
func (w *exchange) openHome(t *testing.T, key *signature.Signer) {
	ctx := t.Context()
	bob, err := w.hub.Accounts().Register(ctx, hub.Person{Name: "Bob"})
	must(t, err)
	proof, err := signature.ProvePossession(ctx, key, w.hub.PublicKey().ID(), bob)
	must(t, err)
	statement, err := w.hub.Accounts().AddKey(ctx, bob, "home", key.Public(), proof)
	must(t, err)
	keys := new(signature.Keyring)
	must(t, keys.AddAuthority(w.hub.PublicKey()))
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	w.bob = bob
	w.home, err = peer.New(ctx, bob, key, peer.Config{Keys: keys, Hub: w.hub.As(bob), Statement: statement, URL: url})
	must(t, err)
	server.Config.Handler = httplink.PeerHandler(w.home, httplink.HandlerOptions{})
	server.Start()
	t.Cleanup(server.Close)
}

// make makes an album of Bob's, of three photos of which two are the same bytes.
func (w *exchange) make(t *testing.T, ann collection.UserID) collection.Name {
	for i := range 3 {
		id := collection.ItemID{9, byte(i)}
		w.items = append(w.items, collection.Item{ID: id})
		w.photos[id] = byte(i / 2)
	}
	h := collection.Header{Title: "Picnic", Authority: w.hub.PublicKey().ID()}
	name, err := w.home.Author.Make(t.Context(), h, collection.Body{Items: w.items, Recipients: []collection.UserID{ann}}, w.photos.open)
	must(t, err)
	return name
}

// photos are the media of Bob's: a byte that their versions repeat, by item.
type photos map[collection.ItemID]byte

func (p photos) of(item collection.ItemID, version int) []byte {
	return bytes.Repeat([]byte{p[item] + byte(version)}, []int{100, 3000, 5*digest.BlockSize + 7}[version])
}

func (p photos) open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	return transport.BytesBlob(p.of(item, version)), nil
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// sums are those of a version of all photos, in their order.
func sums(p photos, version int) []any {
	list := []any{}
	for i := range len(p) {
		list = append(list, sum(p.of(collection.ItemID{9, byte(i)}, version)))
	}
	return list
}

// browser is the station in JavaScript; both sides talk in lines of JSON.
type browser struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startBrowser(t *testing.T, with map[string]any) *browser {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("node is not installed:", err)
	}
	cmd := exec.CommandContext(t.Context(), node, root+"/transport/gallery/js/test/exchange.js")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	b := &browser{cmd, in, bufio.NewScanner(out)}
	b.write(t, with)
	return b
}

func (b *browser) write(t *testing.T, v map[string]any) {
	t.Helper()
	must(t, json.NewEncoder(b.in).Encode(v))
}

// read reads a line, which must say what is wanted.
func (b *browser) read(t *testing.T, want map[string]any) {
	t.Helper()
	if !b.out.Scan() {
		t.Fatal("nothing is said any more:", b.out.Err())
	}
	var have map[string]any
	must(t, json.Unmarshal(b.out.Bytes(), &have))
	h, err := json.Marshal(have)
	must(t, err)
	if w, err := json.Marshal(want); err != nil || !bytes.Equal(h, w) {
		t.Fatalf("it says %s, want %s", h, w)
	}
}

func (b *browser) end(t *testing.T) {
	must(t, b.in.Close())
	must(t, b.cmd.Wait())
}

func newKey(t *testing.T) *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	s, err := signature.NewSigner(key, nil)
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

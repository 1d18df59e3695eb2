package mixed_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/mixed"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// needFFmpeg skips a test where ffmpeg is not installed, unless the environment
// says that it must be.
func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("ffmpeg is not installed")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// photo, film and document write a file each.
func photo(t *testing.T, dir string) string {
	var b bytes.Buffer
	taken := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	must(t, mediatest.Sample(&b, 1, 800, 600, mediatest.EXIF{Orientation: 1, Taken: taken}))
	return write(t, dir, "beach.jpg", b.Bytes())
}

func film(t *testing.T, dir string) string {
	path := filepath.Join(dir, "waves.mp4")
	out, err := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi",
		"-i", "color=c=red:s=640x360:r=10:d=0.1,format=yuv420p[a];color=c=green:s=640x360:r=10:d=1,format=yuv420p[b];[a][b]concat",
		"-c:v", "mpeg4", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

func document(t *testing.T, dir string) string {
	return write(t, dir, "tickets.pdf", []byte("%PDF-1.7 and so on"))
}

func write(t *testing.T, dir, name string, data []byte) string {
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

// TestMixedShare shares a photo, a film and a document from a device over HTTP:
// the recipient sees a thumbnail of each, with its media type, before any
// original is anywhere.
func TestMixedShare(t *testing.T) {
	needFFmpeg(t)
	w := newWorld(t)
	dir := t.TempDir()
	name := w.share(photo(t, dir), film(t, dir), document(t, dir))

	_, err := w.bob.Receive(t.Context())
	must(t, err)
	v, err := w.bob.View(t.Context(), name)
	must(t, err)
	for i, want := range []struct {
		caption, mediaType string
		size               image.Point
	}{
		{"beach.jpg", "image/jpeg", image.Pt(160, 120)},
		{"waves.mp4", "video/mp4", image.Pt(160, 90)},
		{"tickets.pdf", "application/pdf", image.Pt(160, 120)},
	} {
		item := v.Collection().Item(i)
		if _, rank := v.Collection().At(i); item.Caption != want.caption || item.MediaType != want.mediaType || !rank.Labelled() {
			t.Errorf("item %d: %q, %s, %v", i, item.Caption, item.MediaType, rank)
		}
		shown := w.thumbnail(transport.Ref{Collection: name, Item: item.ID})
		if shown.Bounds().Size() != want.size {
			t.Errorf("%s: the thumbnail has %v pixels", item.Caption, shown.Bounds().Size())
		}
		if r, g, _, _ := shown.At(80, 45).RGBA(); i == 1 && (r < 0xc000 || g > 0x4000) {
			t.Error("the film's thumbnail is not its first frame")
		}
	}
}

// TestNoFFmpeg: where ffmpeg is not installed, a film is refused with a clear
// error, and what needs no ffmpeg is not.
func TestNoFFmpeg(t *testing.T) {
	dir := t.TempDir()
	folder := mixed.Folder{Maker: &media.Maker{FFmpeg: "ffmpeg-that-is-not-there"}}
	mp4 := write(t, dir, "waves.mp4", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomiso2\x00\x00\x00\x08mdat"))
	_, err := folder.Add(t.Context(), collection.ItemID{1}, mp4)
	var refused *media.Error
	if !errors.Is(err, media.ErrNoFFmpeg) || !errors.As(err, &refused) || refused.Name != "waves.mp4" || refused.MediaType != "video/mp4" {
		t.Errorf("a film without ffmpeg: %v", err)
	}
	if _, err := folder.Open(t.Context(), collection.ItemID{1}, 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("what was refused: %v", err)
	}
	for i, path := range []string{photo(t, dir), document(t, dir)} {
		if _, err := folder.Add(t.Context(), collection.ItemID{byte(2 + i)}, path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// world is a hub, a device of Ann's and a peer of Bob's.
type world struct {
	t       *testing.T
	hub     *hub.Hub
	ann     collection.UserID
	bobID   collection.UserID
	folder  mixed.Folder
	camera  *device.Device
	station transport.Hub // for the camera
	bob     *peer.Peer
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	var err error
	w.hub, err = hub.New(t.Context(), newSigner(t), hub.Config{Wait: time.Millisecond})
	must(t, err)
	server := httptest.NewServer(w.hub.Handler())
	t.Cleanup(server.Close)
	var link transport.Hub
	var signer *signature.Signer
	w.ann, signer, w.station = w.register("Ann", server.URL)
	w.camera = device.New(w.ann, signer, &w.folder, device.Config{})
	w.bobID, signer, link = w.register("Bob", server.URL)
	keys := new(signature.Keyring)
	must(t, keys.AddAuthority(w.hub.PublicKey()))
	w.bob, err = peer.New(t.Context(), w.bobID, signer, peer.Config{Keys: keys, Hub: link})
	must(t, err)
	return w
}

func newSigner(t *testing.T) *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	s, err := signature.NewSigner(key, rand.Reader)
	must(t, err)
	return s
}

// register makes a user with one credential.
func (w *world) register(name, url string) (collection.UserID, *signature.Signer, transport.Hub) {
	ctx, accounts := w.t.Context(), w.hub.Accounts()
	user, err := accounts.Register(ctx, hub.Person{Name: name})
	must(w.t, err)
	signer := newSigner(w.t)
	_, err = accounts.AddKey(ctx, user, "one", signer.Public())
	must(w.t, err)
	token, err := accounts.Issue(ctx, user, "one")
	must(w.t, err)
	return user, signer, httplink.NewClient(url, httplink.Bearer(token), httplink.Options{})
}

// share makes a collection of files and shares it with the hub.
func (w *world) share(paths ...string) collection.Name {
	var items []collection.Item
	for _, path := range paths {
		id, err := w.camera.NewItemID()
		must(w.t, err)
		item, err := w.folder.Add(context.Background(), id, path)
		must(w.t, err)
		items = append(items, item)
	}
	name, err := w.camera.Make(w.t.Context(),
		collection.Header{Title: "Holiday", Authority: collection.KeyID(w.hub.PublicKey().ID())},
		collection.Body{Items: items, Recipients: []collection.UserID{w.bobID}})
	must(w.t, err)
	answer, err := w.camera.Share(w.t.Context(), w.station, name)
	must(w.t, err)
	if answer.Next != transport.Done {
		w.t.Fatalf("shared, then %v", answer.Next)
	}
	return name
}

// thumbnail is what Bob sees of an item.
func (w *world) thumbnail(ref transport.Ref) image.Image {
	must(w.t, w.bob.Fetch(w.t.Context(), ref))
	b, err := w.bob.Open(w.t.Context(), ref)
	must(w.t, err)
	defer b.Close()
	picture, err := jpeg.Decode(io.NewSectionReader(b, 0, b.Size()))
	must(w.t, err)
	return picture
}

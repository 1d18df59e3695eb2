//go:build unix

package httplink_test

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/rand"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// serialPair makes two ports that are joined, until the test ends or cut is called.
func serialPair(t *testing.T) (a, b string, cut func()) {
	t.Helper()
	socat, err := exec.LookPath("socat")
	if err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal("socat is needed, which makes pairs of serial ports")
		}
		t.Skip("socat, which makes pairs of serial ports, is not installed")
	}
	a, b = filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	p := exec.Command(socat, "-d", "-d", "pty,raw,echo=0,link="+a, "pty,raw,echo=0,link="+b)
	said, err := p.StderrPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	cut = func() {
		_ = p.Process.Kill()
		_ = p.Wait() // it was killed, perhaps before
	}
	t.Cleanup(cut)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "starting data transfer loop") {
			return a, b, cut
		}
	}
	t.Fatal("socat has ended", lines.Err())
	return "", "", nil
}

// openLine is a line at a port, whose bytes that go out are given to count.
func openLine(t *testing.T, name string, count func(n int)) *line {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	check(t, err)
	l := newLine(port{f, count})
	t.Cleanup(func() { l.Close() })
	return l
}

type port struct {
	*os.File
	count func(n int)
}

func (p port) Write(b []byte) (int, error) {
	n, err := p.File.Write(b)
	p.count(n)
	return n, err
}

// size is that of an original, in bytes.
const size = 200_000

// serial is Ann's camera and her home at the ends of a serial line.
type serial struct {
	t      *testing.T
	home   *peer.Peer
	key    crypto.Signer
	camera *device.Device
	caller httplink.Caller
	name   collection.Name
	photos lab.Card
}

func newSerial(t *testing.T) *serial {
	ann := collection.UserID{1}
	s := &serial{t: t, photos: lab.Card{}}
	homeKey, err := signature.GenerateKey(rand.Reader)
	check(t, err)
	homeSigner, err := signature.NewSigner(homeKey, nil)
	check(t, err)
	cameraKey, err := signature.GenerateKey(rand.Reader)
	check(t, err)
	signer, err := signature.NewSigner(cameraKey, nil)
	check(t, err)
	keys := new(signature.Keyring)
	check(t, keys.Trust(ann, signer.Public()))
	s.key, s.caller = homeKey, httplink.Caller{User: ann, Signer: signer}
	s.home, err = peer.New(t.Context(), ann, homeSigner, peer.Config{Keys: keys, URL: "https://home.invalid"})
	check(t, err)
	s.camera = device.New(ann, signer, device.MediaFunc(s.photos.Open), device.Config{})
	var items []collection.Item
	for i := range 3 {
		id := collection.ItemID{byte(i + 1)}
		s.photos[id] = lab.NewPhoto(id.String(), 4096, size)
		items = append(items, collection.Item{ID: id})
	}
	s.name, err = s.camera.Make(t.Context(), collection.Header{Title: "Lake"}, collection.Body{Items: items})
	check(t, err)
	return s
}

// serves serves the home at a port.
func (s *serial) serves(port string) {
	config, err := httplink.ServerTLS(s.key)
	check(s.t, err)
	l := openLine(s.t, port, func(int) {})
	server := &http.Server{Handler: httplink.PeerHandler(s.home, httplink.HandlerOptions{}), TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0)}
	go server.ServeTLS(l, "", "")
	s.t.Cleanup(func() { server.Close() })
}

// at is the home as the camera reaches it from a port: with its key, as over any network.
func (s *serial) at(port string, count func(n int)) transport.Home {
	base := &http.Transport{DialContext: openLine(s.t, port, count).Dial, MaxConnsPerHost: 1}
	options := httplink.Options{HTTP: &http.Client{Transport: httplink.NewTransport(base)}}
	home, err := httplink.Dialer(s.caller, options).Reach(s.home.Source())
	check(s.t, err)
	return home
}

// TestSerialLine: a camera hands its photos over to the home at the other end of a serial line, of
// which httplink knows nothing but how to dial it. The line is cut in the middle of the second
// photo; the first is not sent again.
func TestSerialLine(t *testing.T) {
	s := newSerial(t)
	a, b, cut := serialPair(t)
	s.serves(a)
	var sent atomic.Int64
	_, err := s.camera.Sync(t.Context(), s.at(b, func(n int) {
		if sent.Add(int64(n)) > 3*size/2 {
			cut()
		}
	}), s.name)
	if !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	a, b, _ = serialPair(t)
	s.serves(a)
	sent.Store(0)
	answer, err := s.camera.Sync(t.Context(), s.at(b, func(n int) { sent.Add(int64(n)) }), s.name)
	if err != nil || answer.Next != transport.Done || sent.Load() >= 5*size/2 {
		t.Errorf("%v, %v, after %d bytes", answer.Next, err, sent.Load())
	}
	for id, photo := range s.photos {
		var got bytes.Buffer
		err := s.home.Reader.Print(t.Context(), transport.Ref{Collection: s.name, Item: id, Version: 2}, &got)
		if err != nil || !bytes.Equal(got.Bytes(), photo[2]) {
			t.Errorf("%d bytes at home, %v", got.Len(), err)
		}
	}
}

// TestSerialLineToAnother: who answers at the other end is asked nothing if it has not the home's key.
func TestSerialLineToAnother(t *testing.T) {
	s, other := newSerial(t), newSerial(t)
	a, b, _ := serialPair(t)
	other.serves(a)
	if _, err := s.at(b, func(int) {}).Settings(t.Context()); !errors.Is(err, transport.ErrPeerKey) {
		t.Error(err)
	}
}

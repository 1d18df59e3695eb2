package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// posts runs the mailer until the test ends.
func (w *world) posts(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.hub.Post(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the mailer went: %v", err)
		}
	})
}

// arrive waits until n letters have arrived.
func arrive(t *testing.T, mail *notify.Memory, n int) []notify.Letter {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); len(mail.Letters()) < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d letters arrived, want %d", len(mail.Letters()), n)
		}
	}
	return mail.Letters()
}

// sealOnly is a station that is given the seal of an upload, and no version.
type sealOnly struct{ transport.ShareReceiver }

func (s sealOnly) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	in := transport.NewUploadReader(stream)
	for {
		_, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return transport.Answer{}, err
		}
	}
	var out bytes.Buffer
	if err := transport.NewUploadWriter(&out).Close(in.Seal()); err != nil {
		return transport.Answer{}, err
	}
	a, err := s.ShareReceiver.Upload(ctx, name, &out)
	a.Missing, a.Next = nil, transport.Done // the device is not to go on
	return a, err
}

// TestLetterAfterTheLastVersion: the last thing that is missing may be a version
// that comes by itself, and letters leave at once then, too.
func TestLetterAfterTheLastVersion(t *testing.T) {
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail})
	cam := w.camera(w.user("ann"), 1)
	name := cam.makeFor("title", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), sealOnly{cam.hub}, name)
	must(t, err)
	w.posts(t)
	_, err = cam.hub.PutVersion(t.Context(), ref(name, cam, 0, 0), 0, bytes.NewReader(cam.versions[cam.items[0].ID][0]))
	must(t, err)
	arrive(t, mail, 1)
}

// spoiled is a store in which the records of some keys cannot be read.
type spoiled struct {
	transport.Store
	mu  sync.Mutex
	bad string // part of their keys; none if empty
}

func (s *spoiled) spoil(part string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad = part
}

func (s *spoiled) Get(ctx context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bad != "" && strings.Contains(key, s.bad) {
		return nil, transport.At(transport.ErrStorage, "a bad sector")
	}
	return s.Store.Get(ctx, key)
}

// TestLetterThatCannotBeWritten: it is tried again like one that cannot be
// delivered, the others leave, and the mailer stays.
func TestLetterThatCannotBeWritten(t *testing.T) {
	var log bytes.Buffer
	mail, store := new(notify.Memory), &spoiled{Store: new(memstore.Store)}
	w := newWorld(t, hub.Config{Channel: mail, Store: store, Log: slog.New(slog.NewTextHandler(&log, nil))})
	cam := w.camera(w.user("ann"), 1)
	var names []collection.Name
	for _, title := range []string{"one", "two", "three"} {
		name := cam.makeFor(title, nil, "eve@example.org")
		_, err := cam.Share(t.Context(), cam.hub, name)
		must(t, err)
		names = append(names, name)
	}
	for _, name := range names { // each of them, since letters leave in no order
		store.spoil("c/" + name.String())
		w.postOnce(mail)
	}
	if n := len(mail.Letters()); n != 2 {
		t.Errorf("%d letters left", n)
	}
	if s := log.String(); !strings.Contains(s, "a bad sector") || strings.Contains(s, "eve@") {
		t.Errorf("the log: %s", s)
	}
	store.spoil("")
	if w.postOnce(mail); len(mail.Letters()) != 2 {
		t.Error("tried again at once")
	}
	w.clock = w.clock.Add(time.Minute)
	w.posts(t)
	arrive(t, mail, 3)
}

package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// draft is a collection of one photo of Ann's for somebody who is no member, and what
// is written to them, unless the hub has another channel.
func draft(t *testing.T, cfg hub.Config) (w *labtest.World, post *notify.Memory, cam *labtest.Camera, home *labtest.Peer, name collection.Name) {
	post = new(notify.Memory)
	if cfg.Mail.Channel == nil {
		cfg.Mail.Channel = post
	}
	w = labtest.New(t, cfg)
	ann := w.User("ann")
	cam, home = w.Camera(ann, 1), w.Peer(ann, "home")
	return w, post, cam, home, cam.AlbumFor("title", nil, "eve@example.org")
}

// TestLetterIsTriedAgain: with growing pauses, until it is set aside, which is
// visible; the next news is tried at once, as one letter.
func TestLetterIsTriedAgain(t *testing.T) {
	var log bytes.Buffer
	w, post, cam, home, name := draft(t, hub.Config{Mail: mail.Config{ParkAfter: time.Hour}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	cam.Shares(name)
	post.Fail(errors.New("550 no such user eve@example.org"))
	var pauses []time.Duration
	for {
		next, err := w.Hub.Hub.Mail().Deliver(t.Context())
		labtest.Must(t, err)
		if next.IsZero() {
			break
		}
		pauses = append(pauses, next.Sub(w.Now()))
		w.Pass(next.Add(-time.Second).Sub(w.Now()))
		if again, err := w.Hub.Hub.Mail().Deliver(t.Context()); err != nil || !again.Equal(next) {
			t.Fatalf("tried too early: %v, %v", again, err)
		}
		w.Pass(next.Sub(w.Now()))
		w.Restart(w.Hub.Store)
	}
	if len(pauses) != 6 || pauses[0] != time.Minute || pauses[5] != 32*time.Minute {
		t.Errorf("pauses %v", pauses)
	}
	parked, err := w.Hub.Hub.Mail().Parked(t.Context(), collection.UserID{})
	if err != nil || len(parked) != 1 || parked[0].Collection != name || parked[0].Address != "eve@example.org" || parked[0].Tries != 7 {
		t.Errorf("parked %+v, %v", parked, err)
	}
	if strings.Contains(log.String(), "eve@") {
		t.Errorf("the log names the address: %s", log.String())
	}
	post.Fail(nil)
	cam.Syncs(home, name)
	home.Publishes(name)
	if l := w.Letters(post); len(l) != 1 || l[0].Reason != notify.Shared || l[0].Labelled != 0 {
		t.Errorf("letters %+v", l)
	}
	if parked, err := w.Hub.Hub.Mail().Parked(t.Context(), collection.UserID{}); err != nil || len(parked) != 0 {
		t.Errorf("parked %+v, %v", parked, err)
	}
}

// TestSenderNotifiesUsersOnly: where the sender tells the users itself, those with
// a mail address only are written to by the hub all the same.
func TestSenderNotifiesUsersOnly(t *testing.T) {
	post := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: post}})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 1), w.Peer(bob, "bob")
	name := cam.AlbumFor("title", []collection.UserID{bob}, "eve@example.org")
	_, err := cam.ShareAndNotify(t.Context(), cam.ToHub(), name, func(collection.UserID) transport.Recipient { return cam.To(b.Station) })
	labtest.Must(t, err)
	if letters := w.Letters(post); len(letters) != 1 || letters[0].Reason != notify.Shared {
		t.Errorf("letters %+v", letters)
	}
	if waiting := w.Waiting(bob); len(waiting) != 0 {
		t.Errorf("the hub told bob: %+v", waiting)
	}
}

// slowMail is a channel during whose work something newer happens.
type slowMail struct {
	notify.Memory
	meanwhile func()
}

func (m *slowMail) Deliver(ctx context.Context, l notify.Letter) error {
	if next := m.meanwhile; next != nil {
		m.meanwhile = nil
		next()
	}
	return m.Memory.Deliver(ctx, l)
}

// TestNewerLetterIsNotLost: what came while a letter was delivered is delivered
// after it.
func TestNewerLetterIsNotLost(t *testing.T) {
	post := new(slowMail)
	w, _, cam, home, name := draft(t, hub.Config{Mail: mail.Config{Channel: post}})
	cam.Shares(name)
	cam.Syncs(home, name)
	post.meanwhile = func() { home.Publishes(name) }
	for range 3 {
		_, err := w.Hub.Hub.Mail().Deliver(t.Context())
		labtest.Must(t, err)
	}
	letters := post.Letters()
	if len(letters) != 2 || letters[0].Labelled != 1 || letters[1].Labelled != 0 {
		t.Errorf("letters %+v", letters)
	}
}

// posts runs the mailer until the test ends.
func posts(t *testing.T, w *labtest.World) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Hub.Hub.Mail().Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the mailer went: %v", err)
		}
	})
}

// arrive waits until n letters have arrived.
func arrive(t *testing.T, post *notify.Memory, n int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); len(post.Letters()) < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d letters arrived, want %d", len(post.Letters()), n)
		}
	}
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
	w, post, cam, _, name := draft(t, hub.Config{})
	cam.SharesWith(sealOnly{cam.ToHub()}, name)
	posts(t, w)
	_, err := cam.ToHub().PutVersion(t.Context(), cam.Ref(name, 0, 0), 0, bytes.NewReader(cam.Card[cam.Items[0].ID][0]))
	labtest.Must(t, err)
	arrive(t, post, 1)
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

func (s *spoiled) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if s.bad != "" && strings.Contains(key, s.bad) {
			return nil, transport.At(transport.ErrStorage, "a bad sector")
		}
	}
	return s.Store.Get(ctx, keys...)
}

// TestLetterThatCannotBeWritten: it is tried again like one that cannot be
// delivered, the others leave, and the mailer stays.
func TestLetterThatCannotBeWritten(t *testing.T) {
	var log bytes.Buffer
	store := &spoiled{Store: new(memstore.Store)}
	w, post, cam, _, _ := draft(t, hub.Config{Store: store, Log: slog.New(slog.NewTextHandler(&log, nil))})
	var names []collection.Name
	for _, title := range []string{"one", "two", "three"} {
		name := cam.AlbumFor(title, nil, "eve@example.org")
		cam.Shares(name)
		names = append(names, name)
	}
	for _, name := range names { // each of them, since letters leave in no order
		store.spoil("c/" + name.String())
		w.Letters(post)
	}
	if n := len(post.Letters()); n != 2 {
		t.Errorf("%d letters left", n)
	}
	if s := log.String(); !strings.Contains(s, "a bad sector") || strings.Contains(s, "eve@") {
		t.Errorf("the log: %s", s)
	}
	store.spoil("")
	if w.Letters(post); len(post.Letters()) != 2 {
		t.Error("tried again at once")
	}
	w.Pass(time.Minute)
	posts(t, w)
	arrive(t, post, 3)
}

// TestDamagedLetter: a letter that cannot be read keeps no other back, and what is new
// takes its place.
func TestDamagedLetter(t *testing.T) {
	w, post, cam, home, name := draft(t, hub.Config{})
	cam.Shares(name)
	cam.Shares(cam.AlbumFor("other", nil, "eve@example.org"))
	var bad []string
	for r, err := range w.Hub.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		if strings.HasPrefix(r.Key, "letter/") && strings.Contains(r.Key, name.String()) {
			bad = append(bad, r.Key)
		}
	}
	w.Restart(recordtest.New(w.Hub.Store, bad...))
	if l := w.Letters(post); len(bad) != 1 || len(l) != 1 || l[0].Title != "other" {
		t.Errorf("damaged %v, letters %+v", bad, l)
	}
	cam.Syncs(home, name)
	home.Publishes(name)
	if l := w.Letters(post); !slices.ContainsFunc(l, func(l notify.Letter) bool { return l.Title == "title" && l.Labelled == 0 }) {
		t.Errorf("letters %+v", l)
	}
}

// TestRun: a mailer that runs delivers letters as they come, and ends with the hub.
func TestRun(t *testing.T) {
	j := newJob(t)
	ended := make(chan error)
	go func() { ended <- j.w.Hub.Hub.Mail().Run(t.Context()) }()
	j.cam.Shares(j.name)
	arrive(t, j.post, 2)
	labtest.Must(t, j.w.Hub.Hub.Close(t.Context()))
	if err := <-ended; err == nil {
		t.Error("it ended without saying why")
	}
}

// TestLettersWaitForTheAuthorsSeal: a camera is lost before the letters on what it
// has shared have left. They leave when the author's home computer has sealed it
// again, however long that takes.
func TestLettersWaitForTheAuthorsSeal(t *testing.T) {
	w, post, cam, home, name := draft(t, hub.Config{})
	cam.Shares(name)
	cam.Syncs(home, name)
	w.Revokes(cam.Station)
	for range 2 {
		if letters := w.Letters(post); len(letters) != 0 {
			t.Errorf("written to of what a lost camera has sealed: %d letters", len(letters))
		}
		w.Pass(30 * 24 * time.Hour)
	}
	home.Publishes(name)
	if letters := w.Letters(post); len(letters) != 1 || letters[0].Reason != notify.Shared || letters[0].Labelled != 0 {
		t.Errorf("%d letters after it was sealed again", len(letters))
	}
}

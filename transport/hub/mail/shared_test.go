package mail_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// meeting is a channel over which something is done while a letter is delivered.
type meeting struct {
	notify.Memory
	meanwhile func()
	fails     error
}

func (m *meeting) Deliver(ctx context.Context, l notify.Letter) error {
	if do := m.meanwhile; do != nil {
		m.meanwhile = nil
		do()
	}
	return errors.Join(m.fails, m.Memory.Deliver(ctx, l))
}

// TestTwoMailers: a letter that one process of a hub delivers is not delivered by another;
// if the process ends with it, another one delivers it later.
func TestTwoMailers(t *testing.T) {
	post, store := new(meeting), new(memstore.Store)
	cfg := hub.Config{Store: store, Bus: new(memstore.Bus), Mail: mail.Config{Channel: post, LinkKey: []byte("kept apart")}}
	w, _, cam, _, name := draft(t, cfg)
	cfg.Now, cfg.Beside = w.Now, func(work func()) { work() }
	cfg.Store = w.Hub.Store
	other, err := hub.New(t.Context(), w.Hub.Signer, cfg)
	labtest.Must(t, err)
	cam.Shares(name)
	delivers := func(h *hub.Hub) time.Time {
		next, err := h.Mail().Deliver(t.Context())
		labtest.Must(t, err)
		return next
	}
	var next time.Time
	ctx, end := context.WithCancel(t.Context())
	post.fails = errors.New("the process ends")
	post.meanwhile = func() { next = delivers(other); end() }
	_, _ = w.Hub.Hub.Mail().Deliver(ctx)
	if n := len(post.Letters()); n != 0 || !next.After(w.Now()) {
		t.Errorf("%d letters, the next one at %v", n, next)
	}
	post.fails = nil
	w.Pass(next.Sub(w.Now()))
	post.meanwhile = func() { delivers(w.Hub.Hub) }
	if next := delivers(other); len(post.Letters()) != 1 || !next.IsZero() {
		t.Errorf("%d letters, the next one at %v", len(post.Letters()), next)
	}
}

// TestLettersOfAnotherProcess: a mailer at rest looks for the letters that another process
// of the hub has left, which wakes nobody, when that would have lost a lease on them.
func TestLettersOfAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		post := new(notify.Memory)
		cfg := hub.Config{Store: new(memstore.Store), Bus: new(memstore.Bus), Mail: mail.Config{Channel: post, LinkKey: []byte("kept apart")}}
		w, _, cam, _, name := draft(t, cfg)
		cfg.Now = w.Now
		other, err := hub.New(t.Context(), w.Hub.Signer, cfg)
		labtest.Must(t, err)
		go other.Mail().Run(t.Context())
		synctest.Wait() // there are none yet
		cam.Shares(name)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := len(post.Letters()); n != 1 {
			t.Errorf("%d letters, want 1", n)
		}
	})
}

// TestWithdrawnWhileTheFirstLetterLeaves: who has been told hears of what has changed since,
// also if the author withdraws everything before the hub knows that the letter has gone.
func TestWithdrawnWhileTheFirstLetterLeaves(t *testing.T) {
	post := new(meeting)
	w, _, cam, home, name := draft(t, hub.Config{Mail: mail.Config{Channel: post, LinkKey: []byte("kept apart")}})
	cam.Shares(name)
	cam.Syncs(home, name)
	post.meanwhile = func() { labtest.Must(t, home.Author.Withdraw(t.Context(), name, cam.Items[0].ID)) }
	for range 2 {
		_, err := w.Hub.Hub.Mail().Deliver(t.Context())
		labtest.Must(t, err)
	}
	letters := post.Letters()
	if len(letters) != 2 || letters[1].Labelled != 1 {
		t.Errorf("%d letters: %+v", len(letters), letters)
	}
}

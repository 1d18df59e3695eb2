package mail_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// job is a main job with two recipients by mail address, of whom one registers between
// the shares. It is tried until it is done.
type job struct {
	t    *testing.T
	w    *labtest.World
	post *notify.Memory
	cam  *labtest.Camera
	home *labtest.Peer
	name collection.Name
	eve  collection.UserID
}

func newJob(t *testing.T) *job {
	j := &job{t: t}
	j.w, j.post, j.cam, j.home, _ = draft(t, hub.Config{Mail: mail.Config{LinkKey: []byte("kept apart")}})
	j.name = j.cam.AlbumFor("title", nil, "eve@example.org", "bob@example.org")
	return j
}

func (j *job) steps() []func() error {
	ctx := j.t.Context()
	deliver := func() error {
		_, err := j.w.Hub.Hub.Mail().Deliver(ctx)
		return err
	}
	return []func() error{
		func() error { _, err := j.cam.Share(ctx, j.cam.ToHub(), j.name); return err },
		deliver,
		j.register,
		func() error { _, err := j.cam.Sync(ctx, j.cam.To(j.home.Station), j.name); return err },
		func() error { return j.home.Author.Publish(ctx, j.name) },
		deliver,
	}
}

func (j *job) register() (err error) {
	accounts := j.w.Hub.Hub.Accounts()
	j.eve, err = accounts.Register(j.t.Context(), hub.Person{Name: "eve", Addresses: []string{"eve@example.org"}})
	if errors.Is(err, hub.ErrTaken) { // it was done before the crash
		j.eve, err = accounts.ByAddress(j.t.Context(), "eve@example.org")
	}
	return err
}

func (j *job) try() error {
	for _, step := range j.steps() {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// TestCrashWithLetters lets the hub crash at each change of its store in turn:
// everybody ends up told, the one who registered as a member, the other by
// mail, at least once, and what came twice has the same ID and link.
func TestCrashWithLetters(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		j := newJob(t)
		crash.Store = j.w.Hub.Store
		j.w.Restart(crash)
		_ = j.try() // ends where it crashes
		j.w.Restart(j.w.Hub.Store)
		if err := j.try(); err != nil {
			t.Fatalf("after a crash: %v", err)
		}
		j.check()
	})
}

func (j *job) check() {
	j.t.Helper()
	type told struct{ address, token string }
	seen, last := map[notify.ID]told{}, map[string]notify.Letter{}
	for _, l := range j.post.Letters() {
		if before, ok := seen[l.ID]; ok && before != (told{l.Address, l.Token}) {
			j.t.Errorf("a repeat differs")
		}
		if before, ok := last[l.Address]; ok && before.Token != l.Token {
			j.t.Errorf("another link")
		}
		seen[l.ID], last[l.Address] = told{l.Address, l.Token}, l
	}
	if l, ok := last["bob@example.org"]; !ok || l.Labelled != 0 {
		j.t.Errorf("bob was last told %+v", l)
	}
	if news := j.w.Peer(j.eve, "eve").Receives(); len(news) != 1 || news[0].Labelled != 0 {
		j.t.Errorf("eve was told %+v", news)
	}
	if next, err := j.w.Hub.Hub.Mail().Deliver(j.t.Context()); err != nil || !next.IsZero() {
		j.t.Errorf("letters wait for %v, %v", next, err)
	}
}

// TestRegistrationOutlivesACrash: what a crash kept from taking effect is done
// when the hub starts again.
func TestRegistrationOutlivesACrash(t *testing.T) {
	j := newJob(t)
	j.cam.Shares(j.name)
	j.w.Restart(&lab.Crash{Store: j.w.Hub.Store, Before: 1}) // the account itself
	labtest.Must(t, j.register())
	if _, err := j.w.Hub.Hub.As(j.eve).Collection(t.Context(), j.name); err == nil {
		t.Fatal("resolved without a change of the store")
	}
	j.w.Restart(j.w.Hub.Store)
	if _, err := j.w.Hub.Hub.As(j.eve).Collection(t.Context(), j.name); err != nil {
		t.Error(err)
	}
}

package transport_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// letterJob is a main job with two recipients by mail address, of whom one
// registers between the shares. It is tried until it is done.
type letterJob struct {
	*job
	mail *notify.Memory
	eve  collection.UserID
}

func newLetterJob(t *testing.T) *letterJob {
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail, LinkKey: []byte("kept apart")})
	ann := w.user("ann")
	j := &letterJob{job: &job{t: t, w: w, cam: w.camera(ann, 1), home: w.peer(ann, "home")}, mail: mail}
	j.name = j.cam.makeFor("title", nil, "eve@example.org", "bob@example.org")
	return j
}

func (j *letterJob) steps() []func() error {
	ctx := j.t.Context()
	deliver := func() error {
		_, err := j.w.hub.Deliver(ctx)
		return err
	}
	return []func() error{
		func() error { _, err := j.cam.Share(ctx, j.cam.hub, j.name); return err },
		deliver,
		j.register,
		func() error { _, err := j.cam.Share(ctx, j.cam.link(j.home), j.name); return err },
		func() error { return j.home.Publish(ctx, j.name) },
		deliver,
	}
}

func (j *letterJob) register() error {
	_, err := j.w.hub.Accounts().Register(j.t.Context(), hub.Person{Name: "eve", Addresses: []string{"eve@example.org"}})
	if errors.Is(err, hub.ErrTaken) {
		err = nil // it was done before the crash
	}
	if err == nil {
		j.eve, err = j.w.hub.Accounts().ByAddress(j.t.Context(), "eve@example.org")
	}
	return err
}

func (j *letterJob) try() error {
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
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			j := newLetterJob(t)
			crash := &transporttest.Crash{Store: j.w.hubStore, Before: n, After: after}
			j.w.restart(crash)
			_ = j.try() // ends where it crashes
			if !crash.Crashed() {
				break
			}
			j.w.restart(j.w.hubStore)
			if err := j.try(); err != nil {
				t.Fatalf("crash at change %d: %v", n, err)
			}
			j.check(n)
		}
	}
}

func (j *letterJob) check(n int) {
	j.t.Helper()
	type told struct{ address, token string }
	seen, last := map[notify.ID]told{}, map[string]notify.Letter{}
	for _, l := range j.mail.Letters() {
		if before, ok := seen[l.ID]; ok && before != (told{l.Address, l.Token}) {
			j.t.Errorf("crash at change %d: a repeat differs", n)
		}
		if before, ok := last[l.Address]; ok && before.Token != l.Token {
			j.t.Errorf("crash at change %d: another link", n)
		}
		seen[l.ID], last[l.Address] = told{l.Address, l.Token}, l
	}
	if l, ok := last["bob@example.org"]; !ok || l.Labelled != 0 {
		j.t.Errorf("crash at change %d: bob was last told %+v", n, l)
	}
	e := j.w.peer(j.eve, "eve")
	news, err := e.Receive(j.t.Context())
	must(j.t, err)
	if len(news) != 1 || news[0].Labelled != 0 {
		j.t.Errorf("crash at change %d: eve was told %+v", n, news)
	}
	if next, err := j.w.hub.Deliver(j.t.Context()); err != nil || !next.IsZero() {
		j.t.Errorf("crash at change %d: letters wait for %v, %v", n, next, err)
	}
}

// TestRegistrationOutlivesACrash: what a crash kept from taking effect is done
// when the hub starts again.
func TestRegistrationOutlivesACrash(t *testing.T) {
	j := newLetterJob(t)
	_, err := j.cam.Share(t.Context(), j.cam.hub, j.name)
	must(t, err)
	j.w.restart(&transporttest.Crash{Store: j.w.hubStore, Before: 1}) // the account itself
	must(t, j.register())
	if _, err := j.w.hub.As(j.eve).Collection(t.Context(), j.name); err == nil {
		t.Fatal("resolved without a change of the store")
	}
	j.w.restart(j.w.hubStore)
	if _, err := j.w.hub.As(j.eve).Collection(t.Context(), j.name); err != nil {
		t.Error(err)
	}
}

// TestPost delivers letters as they come, and ends with the hub.
func TestPost(t *testing.T) {
	j := newLetterJob(t)
	ended := make(chan error)
	go func() { ended <- j.w.hub.Post(t.Context()) }()
	_, err := j.cam.Share(t.Context(), j.cam.hub, j.name)
	must(t, err)
	for len(j.mail.Letters()) < 2 {
		time.Sleep(time.Millisecond)
	}
	must(t, j.w.hub.Close(t.Context()))
	if err := <-ended; err == nil {
		t.Error("it ended without saying why")
	}
}

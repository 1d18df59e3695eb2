package peer_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestIdleHomeHearsOfRevocation: a camera that is stolen reads nothing more at a home that
// does nothing but ask now and then, and so does a reader; nor after a start.
func TestIdleHomeHearsOfRevocation(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	bob.Fetches(cam.Ref(name, 0, 2))
	labtest.Must(t, home.RefreshKeys(t.Context()))
	for _, thief := range []*lab.Station{cam.Station, bob.Station} {
		if _, err := thief.To(home.Station).Collection(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		w.Revokes(thief)
		labtest.Must(t, home.RefreshKeys(t.Context()))
		for range 2 {
			if _, err := thief.To(home.Station).Collection(t.Context(), name); !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("%s: %v", thief.Name, err)
			}
			home.Restart(nil)
		}
	}
}

// TestRunHearsOfRevocation: Run asks by itself.
func TestRunHearsOfRevocation(t *testing.T) {
	w := labtest.Listening(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 0), w.Peer(ann, "home")
	home.Restart(func(cfg *peer.Config) { cfg.KeyInterval = time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- home.Run(ctx) }()
	w.Revokes(cam.Station)
	for t.Context().Err() == nil {
		if _, err := cam.To(home.Station).Settings(t.Context()); errors.Is(err, transport.ErrUnauthenticated) {
			break
		}
	}
	cancel()
	labtest.Must(t, <-ended)
}

// TestIdleHomeHearsOfRoster: what a user removes from the roster reaches others' homes, too,
// and another hub process tells of it as well as the first.
func TestIdleHomeHearsOfRoster(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	bob.Fetches(cam.Ref(name, 0, 2))
	other, err := hub.New(t.Context(), w.Hub.Signer, hub.Config{Store: w.Hub.Store, Now: w.Now})
	labtest.Must(t, err)
	r, err := lab.Roster(t.Context(), w.Hub.Hub, bob.User)
	labtest.Must(t, err)
	gone, _ := r.Station(bob.Key())
	gone.Role = signature.StationRemoved
	_, err = lab.SetRoster(t.Context(), w.Hub.Hub, r.Join(gone), lab.UserKey(bob.User))
	labtest.Must(t, err)
	home.Restart(func(cfg *peer.Config) { cfg.Hub = other.As(home.User) })
	labtest.Must(t, home.RefreshKeys(t.Context()))
	if _, err := bob.To(home.Station).Original(t.Context(), cam.Ref(name, 0, 2), 0, -1); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("a station that was removed: %v", err)
	}
}

// TestNewsOfOthers: a home asks for nothing more about users whom it does not know.
func TestNewsOfOthers(t *testing.T) {
	w, _, home, _, _ := labtest.Published(t, hub.Config{}, 1)
	for _, name := range []string{"carol", "dan"} {
		w.Revokes(w.Peer(w.User(name), name).Station)
	}
	before := home.Count("POST /v1/keys")
	labtest.Must(t, home.RefreshKeys(t.Context()))
	if n := home.Count("POST /v1/keys") - before; n != 1 {
		t.Errorf("%d requests", n)
	}
}

// tape is a hub whose answers on keys are kept, and perhaps played again.
type tape struct {
	transport.Hub
	plays bool
	kept  []transport.KeyNews
}

func (f *tape) KeyNews(ctx context.Context, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	if f.plays {
		return f.kept[len(f.kept)-1], nil
	}
	news, err := f.Hub.KeyNews(ctx, asked)
	f.kept = append(f.kept, news)
	return news, err
}

// frozen is a hub that shows a collection as it was once, and what it said of keys then.
type frozen struct {
	*tape
	state transport.State
}

func (f frozen) Collection(context.Context, collection.Name) (transport.State, error) {
	return f.state, nil
}

func (f frozen) Updates(context.Context, collection.Name) (transport.State, error) {
	return f.state, nil
}

// TestHubFreezes: a hub that shows a recipient an old state, for ever, is found out by its
// age: what is known stays known and is viewed, and it is shown that it is stale.
func TestHubFreezes(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Hears(notify.Shared, 1)
	log := new(bytes.Buffer)
	old, err := w.Hub.Hub.As(bob.User).Collection(t.Context(), name)
	labtest.Must(t, err)
	tape := &tape{Hub: w.Hub.Hub.As(bob.User)}
	evil := frozen{tape, old}
	freeze := func(cfg *peer.Config) {
		cfg.Hub, cfg.Log = evil, slog.New(slog.NewTextHandler(log, nil))
	}
	bob.Restart(freeze)
	labtest.Must(t, bob.RefreshKeys(t.Context()))
	home.Publishes(name)

	tape.plays = true
	if err := bob.RefreshKeys(t.Context()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("an answer to another request: %v", err)
	}
	if n := eventsIn(log, "key news refused"); n != 1 {
		t.Errorf("%d events", n)
	}
	for _, stale := range []bool{false, true} {
		bob.Restart(freeze)
		if got := bob.Freshness(); got.Stale != stale || got.Authority != w.Authority() {
			t.Errorf("%+v, want stale: %v", got, stale)
		}
		bob.Refreshes(name) // it shows nothing new, and is viewed
		w.Pass(8 * 24 * time.Hour)
	}

	// What it has not shown comes by another way, perhaps with a thief's word: it waits.
	bob.Restart(func(cfg *peer.Config) { freeze(cfg); cfg.Hub = frozen{tape, publishedState(t, w, bob, name)} })
	if err := bob.Reader.Refresh(t.Context(), name); !errors.Is(err, transport.ErrStale) {
		t.Errorf("a label went: %v", err)
	}
	if n := bob.Views(name).Labelled(); n != 1 {
		t.Errorf("%d labels", n)
	}
	bob.Restart(nil) // the true hub is there again
	bob.Refreshes(name)
	if n := bob.Views(name).Labelled(); n != 0 || bob.Freshness().Stale {
		t.Errorf("%d labels, %+v", n, bob.Freshness())
	}

	// What has been seen cannot be taken back.
	bob.Restart(freeze)
	bob.Refreshes(name)
	if n := bob.Views(name).Labelled(); n != 0 {
		t.Errorf("rolled back: %d labels", n)
	}
}

// publishedState is what the hub tells Bob of a collection now.
func publishedState(t *testing.T, w *labtest.World, bob *labtest.Peer, name collection.Name) transport.State {
	s, err := w.Hub.Hub.As(bob.User).Collection(t.Context(), name)
	labtest.Must(t, err)
	return s
}

func eventsIn(log *bytes.Buffer, event string) int {
	return strings.Count(log.String(), `msg=security event="`+event+`"`)
}

// TestHubGoesBack: a hub that goes on with an older copy of its store is refused, until it
// has more to say than it had said.
func TestHubGoesBack(t *testing.T) {
	w, cam, home, _, _ := labtest.Published(t, hub.Config{}, 1)
	older := new(memstore.Store)
	copied(t, w.Hub.Store, older)
	w.Pass(time.Hour)
	w.Revokes(cam.Station)
	labtest.Must(t, home.RefreshKeys(t.Context()))
	heard := home.Freshness()
	w.Pass(time.Hour)

	log := new(bytes.Buffer)
	back, err := hub.New(t.Context(), w.Hub.Signer, hub.Config{Store: older, Now: w.Now})
	labtest.Must(t, err)
	home.Restart(func(cfg *peer.Config) {
		cfg.Hub, cfg.Log = back.As(home.User), slog.New(slog.NewTextHandler(log, nil))
	})
	if err := home.RefreshKeys(t.Context()); !errors.Is(err, transport.ErrConflict) || eventsIn(log, "key news refused") != 1 {
		t.Errorf("an older number: %v\n%s", err, log)
	}
	if now := home.Freshness(); now != heard {
		t.Errorf("heard %+v, and before %+v", now, heard)
	}
	if _, err := cam.To(home.Station).Settings(t.Context()); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("the camera: %v", err)
	}
	labtest.Must(t, back.Accounts().Revoke(t.Context(), cam.User, cam.Name))
	labtest.Must(t, home.RefreshKeys(t.Context()))
}

// copied copies all records.
func copied(t *testing.T, from, to transport.Store) {
	for r, err := range from.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		_, err = to.Apply(t.Context(), transport.Batch{Changes: []transport.Change{{Key: r.Key, Value: r.Value}}})
		labtest.Must(t, err)
	}
}

// TestKeyNewsCrash: wherever a home crashes while it hears of a revocation, after the next
// question the key counts no more.
func TestKeyNewsCrash(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		w, cam, home, _, _ := labtest.Published(t, hub.Config{}, 1)
		labtest.Must(t, home.RefreshKeys(t.Context()))
		w.Revokes(cam.Station)
		crash.Store = home.Store
		home.Restart(func(cfg *peer.Config) { cfg.Store = crash })
		if err := home.RefreshKeys(t.Context()); crash.Crashed() && err == nil {
			t.Error("it is acknowledged that it crashes")
		}
		home.Restart(nil)
		labtest.Must(t, home.RefreshKeys(t.Context()))
		home.Restart(nil)
		if _, err := cam.To(home.Station).Settings(t.Context()); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("the camera: %v", err)
		}
	})
}

// TestStrangerWasRevoked: who turns up at a home that has never heard of it, with a statement
// from before its key was revoked, is asked after first; a process that starts anew hears of
// all who were stopped again. Where the hub does not answer then, nobody is let in.
func TestStrangerWasRevoked(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	w.Revokes(bob.Station)
	for range 2 {
		labtest.Must(t, home.RefreshKeys(t.Context()))
		cut(w, "home", true)
		answered(t, "bob, with the hub away", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrStale)
		home.Restart(nil)
		cut(w, "home", false)
	}
	labtest.Must(t, home.RefreshKeys(t.Context()))
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrUnauthenticated)
}

// meanwhile is a hub that has something done before it tells of users' keys.
type meanwhile struct {
	transport.Hub
	do func()
}

func (m *meanwhile) KeyNews(ctx context.Context, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	if do := m.do; len(asked.Users) > 0 && do != nil {
		m.do = nil
		do()
	}
	return m.Hub.KeyNews(ctx, asked)
}

// TestStrangerComesMeanwhile: who turns up while a home hears of revocations is asked after,
// too, and does not slip in between.
func TestStrangerComesMeanwhile(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	old, err := w.Hub.Hub.Accounts().KeyStatements(t.Context(), bob.User)
	labtest.Must(t, err)
	labtest.Must(t, home.RefreshKeys(t.Context()))
	w.Revokes(cam.Station) // of somebody who is known
	w.Revokes(bob.Station)
	slow := &meanwhile{Hub: w.Hub.Hub.As(home.User)}
	home.Restart(func(cfg *peer.Config) { cfg.Hub = slow })
	slow.do = func() { labtest.Must(t, home.Learn(t.Context(), old)) }
	labtest.Must(t, home.RefreshKeys(t.Context()))
	if slow.do != nil {
		t.Error("nobody came meanwhile")
	}
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrUnauthenticated)
}

// crowded is a hub that has stopped keys of very many users.
type crowded struct {
	transport.Hub
	signer *signature.Signer
	users  uint64
}

func (h crowded) KeyNews(ctx context.Context, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	last, err := h.Hub.KeyNews(ctx, asked)
	if err != nil || asked.After >= h.users {
		return last, err
	}
	news := transport.KeyNews{More: true, Number: asked.After}
	for len(news.Changed) < transport.MaxKeyNews && news.Number < h.users {
		var mark transport.UserMark
		binary.BigEndian.PutUint64(mark[:], news.Number)
		news.Changed, news.Number = append(news.Changed, mark), news.Number+1
	}
	return news.Sign(ctx, asked, h.signer)
}

// TestManyStopped: a home hears its authority, too, if that has stopped keys of more users than
// the home remembers; it asks about everybody then whom it has not met.
func TestManyStopped(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	w.Revokes(bob.Station)
	home.Restart(func(cfg *peer.Config) {
		cfg.Hub = crowded{w.Hub.Hub.As(home.User), w.Hub.Signer, 1<<20 + 1}
	})
	w.Pass(time.Hour)
	labtest.Must(t, home.RefreshKeys(t.Context()))
	if f := home.Freshness(); !f.Heard.Equal(w.Now()) {
		t.Errorf("heard at %v, not at %v", f.Heard, w.Now())
	}
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrUnauthenticated)
}

// slow is a hub that takes a second to tell of a user's keys, and counts how many ask for them
// at once.
type slow struct {
	transport.Hub
	now, most atomic.Int64
}

func (s *slow) KeyNews(ctx context.Context, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	if len(asked.Users) > 0 {
		defer s.now.Add(-1)
		s.most.Store(max(s.most.Load(), s.now.Add(1)))
		time.Sleep(time.Second)
	}
	return s.Hub.KeyNews(ctx, asked)
}

// TestManyStrangers: however many turn up at once whom a home has to ask about, it does not
// use up what its hub takes of it.
func TestManyStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, home, _, _ := labtest.Published(t, hub.Config{}, 1)
		var old [][]byte
		for i := range 12 {
			p := w.Peer(w.User(fmt.Sprint("u", i)), fmt.Sprint("u", i))
			said, err := w.Hub.Hub.Accounts().KeyStatements(t.Context(), p.User)
			labtest.Must(t, err)
			old = append(old, said[0])
			w.Revokes(p.Station)
		}
		h := &slow{Hub: w.Hub.Hub.As(home.User)}
		home.Restart(func(cfg *peer.Config) { cfg.Hub = h })
		labtest.Must(t, home.RefreshKeys(t.Context()))
		var all sync.WaitGroup
		for _, said := range old {
			all.Go(func() { labtest.Must(t, home.Learn(t.Context(), [][]byte{said})) })
		}
		all.Wait()
		if n := h.most.Load(); n != 4 {
			t.Errorf("%d questions at once", n)
		}
	})
}

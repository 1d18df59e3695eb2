package hub_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	kinds "github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
)

// membersOf lists the accounts of a hub after a user.
func membersOf(t *testing.T, a *hub.Accounts, after collection.UserID) (users []collection.UserID, all []hub.Member) {
	t.Helper()
	for m, err := range a.Members().All(t.Context(), after) {
		labtest.Must(t, err)
		users, all = append(users, m.User), append(all, m)
	}
	return users, all
}

// TestMembers: accounts are listed page by page, and what is damaged keeps no other back.
func TestMembers(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	a := w.Hub.Hub.Accounts()
	for _, name := range []string{"ann", "bob", "carol"} {
		w.User(name)
	}
	_, err := a.Temporary(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	users, all := membersOf(t, a, collection.UserID{})
	if len(all) != 4 || !slices.IsSortedFunc(users, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) }) {
		t.Fatalf("%+v", all)
	}
	if rest, _ := membersOf(t, a, users[1]); !slices.Equal(rest, users[2:]) {
		t.Errorf("after the second: %v", rest)
	}
	for range a.Members().All(t.Context(), collection.UserID{}) {
		break
	}
	damaged := "person/" + users[1].String()
	w.Restart(recordtest.New(w.Hub.Store, damaged))
	var got []collection.UserID
	for m, err := range w.Hub.Hub.Accounts().Members().All(t.Context(), collection.UserID{}) {
		if (err != nil) != (m.User == users[1]) || err != nil && !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%v: %v", m.User, err)
		}
		got = append(got, m.User)
	}
	if !slices.Equal(got, users) {
		t.Errorf("listed %v of %v", got, users)
	}
}

// TestMemberChanges: a user has another name and other addresses; what was shared with a new
// one becomes the user's, and the former is free.
func TestMemberChanges(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, a := w.Camera(ann, 1), w.Hub.Hub.Accounts()
	name := cam.AlbumFor("title", nil, "robert@example.org")
	cam.Shares(name)
	set := func(user collection.UserID, addresses ...string) error {
		return a.Members().Set(t.Context(), user, hub.Person{Name: "Robert", Addresses: addresses})
	}
	temporary, err := a.Temporary(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	for _, c := range []struct {
		what      string
		got, want error
	}{
		{"another's address", set(bob, "ann@example.org"), hub.ErrTaken},
		{"one that has a temporary account", set(bob, "eve@example.org"), hub.ErrTaken},
		{"no address", set(bob, "robert"), collection.ErrAddress},
		{"a user who is none", set(collection.UserID{1}), transport.ErrNotFound},
		{"a temporary account", set(temporary, "eve@example.org"), transport.ErrForbidden},
		{"twice", set(bob, "Robert@example.org", "robert@EXAMPLE.org"), nil},
		{"again", set(bob, "robert@example.org"), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	p, err := a.Person(t.Context(), bob)
	if err != nil || p.Name != "Robert" || !slices.Equal(p.Addresses, []string{"robert@example.org"}) || p.Temporary {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = w.Hub.Hub.As(bob).Collection(t.Context(), name)
	labtest.Must(t, err)
	if _, err := a.ByAddress(t.Context(), "bob@example.org"); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("the former address: %v", err)
	}
	_, err = a.Register(t.Context(), hub.Person{Name: "Bob", Addresses: []string{"bob@example.org"}})
	labtest.Must(t, err)
}

// full is a hub with two authors, a recipient and a guest, of whom one author is deleted.
type full struct {
	*labtest.World
	ann, bob     collection.UserID
	carol        collection.UserID
	cam, other   *labtest.Camera
	home, b      *labtest.Peer
	names        []collection.Name
	kept         collection.Name
	token, guest string
}

func newFull(t *testing.T) full {
	post := new(notify.Memory)
	f := full{World: labtest.New(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}})}
	f.ann, f.bob = f.User("ann"), f.User("bob")
	f.carol = f.User("carol")
	f.cam, f.other = f.Camera(f.ann, 2), f.Camera(f.carol, 1)
	f.home, f.b = f.Peer(f.ann, "home"), f.Peer(f.bob, "bob")
	for _, title := range []string{"one", "two"} {
		name := f.cam.AlbumFor(title, []collection.UserID{f.bob, f.carol}, "eve@example.org")
		f.cam.Shares(name)
		f.names = append(f.names, name)
	}
	f.cam.Syncs(f.home, f.names[0])
	f.home.Publishes(f.names[0])
	f.kept = f.other.Album("of carol", f.ann, f.bob)
	f.other.Shares(f.kept)
	f.guest, f.token = f.Letters(post)[0].Token, f.cam.Token
	labtest.Must(t, f.Hub.Hub.Quotas().Consent(t.Context(), f.ann, f.carol))
	return f
}

// gone checks that nothing of Ann's is left, and all of the others is.
func (f full) gone(t *testing.T) {
	t.Helper()
	h := f.Hub.Hub
	for _, name := range f.names {
		for _, user := range []collection.UserID{f.ann, f.bob} {
			if _, err := h.As(user).Collection(t.Context(), name); !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("%v reads: %v", user, err)
			}
		}
	}
	for _, n := range f.Waiting(f.bob) {
		if n := n.Notification; (n.Reason == notify.Removed) == (n.Name() == f.kept) || n.Title != "" && n.Name() != f.kept {
			t.Errorf("Bob is told %v of %v, %q", n.Reason, n.Name(), n.Title)
		}
	}
	if _, err := h.UserOf(t.Context(), f.token); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("the token: %v", err)
	}
	if _, err := h.Glimpse(t.Context(), f.guest); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("the guest: %v", err)
	}
	if _, err := h.Accounts().Person(t.Context(), f.ann); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("the account: %v", err)
	}
	stays := []string{"key/", "statement/", "root/", "revoked/", "stopped/", "duty/"} // what says that her keys are stopped
	for r, err := range f.Hub.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		of := strings.Contains(r.Key, f.ann.String())
		if r.Key == "feed/"+f.ann.String() {
			continue // that nothing comes into her feed
		}
		if strings.HasPrefix(r.Key, "o/") && !strings.HasPrefix(r.Key, "o/"+f.ann.String()) {
			continue // the name in the feeds of others, of what is not there any more
		}
		if of && !slices.ContainsFunc(stays, func(kind string) bool { return strings.HasPrefix(r.Key, kind) }) {
			t.Errorf("%s is left", r.Key)
		}
	}
	for key, err := range f.Hub.Store.List(t.Context(), "v/"+f.ann.String(), "", 0) {
		t.Errorf("%v is left: %v", key, err)
	}
	_, err := h.As(f.bob).Collection(t.Context(), f.kept)
	labtest.Must(t, err)
	inStep(t, f.World)
}

// TestDeleteUser: with a user goes all that is the user's, and nothing of anybody else's; the
// user's keys are revoked, so that nothing more comes, and the address is free.
func TestDeleteUser(t *testing.T) {
	f := newFull(t)
	labtest.Must(t, f.Hub.Hub.Accounts().Members().Delete(t.Context(), f.ann))
	f.gone(t)
	labtest.Must(t, f.Hub.Hub.Accounts().Members().Delete(t.Context(), f.ann)) // after a lost answer
	f.gone(t)
	labtest.Must(t, f.Hub.Hub.Accounts().Members().Delete(t.Context(), collection.UserID{9}))
	f.Restart(f.Hub.Store)
	f.gone(t)
	carols := f.Peer(f.carol, "carols") // what Carol has shared with her goes on without her
	f.other.Syncs(carols, f.kept)
	carols.Publishes(f.kept)
	f.gone(t)
	late := f.cam.Album("late", f.bob)
	_, data := f.cam.Encoded(late)
	if _, err := f.Hub.Hub.As(f.ann).Share(t.Context(), transport.Share{Collection: data}); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a late share: %v", err)
	}
	labtest.Must(t, f.b.RefreshKeys(t.Context()))
	if _, err := f.b.Reader.View(t.Context(), f.names[0]); err == nil {
		t.Error("Bob had not received it")
	}
	again, err := f.Register(t.Context(), "ann")
	if err != nil || again == f.ann {
		t.Errorf("%v, %v", again, err)
	}
}

// TestCrashWhileDeleting: at whatever change of its store the hub crashes, the user is there
// as before, or none: then the rest goes by itself.
func TestCrashWhileDeleting(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		f := newFull(t)
		crash.Store = f.Hub.Store
		f.Restart(crash)
		err := f.Hub.Hub.Accounts().Members().Delete(t.Context(), f.ann)
		if !crash.Crashed() {
			labtest.Must(t, err)
		}
		f.Restart(f.Hub.Store)
		if _, err := f.Hub.Hub.Accounts().Person(t.Context(), f.ann); err == nil {
			if _, err := f.Hub.Hub.As(f.bob).Collection(t.Context(), f.names[1]); err != nil {
				t.Errorf("a user who is there has lost a collection: %v", err)
			}
			labtest.Must(t, f.Hub.Hub.Accounts().Members().Delete(t.Context(), f.ann))
		}
		labtest.Must(t, f.Hub.Hub.Resume(t.Context()))
		f.gone(t)
	})
}

// TestDeleteDamaged: a user is deleted whatever is damaged of the account, and no token or key
// of the user's opens anything afterwards.
func TestDeleteDamaged(t *testing.T) {
	for _, kind := range []string{"person/", "credential/", "root/"} {
		f := newFull(t)
		var damaged []string
		for _, key := range keysIn(t, f.Hub.Store) {
			if strings.HasPrefix(key, kind+f.ann.String()) {
				damaged = append(damaged, key)
			}
		}
		f.Restart(recordtest.New(f.Hub.Store, damaged...))
		a := f.Hub.Hub.Accounts()
		if err := a.Members().Delete(t.Context(), f.ann); err != nil || len(damaged) == 0 {
			t.Errorf("%s: %v", kind, err)
		}
		for _, token := range []string{f.cam.Token, f.home.Token} {
			if _, err := a.UserOf(t.Context(), token); !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("%s: a token: %v", kind, err)
			}
		}
		_, data := f.cam.Encoded(f.cam.Album("late", f.bob))
		if _, err := f.Hub.Hub.As(f.bob).Share(t.Context(), transport.Share{Collection: data}); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("%s: a late share: %v", kind, err)
		}
	}
}

// TestBadLeaving: a record of a user who is being deleted that names nobody, and one whose user
// cannot be removed, keep no other work of Resume back.
func TestBadLeaving(t *testing.T) {
	f := newFull(t)
	labtest.Must(t, record.Put(t.Context(), f.Hub.Store,
		transport.Change{Key: kinds.Leaving.Under() + "nobody", Value: []byte{}},
		transport.Change{Key: kinds.Leaving.Key(f.ann), Value: []byte{}},
		transport.Change{Key: kinds.Leaving.Key(f.carol), Value: []byte{}},
	))
	damaged := kinds.Key.Key(f.cam.Key())
	f.Restart(recordtest.New(f.Hub.Store, damaged))
	for range 2 {
		labtest.Must(t, f.Hub.Hub.Resume(t.Context()))
	}
	keys := keysIn(t, f.Hub.Store)
	if slices.Contains(keys, kinds.Leaving.Under()+"nobody") || slices.Contains(keys, kinds.Leaving.Key(f.carol)) || !slices.Contains(keys, kinds.Leaving.Key(f.ann)) {
		t.Errorf("left: %q", slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, kinds.Leaving.Under()) }))
	}
}

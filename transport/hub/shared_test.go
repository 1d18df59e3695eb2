package hub_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// shared is two hubs on one store: the world's, whose disk a test sees, and another.
type shared struct {
	*labtest.World
	disk  *disk
	other *hub.Hub
}

func newShared(t *testing.T, cfg hub.Config) shared {
	s := shared{disk: &disk{Store: new(memstore.Store)}}
	cfg.Store = s.disk
	s.World = labtest.New(t, cfg)
	cfg.Store, cfg.Now = s.disk.Store, s.Now
	cfg.Beside = func(work func()) { work() }
	var err error
	s.other, err = hub.New(t.Context(), s.Hub.Signer, cfg)
	labtest.Must(t, err)
	return s
}

// meanwhile has something done once, just before the world's hub stores what it does
// next.
func (s shared) meanwhile(do func()) {
	s.disk.apply = func([]transport.Change) error {
		s.disk.apply = nil
		do()
		return nil
	}
}

// TestTwoHubsAtOnce: whatever two hubs do to accounts at the same moment, the second is as
// if it had come after the first.
func TestTwoHubsAtOnce(t *testing.T) {
	eve := hub.Person{Name: "Eve", Addresses: []string{"e@example.net", "eve@example.org"}}
	key := lab.Signer("key")
	register := func(a *hub.Accounts) error {
		_, err := a.Register(t.Context(), eve)
		return err
	}
	adds := func(user *collection.UserID, name string) func(*hub.Accounts) error {
		return func(a *hub.Accounts) error {
			return addKey(t, a, *user, name, key)
		}
	}
	issue := func(user *collection.UserID) func(*hub.Accounts) error {
		return func(a *hub.Accounts) error {
			_, err := a.Issue(t.Context(), *user, "phone")
			return err
		}
	}
	temporary := func(a *hub.Accounts) error {
		_, err := a.Temporary(t.Context(), "eve@example.org")
		return err
	}
	confirm := func(a *hub.Accounts) error {
		_, err := a.Confirm(t.Context(), "eve@example.org", "Eve")
		return err
	}
	var ann, bob collection.UserID
	revoke := func(a *hub.Accounts) error { return a.Revoke(t.Context(), ann, "old") }
	addOld := func(a *hub.Accounts) error {
		return addKey(t, a, ann, "old", lab.Signer("old"))
	}
	nothing := func(*hub.Accounts) error { return nil }
	for what, c := range map[string]struct {
		before, first, second func(*hub.Accounts) error
		want                  error
	}{
		"one address":                     {nothing, register, register, hub.ErrTaken},
		"one key of two users":            {nothing, adds(&bob, "phone"), adds(&ann, "phone"), signature.ErrChanged},
		"one key of two credentials":      {nothing, adds(&ann, "phone"), adds(&ann, "camera"), hub.ErrTaken},
		"one key":                         {nothing, adds(&ann, "phone"), adds(&ann, "phone"), nil},
		"two tokens":                      {nothing, issue(&ann), issue(&ann), nil},
		"a token and a key":               {nothing, issue(&ann), adds(&ann, "phone"), nil},
		"one temporary account":           {nothing, temporary, temporary, nil},
		"an address that is taken":        {nothing, register, temporary, nil},
		"a temporary account taken over":  {nothing, temporary, register, nil},
		"a credential that is revoked":    {addOld, revoke, revoke, transport.ErrNotFound},
		"an account that is nobody's yet": {temporary, register, confirm, nil},
	} {
		t.Run(what, func(t *testing.T) {
			s := newShared(t, hub.Config{})
			ann, bob = s.User("ann"), s.User("bob")
			a := s.Hub.Hub.Accounts()
			labtest.Must(t, c.before(a))
			s.meanwhile(func() { labtest.Must(t, c.first(s.other.Accounts())) })
			if err := c.second(a); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if s.disk.apply != nil {
				t.Error("nothing was to be stored")
			}
			one, err := a.ByAddress(t.Context(), "eve@example.org")
			two, errOther := s.other.Accounts().ByAddress(t.Context(), "eve@example.org")
			if one != two || errors.Is(err, transport.ErrNotFound) != errors.Is(errOther, transport.ErrNotFound) {
				t.Errorf("eve is %v, %v, and %v, %v", one, err, two, errOther)
			}
		})
	}
}

// TestManyRegisterOnce: of many who register one address, at two hubs, one does.
func TestManyRegisterOnce(t *testing.T) {
	s := newShared(t, hub.Config{})
	var all sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		at := []*hub.Hub{s.Hub.Hub, s.other}[i%2]
		own := fmt.Sprintf("e%d@example.org", i)
		all.Go(func() {
			_, errs[i] = at.Accounts().Register(t.Context(), hub.Person{Addresses: []string{own, "eve@example.org"}})
		})
	}
	all.Wait()
	done := 0
	for i, err := range errs {
		_, own := s.Hub.Hub.Accounts().ByAddress(t.Context(), fmt.Sprintf("e%d@example.org", i))
		switch {
		case err == nil && own == nil:
			done++
		case !errors.Is(err, hub.ErrTaken) || !errors.Is(own, transport.ErrNotFound):
			t.Errorf("registered: %v; found: %v", err, own)
		}
	}
	if done != 1 {
		t.Errorf("%d have registered", done)
	}
}

// TestRevokedAtAnotherHub: a key that is added or revoked at one hub is so at the other
// with its next request, and so is what the key has sealed.
func TestRevokedAtAnotherHub(t *testing.T) {
	s := newShared(t, hub.Config{})
	ann, bob := s.User("ann"), s.User("bob")
	cam := s.Camera(ann, 1) // whose key is added at the first hub
	name := labtest.LoneAlbum(cam, "ann's", bob)
	cam.SharesWith(s.other.As(ann), name)
	for _, h := range []*hub.Hub{s.Hub.Hub, s.other} {
		_, err := h.As(bob).Collection(t.Context(), name)
		labtest.Must(t, err)
	}
	labtest.Must(t, s.other.Accounts().Revoke(t.Context(), ann, cam.Name))
	for _, h := range []*hub.Hub{s.Hub.Hub, s.other} {
		if _, err := h.As(bob).Collection(t.Context(), name); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("sealed with a revoked key: %v", err)
		}
		if _, err := cam.Share(t.Context(), h.As(ann), cam.Album("after")); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("shared with a revoked key: %v", err)
		}
	}
}

// TestRevokedMeanwhile: a share whose key is revoked at another hub before it is stored is
// refused, and nobody is told.
func TestRevokedMeanwhile(t *testing.T) {
	s := newShared(t, hub.Config{})
	ann, bob := s.User("ann"), s.User("bob")
	cam := s.Camera(ann, 1)
	name := cam.Album("title", bob)
	c, data := cam.Encoded(name)
	s.meanwhile(func() { labtest.Must(t, s.other.Accounts().Revoke(t.Context(), ann, cam.Name)) })
	if _, err := s.Hub.Hub.As(ann).Share(t.Context(), transport.Share{Collection: data}); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("shared with a revoked key: %v", err)
	}
	if _, err := s.other.As(ann).Collection(t.Context(), c.Name()); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("stored: %v", err)
	}
	if n := len(s.Waiting(bob)); n != 0 {
		t.Errorf("%d notifications", n)
	}
}

// TestRevokedWhileAnotherCompletes: the same of a collection that is stored already: who
// uploads what it lacks, while the key is revoked that has sealed it, changes nothing. What
// was told with the share is not opened any more.
func TestRevokedWhileAnotherCompletes(t *testing.T) {
	s := newShared(t, hub.Config{})
	ann, bob := s.User("ann"), s.User("bob")
	cam := s.Camera(ann, 1)
	name := labtest.LoneAlbum(cam, "ann's", bob)
	cam.Offers(name)
	told := s.Waiting(bob)
	s.disk.apply = func(all []transport.Change) error {
		for _, c := range all {
			if c.Key == "c/"+name.String() {
				s.disk.apply = nil
				return s.other.Accounts().Revoke(t.Context(), ann, cam.Name)
			}
		}
		return nil
	}
	if _, err := cam.Share(t.Context(), s.Hub.Hub.As(ann), name); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("completed what a revoked key has sealed: %v", err)
	}
	if s.disk.apply != nil {
		t.Fatal("nothing was to be stored")
	}
	if now := s.Waiting(bob); len(now) != 1 || now[0].Number != told[0].Number || now[0].State != nil {
		t.Errorf("told %+v", now)
	}
}

// TestJoinsAtAnotherHub: an address becomes a user's at one hub while the other one makes a
// blinded address of it: they read the collection in the end.
func TestJoinsAtAnotherHub(t *testing.T) {
	s := newShared(t, hub.Config{})
	ann := s.User("ann")
	cam := s.Camera(ann, 1)
	name := cam.AlbumFor("title", nil, "eve@example.org")
	var eve collection.UserID
	s.meanwhile(func() {
		var err error
		eve, err = s.other.Accounts().Register(t.Context(), hub.Person{Addresses: []string{"eve@example.org"}})
		labtest.Must(t, err)
	})
	cam.SharesWith(s.Hub.Hub.As(ann), name)
	c, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	for range c.Addresses() {
		t.Error("eve is a blinded address")
	}
	if _, err := s.other.As(eve).Collection(t.Context(), name); err != nil || !c.MayRead(eve) {
		t.Errorf("eve may read: %v, %v", c.MayRead(eve), err)
	}
}

// TestRevokedReaders: who may complete a collection hears which keys of its readers were
// revoked, at whatever hub: of very many readers not with the answer to a share.
func TestRevokedReaders(t *testing.T) {
	s := newShared(t, hub.Config{MaxRecipients: 2000})
	ann, bob := s.User("ann"), s.User("bob")
	cam, phone := s.Camera(ann, 1), s.Camera(bob, 0)
	tells := func(keys [][]byte) (n int) {
		for _, data := range keys {
			var k signature.KeyStatement // or a roster
			if k.UnmarshalBinary(data) == nil && k.Role == signature.RoleRevoked {
				n++
			}
		}
		return n
	}
	told := func(h *hub.Hub, name collection.Name) int {
		state, err := h.As(ann).Updates(t.Context(), name)
		labtest.Must(t, err)
		return tells(state.Keys)
	}
	many := make([]collection.UserID, 1000)
	for i := range many {
		many[i] = collection.UserID{0xff, byte(i), byte(i >> 8)}
	}
	few, all := cam.Album("few", bob), cam.Album("all", append(many, bob)...)
	for revoked := range 2 {
		for name, want := range map[collection.Name]int{few: revoked, all: 0} {
			_, data := cam.Encoded(name)
			answer, err := s.Hub.Hub.As(ann).Share(t.Context(), transport.Share{Collection: data})
			labtest.Must(t, err)
			if n := tells(answer.Keys); len(answer.Collection) == 0 || n != want {
				t.Errorf("the answer has %d bytes and tells of %d revocations, want %d", len(answer.Collection), n, want)
			}
			if one, two := told(s.Hub.Hub, name), told(s.other, name); one != revoked || two != revoked {
				t.Errorf("after %d revocations the hubs tell of %d and %d", revoked, one, two)
			}
		}
		if revoked == 0 {
			labtest.Must(t, s.other.Accounts().Revoke(t.Context(), bob, phone.Name))
		}
	}
}

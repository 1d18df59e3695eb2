package hub_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// people is a user base that a server has already.
type people map[string]collection.UserID

func (p people) ByAddress(_ context.Context, address string) (collection.UserID, error) {
	if user, ok := p[address]; ok {
		return user, nil
	}
	return collection.UserID{}, transport.ErrNotFound
}

func (p people) KeyStatements(context.Context, collection.UserID) ([][]byte, error) { return nil, nil }

// TestDirectoryDecides: who is whose is asked of the directory, when a
// collection is made, when it is announced, and when the server says that
// somebody has joined.
func TestDirectoryDecides(t *testing.T) {
	directory, bob, eve := people{}, collection.UserID{0xb}, collection.UserID{0xe}
	w := labtest.New(t, hub.Config{Directory: directory})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	directory["bob@example.org"] = bob
	reads := func(user collection.UserID, name collection.Name) bool {
		_, err := w.Hub.Hub.As(user).Collection(t.Context(), name)
		return err == nil
	}
	share := func() collection.Name {
		name := cam.AlbumFor("title", nil, "bob@example.org", "eve@example.org")
		cam.Shares(name)
		return name
	}
	first := share()
	if !reads(bob, first) || reads(eve, first) {
		t.Errorf("bob reads: %v, eve reads: %v", reads(bob, first), reads(eve, first))
	}
	directory["eve@example.org"] = eve
	if reads(eve, first) {
		t.Error("eve reads before anybody looked")
	}
	labtest.Must(t, w.Hub.Hub.Joined(t.Context(), "Eve@example.org"))
	if !reads(eve, first) {
		t.Error("eve does not read")
	}
	delete(directory, "eve@example.org")
	second := share()
	cam.Syncs(home, second)
	directory["eve@example.org"] = eve
	home.Publishes(second)
	if n := len(w.Waiting(eve)); !reads(eve, second) || n != 2 {
		t.Errorf("eve reads: %v, %d notifications", reads(eve, second), n)
	}
}

// served is a hub on the user base of a server, with a camera of Ann's.
type served struct {
	*labtest.World
	base     *userBase
	ann, bob collection.UserID
	cam      *labtest.Camera
}

func newServed(t *testing.T, cfg hub.Config) served {
	s := served{base: newUserBase(t, nil, nil), ann: collection.UserID{0xa}, bob: collection.UserID{0xb}}
	cfg.Directory = s.base
	s.World = labtest.New(t, cfg)
	s.joins(t, s.bob, "bob@example.org")
	s.joins(t, s.ann, "ann@example.org")
	s.cam = s.World.Camera(s.ann, 1)
	s.says(t, signature.KeyStatement{User: s.ann, Key: s.cam.Signer.Public()})
	return s
}

// joins makes somebody a user of the server.
func (s served) joins(t *testing.T, user collection.UserID, address string) {
	s.base.mu.Lock()
	defer s.base.mu.Unlock()
	s.base.addresses[address], s.base.keys[user] = user, nil
}

// says makes the server return what the authority says of a key.
func (s served) says(t *testing.T, k signature.KeyStatement) {
	k.Issued = s.Now()
	k, err := k.Sign(t.Context(), s.Hub.Signer)
	labtest.Must(t, err)
	data, err := k.MarshalBinary()
	labtest.Must(t, err)
	s.base.mu.Lock()
	defer s.base.mu.Unlock()
	s.base.keys[k.User] = append(s.base.keys[k.User], data)
}

// TestRestartOnAUserBase: what the hub has verified it verifies again after a
// restart, whoever calls first.
func TestRestartOnAUserBase(t *testing.T) {
	post := new(notify.Memory)
	s := newServed(t, hub.Config{Mail: mail.Config{Channel: post}})
	name := s.cam.AlbumFor("title", []collection.UserID{s.bob}, "eve@example.org")
	s.cam.SharesWith(s.Hub.Hub.As(s.ann), name)
	s.base.mu.Lock()
	s.base.keys[s.ann] = nil // nor does it hang on the server
	s.base.mu.Unlock()
	s.Restart(s.Hub.Store)
	if letters := s.Letters(post); len(letters) != 1 || len(letters[0].Cover) == 0 {
		t.Errorf("letters %+v", letters)
	}
	if n := len(s.Waiting(s.bob)); n != 1 {
		t.Errorf("%d notifications", n)
	}
	_, err := s.Hub.Hub.As(s.bob).Collection(t.Context(), name)
	labtest.Must(t, err)
	s.Probes()
	s.Expires(s.Now().Add(time.Hour))
	if _, err := s.Hub.Hub.As(collection.UserID{0xe}).Collection(t.Context(), name); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("an outsider: %v", err)
	}
}

// TestKeysOfTheOthers: a share brings the keys of all who may have sealed
// something in it, not only the caller's.
func TestKeysOfTheOthers(t *testing.T) {
	s := newServed(t, hub.Config{})
	name := s.cam.AlbumOf("title", collection.Body{Completers: []collection.UserID{s.bob}})
	c, err := s.cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	bobs := lab.Signer("bob")
	s.says(t, signature.KeyStatement{User: s.bob, Key: bobs.Public()})
	u, err := c.CompleteAll(s.bob)
	labtest.Must(t, err)
	u, err = u.Sign(t.Context(), bobs, s.Now())
	labtest.Must(t, err)
	c, _, err = c.Apply(u)
	labtest.Must(t, err)
	data, err := c.MarshalBinary()
	labtest.Must(t, err)
	for _, user := range []collection.UserID{s.bob, s.ann} {
		_, err = s.Hub.Hub.As(user).Share(t.Context(), transport.Share{Collection: data})
		labtest.Must(t, err)
	}
}

// TestRevokedOnAUserBase: what the server revokes is revoked here as soon as
// somebody reads, and stays so even if the server forgets it.
func TestRevokedOnAUserBase(t *testing.T) {
	s := newServed(t, hub.Config{})
	name := s.cam.Album("title", s.bob)
	s.cam.SharesWith(s.Hub.Hub.As(s.ann), name)
	s.base.mu.Lock()
	old := s.base.keys[s.ann]
	s.base.mu.Unlock()
	s.says(t, signature.KeyStatement{User: s.ann, Key: s.cam.Signer.Public(), Role: signature.RoleRevoked})
	_, err := s.Hub.Hub.As(s.bob).Updates(t.Context(), name)
	labtest.Must(t, err)
	s.base.mu.Lock()
	s.base.keys[s.ann] = old
	s.base.mu.Unlock()
	for range 2 {
		if _, err := s.cam.Share(t.Context(), s.Hub.Hub.As(s.ann), s.cam.Album("after", s.bob)); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("sealed with a revoked key: %v", err)
		}
		s.Restart(s.Hub.Store)
	}
}

// TestAnotherAuthorityOnAUserBase: a hub that has another key starts with the same
// store, and believes what the server says from then on.
func TestAnotherAuthorityOnAUserBase(t *testing.T) {
	s := newServed(t, hub.Config{})
	share := func() error {
		_, err := s.cam.Share(t.Context(), s.Hub.Hub.As(s.ann), s.cam.Album("title", s.bob))
		return err
	}
	labtest.Must(t, share())
	s.Hub.Signer = lab.Signer("another hub")
	s.Restart(s.Hub.Store)
	if err := share(); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a key that only the old authority vouches for: %v", err)
	}
	s.says(t, signature.KeyStatement{User: s.ann, Key: s.cam.Signer.Public()})
	for range 2 {
		labtest.Must(t, share())
		s.Restart(s.Hub.Store)
	}
}

// TestTemporaryOnAUserBase: a server that makes a person the user of the
// temporary account, before it says that they have joined, has made them the
// recipient of all that was shared with it; with another user it hears why not.
func TestTemporaryOnAUserBase(t *testing.T) {
	post := new(notify.Memory)
	s := newServed(t, hub.Config{Mail: mail.Config{Channel: post}, Unknown: hub.Temporary})
	name := s.cam.AlbumFor("title", nil, "eve@example.org")
	s.cam.SharesWith(s.Hub.Hub.As(s.ann), name)
	labtest.Must(t, s.Hub.Hub.Joined(t.Context(), "eve@example.org")) // too early: nobody has
	if letters := s.Letters(post); len(letters) != 1 {
		t.Errorf("letters %+v", letters)
	}
	s.joins(t, collection.UserID{0xe}, "eve@example.org")
	if err := s.Hub.Hub.Joined(t.Context(), "eve@example.org"); !errors.Is(err, hub.ErrTaken) {
		t.Errorf("another user: %v", err)
	}
	eve, err := s.Hub.Hub.Accounts().ByAddress(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	s.joins(t, eve, "eve@example.org")
	for range 2 {
		labtest.Must(t, s.Hub.Hub.Joined(t.Context(), "Eve@example.org"))
	}
	_, err = s.Hub.Hub.As(eve).Collection(t.Context(), name)
	labtest.Must(t, err)
	s.cam.SharesWith(s.Hub.Hub.As(s.ann), s.cam.AlbumFor("second", nil, "eve@example.org"))
	if letters, n := s.Letters(post), len(s.Waiting(eve)); len(letters) != 0 || n != 2 {
		t.Errorf("a member got letters %+v, and %d notifications", letters, n)
	}
}

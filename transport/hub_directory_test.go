package transport_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// served is a hub on the user base of a server, with a camera of Ann's.
type served struct {
	*world
	base     *userBase
	ann, bob collection.UserID
	cam      *camera
}

func newServed(t *testing.T, cfg hub.Config) served {
	s := served{base: newUserBase(t, nil, nil), ann: collection.UserID{0xa}, bob: collection.UserID{0xb}}
	cfg.Directory = s.base
	s.world = newWorld(t, cfg)
	s.joins(t, s.bob, "bob@example.org")
	s.joins(t, s.ann, "ann@example.org")
	s.cam = s.newCamera(t, s.ann)
	return s
}

// joins makes somebody a user of the server.
func (s served) joins(t *testing.T, user collection.UserID, address string) {
	s.base.mu.Lock()
	defer s.base.mu.Unlock()
	s.base.addresses[address], s.base.keys[user] = user, nil
}

// says makes the server give what the authority says of a key.
func (s served) says(t *testing.T, k signature.KeyStatement) {
	k.Issued = s.clock
	k, err := k.Sign(t.Context(), s.signer)
	must(t, err)
	data, err := k.MarshalBinary()
	must(t, err)
	s.base.mu.Lock()
	defer s.base.mu.Unlock()
	s.base.keys[k.User] = append(s.base.keys[k.User], data)
}

func (s served) newCamera(t *testing.T, user collection.UserID) *camera {
	c := &camera{w: s.world, user: user, versions: map[collection.ItemID][3][]byte{}, signer: newSigner(t)}
	c.Device = device.New(user, c.signer, device.MediaFunc(c.open), device.Config{Now: s.now})
	c.add(0)
	s.says(t, signature.KeyStatement{User: user, Key: c.signer.Public()})
	return c
}

// TestRestartOnAUserBase: what the hub has verified it verifies again after a
// restart, whoever calls first.
func TestRestartOnAUserBase(t *testing.T) {
	mail := new(notify.Memory)
	s := newServed(t, hub.Config{Channel: mail})
	name := s.cam.makeFor("title", []collection.UserID{s.bob}, "eve@example.org")
	_, err := s.cam.Share(t.Context(), s.hub.As(s.ann), name)
	must(t, err)
	s.base.mu.Lock()
	s.base.keys[s.ann] = nil // nor does it hang on the server
	s.base.mu.Unlock()
	s.restart(s.hubStore)
	if letters := s.postOnce(mail); len(letters) != 1 || len(letters[0].Cover) == 0 {
		t.Errorf("letters %+v", letters)
	}
	waiting, err := s.hub.As(s.bob).Notifications(t.Context())
	if err != nil || len(waiting.Waiting) != 1 {
		t.Errorf("%d notifications, %v", len(waiting.Waiting), err)
	}
	_, err = s.hub.As(s.bob).Collection(t.Context(), name)
	must(t, errors.Join(err, s.hub.Probe(t.Context()), s.hub.Expire(t.Context(), s.clock.Add(time.Hour))))
	if _, err := s.hub.As(collection.UserID{0xe}).Collection(t.Context(), name); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("an outsider: %v", err)
	}
}

// TestKeysOfTheOthers: a share brings the keys of all who may have sealed
// something in it, not only the caller's.
func TestKeysOfTheOthers(t *testing.T) {
	s := newServed(t, hub.Config{})
	name := s.cam.makeBody("title", collection.Body{Completers: []collection.UserID{s.bob}})
	c, err := s.cam.Collection(t.Context(), name)
	must(t, err)
	bobs := newSigner(t)
	s.says(t, signature.KeyStatement{User: s.bob, Key: bobs.Public()})
	u, err := c.CompleteAll(s.bob)
	must(t, err)
	u, err = u.Sign(t.Context(), bobs, s.clock)
	must(t, err)
	c, _, err = c.Apply(u)
	must(t, err)
	data, err := c.MarshalBinary()
	must(t, err)
	for _, user := range []collection.UserID{s.bob, s.ann} {
		_, err = s.hub.As(user).Share(t.Context(), transport.Share{Collection: data})
		must(t, err)
	}
}

// TestRevokedOnAUserBase: what the server revokes is revoked here as soon as
// somebody reads, and stays so even if the server forgets it.
func TestRevokedOnAUserBase(t *testing.T) {
	s := newServed(t, hub.Config{})
	name := s.cam.make("title", s.bob)
	_, err := s.cam.Share(t.Context(), s.hub.As(s.ann), name)
	must(t, err)
	s.base.mu.Lock()
	old := s.base.keys[s.ann]
	s.base.mu.Unlock()
	s.says(t, signature.KeyStatement{User: s.ann, Key: s.cam.signer.Public(), Role: signature.RoleRevoked})
	_, err = s.hub.As(s.bob).Updates(t.Context(), name)
	must(t, err)
	s.base.mu.Lock()
	s.base.keys[s.ann] = old
	s.base.mu.Unlock()
	for range 2 {
		if _, err := s.cam.Share(t.Context(), s.hub.As(s.ann), s.cam.make("after", s.bob)); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("sealed with a revoked key: %v", err)
		}
		s.restart(s.hubStore)
	}
}

// TestAnotherAuthorityOnAUserBase: a hub that has another key starts with the same
// store, and believes what the server says from then on.
func TestAnotherAuthorityOnAUserBase(t *testing.T) {
	s := newServed(t, hub.Config{})
	share := func() error {
		_, err := s.cam.Share(t.Context(), s.hub.As(s.ann), s.cam.make("title", s.bob))
		return err
	}
	must(t, share())
	s.signer = newSigner(t)
	s.restart(s.hubStore)
	if err := share(); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a key that only the old authority vouches for: %v", err)
	}
	s.says(t, signature.KeyStatement{User: s.ann, Key: s.cam.signer.Public()})
	for range 2 {
		must(t, share())
		s.restart(s.hubStore)
	}
}

// TestTemporaryOnAUserBase: a server that gives a person the user of the
// temporary account, before it says that they have joined, has made them the
// recipient of all that was shared with it; with another user it hears why not.
func TestTemporaryOnAUserBase(t *testing.T) {
	mail := new(notify.Memory)
	s := newServed(t, hub.Config{Unknown: hub.Temporary, Channel: mail})
	name := s.cam.makeFor("title", nil, "eve@example.org")
	_, err := s.cam.Share(t.Context(), s.hub.As(s.ann), name)
	must(t, err)
	must(t, s.hub.Joined(t.Context(), "eve@example.org")) // too early: nobody has
	if letters := s.postOnce(mail); len(letters) != 1 {
		t.Errorf("letters %+v", letters)
	}
	s.joins(t, collection.UserID{0xe}, "eve@example.org")
	if err := s.hub.Joined(t.Context(), "eve@example.org"); !errors.Is(err, hub.ErrTaken) {
		t.Errorf("another user: %v", err)
	}
	eve, err := s.hub.Accounts().ByAddress(t.Context(), "eve@example.org")
	must(t, err)
	s.joins(t, eve, "eve@example.org")
	for range 2 {
		must(t, s.hub.Joined(t.Context(), "Eve@example.org"))
	}
	_, err = s.hub.As(eve).Collection(t.Context(), name)
	must(t, err)
	_, err = s.cam.Share(t.Context(), s.hub.As(s.ann), s.cam.makeFor("second", nil, "eve@example.org"))
	must(t, err)
	waiting, err := s.hub.As(eve).Notifications(t.Context())
	if letters := s.postOnce(mail); len(letters) != 0 || err != nil || len(waiting.Waiting) != 2 {
		t.Errorf("a member got letters %+v, and %d notifications, %v", letters, len(waiting.Waiting), err)
	}
}

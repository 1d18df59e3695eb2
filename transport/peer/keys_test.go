package peer_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestRefusedCollectionAtAPeer: nor does a peer tell one who hands it something.
func TestRefusedCollectionAtAPeer(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, b := w.Camera(ann, 1), w.Peer(bob, "bob")
	name := labtest.LoneAlbum(cam, "", bob)
	cam.Shares(name)
	b.Hears(notify.Shared, 1)
	_ = show(t, cam, b, statementOn(t, cam, signature.KeyStatement{Role: signature.RoleRevoked}, time.Second))
	if _, err := b.Reader.View(t.Context(), name); !errors.Is(err, transport.ErrSeal) {
		t.Fatalf("bob sees what does not stand any more: %v", err)
	}
	for _, id := range []collection.ID{name.ID, {9}} {
		n := notify.Notification{To: bob, Author: ann, Collection: id}
		err := b.As(transport.Identity{User: eve}).Deliver(t.Context(), n)
		if err == nil || transport.NewFault(err).Error() != transport.ErrForbidden.Error() {
			t.Errorf("%v: %v", id, err)
		}
	}
}

// statementOn is the authority's word on the camera's key, issued some seconds
// after the world began.
func statementOn(t *testing.T, c *labtest.Camera, s signature.KeyStatement, after time.Duration) []byte {
	s.User, s.Key, s.Issued = c.User, c.Signer.Public(), c.World.Now().Add(after)
	s, err := s.Sign(t.Context(), c.World.Hub.Signer)
	labtest.Must(t, err)
	data, err := s.MarshalBinary()
	labtest.Must(t, err)
	return data
}

// show calls a peer with the camera's key and a statement on it.
func show(t *testing.T, c *labtest.Camera, s *labtest.Peer, statement []byte) error {
	caller := c.Caller()
	caller.Statement = statement
	_, err := httplink.NewClient(s.URL(), httplink.Sealed(caller, s.Key()), httplink.Options{HTTP: c.HTTP}).Settings(t.Context())
	return err
}

// TestRevokedStaysRevoked: once a peer has heard that a key is revoked, no older
// statement brings it back, not even after a start.
func TestRevokedStaysRevoked(t *testing.T) {
	_, cam, home, _, _ := labtest.NewAlbum(t, hub.Config{}, 1)
	revoked := statementOn(t, cam, signature.KeyStatement{Role: signature.RoleRevoked}, time.Second)
	later := statementOn(t, cam, signature.KeyStatement{}, time.Minute)
	labtest.Must(t, show(t, cam, home, cam.Statement))
	for _, shown := range [][]byte{revoked, cam.Statement, later} {
		for range 2 {
			if err := show(t, cam, home, shown); !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("a revoked key: %v", err)
			}
			home.Restart(nil)
		}
	}
}

// TestRevokedAmongMany: it does not matter who calls at the same time.
func TestRevokedAmongMany(t *testing.T) {
	_, cam, home, _, _ := labtest.NewAlbum(t, hub.Config{}, 1)
	revoked := statementOn(t, cam, signature.KeyStatement{Role: signature.RoleRevoked}, time.Second)
	var all sync.WaitGroup
	for i := range 20 {
		statement := [][]byte{cam.Statement, revoked}[i%2]
		all.Go(func() { _ = show(t, cam, home, statement) })
	}
	all.Wait()
	home.Restart(nil)
	if err := show(t, cam, home, nil); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("a revoked key: %v", err)
	}
}

// TestLatestStatementIsKept: of several statements on a key the one that counts
// now counts after a start, whatever was shown last.
func TestLatestStatementIsKept(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 0), w.Peer(ann, "home")
	year := w.Now().Add(365 * 24 * time.Hour)
	ended := statementOn(t, cam, signature.KeyStatement{Until: w.Now()}, time.Second)
	again := statementOn(t, cam, signature.KeyStatement{Until: year}, time.Second) // the greater one of this second
	for _, step := range []struct {
		shown []byte
		want  error
	}{{cam.Statement, nil}, {ended, transport.ErrUnauthenticated}, {cam.Statement, transport.ErrUnauthenticated}, {again, nil}, {ended, nil}} {
		if err := show(t, cam, home, step.shown); !errors.Is(err, step.want) {
			t.Errorf("shown: %v, want %v", err, step.want)
		}
		home.Restart(nil)
		if err := show(t, cam, home, nil); !errors.Is(err, step.want) {
			t.Errorf("after a start: %v, want %v", err, step.want)
		}
	}
}

// TestStatementOfAnotherAuthority: what an authority has said that is not trusted
// any more gives way to the word of one that is.
func TestStatementOfAnotherAuthority(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 0), w.Peer(ann, "home")
	other := lab.Signer("stranger")
	s, err := signature.KeyStatement{User: ann, Key: cam.Signer.Public(), Issued: w.Now().Add(time.Hour)}.Sign(t.Context(), other)
	labtest.Must(t, err)
	data, err := s.MarshalBinary()
	labtest.Must(t, err)
	id := cam.Signer.Public().ID()
	labtest.Must(t, record.Put(t.Context(), home.Store, transport.Change{Key: "y/" + collection.KeyID(id).String(), Value: data}))
	labtest.Must(t, show(t, cam, home, cam.Statement))
	home.Restart(nil)
	labtest.Must(t, show(t, cam, home, nil))
}

// TestStatementLearnedBefore: what was said of a key, and did not count rather than the
// word of another authority, counts when that authority is not trusted any more.
func TestStatementLearnedBefore(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	home := w.Peer(w.User("ann"), "home")
	other, camera, eve := lab.Signer("stranger"), lab.Signer("eve"), collection.UserID{0xee}
	var keys *signature.Keyring
	home.Restart(func(cfg *peer.Config) { keys = cfg.Keys })
	labtest.Must(t, keys.AddAuthority(other.Public()))
	said := func(by *signature.Signer) []byte {
		s, err := signature.KeyStatement{User: eve, Key: camera.Public(), Issued: w.Now()}.Sign(t.Context(), by)
		labtest.Must(t, err)
		data, err := s.MarshalBinary()
		labtest.Must(t, err)
		return data
	}
	seal, err := camera.Sign(t.Context(), collection.TypeEdition, []byte("statement"))
	labtest.Must(t, err)
	knows := func() error {
		_, _, err := home.Verify(t.Context(), collection.TypeEdition, []byte("statement"), seal, time.Time{})
		return err
	}
	labtest.Must(t, home.Learn(t.Context(), [][]byte{said(w.Hub.Signer), said(other)}))
	labtest.Must(t, knows())
	keys.Revoke(w.Hub.Signer.Public().ID())
	if err := knows(); !errors.Is(err, signature.Err) {
		t.Errorf("by an authority that was revoked: %v", err)
	}
	labtest.Must(t, home.Learn(t.Context(), [][]byte{said(other)}))
	labtest.Must(t, knows())
}

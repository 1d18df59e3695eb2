package transport_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// statement is the authority's word on the camera's key, issued some seconds
// after the world began.
func (c *camera) statementOn(s signature.KeyStatement, after time.Duration) []byte {
	s.User, s.Key, s.Issued = c.user, c.signer.Public(), c.w.now().Add(after)
	s, err := s.Sign(c.w.t.Context(), c.w.signer)
	must(c.w.t, err)
	data, err := s.MarshalBinary()
	must(c.w.t, err)
	return data
}

// show calls a peer with the camera's key and a statement on it.
func (c *camera) show(s *station, statement []byte) error {
	caller := httplink.Caller{User: c.user, Signer: c.signer, Statement: statement, Now: c.w.now}
	_, err := httplink.NewClient(s.url, httplink.Sealed(caller, s.user), httplink.Options{}).Settings(c.w.t.Context())
	return err
}

// TestRevokedStaysRevoked: once a peer has heard that a key is revoked, no older
// statement brings it back, not even after a start.
func TestRevokedStaysRevoked(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 0), w.peer(ann, "home")
	revoked := cam.statementOn(signature.KeyStatement{Role: signature.RoleRevoked}, time.Second)
	later := cam.statementOn(signature.KeyStatement{}, time.Minute)
	must(t, cam.show(home, cam.statement))
	for _, shown := range [][]byte{revoked, cam.statement, later} {
		for range 2 {
			if err := cam.show(home, shown); !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("a revoked key: %v", err)
			}
			home.reopen(nil)
		}
	}
}

// TestRevokedAmongMany: it does not matter who calls at the same time.
func TestRevokedAmongMany(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 0), w.peer(ann, "home")
	revoked := cam.statementOn(signature.KeyStatement{Role: signature.RoleRevoked}, time.Second)
	var all sync.WaitGroup
	for i := range 20 {
		statement := [][]byte{cam.statement, revoked}[i%2]
		all.Go(func() { _ = cam.show(home, statement) })
	}
	all.Wait()
	home.reopen(nil)
	if err := cam.show(home, nil); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("a revoked key: %v", err)
	}
}

// TestLatestStatementIsKept: of several statements on a key the one that counts
// now counts after a start, whatever was shown last.
func TestLatestStatementIsKept(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 0), w.peer(ann, "home")
	year := w.now().Add(365 * 24 * time.Hour)
	ended := cam.statementOn(signature.KeyStatement{Until: w.now()}, time.Second)
	again := cam.statementOn(signature.KeyStatement{Until: year}, time.Second) // the greater one of this second
	for _, step := range []struct {
		shown []byte
		want  error
	}{{cam.statement, nil}, {ended, transport.ErrUnauthenticated}, {cam.statement, transport.ErrUnauthenticated}, {again, nil}, {ended, nil}} {
		if err := cam.show(home, step.shown); !errors.Is(err, step.want) {
			t.Errorf("shown: %v, want %v", err, step.want)
		}
		home.reopen(nil)
		if err := cam.show(home, nil); !errors.Is(err, step.want) {
			t.Errorf("after a start: %v, want %v", err, step.want)
		}
	}
}

// TestStatementOfAnotherAuthority: what an authority has said that is not trusted
// any more gives way to the word of one that is.
func TestStatementOfAnotherAuthority(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 0), w.peer(ann, "home")
	other := newSigner(t)
	s, err := signature.KeyStatement{User: ann, Key: cam.signer.Public(), Issued: w.now().Add(time.Hour)}.Sign(t.Context(), other)
	must(t, err)
	data, err := s.MarshalBinary()
	must(t, err)
	id := cam.signer.Public().ID()
	must(t, home.store.Apply(t.Context(), transport.Change{Key: "y/" + collection.KeyID(id).String(), Value: data}))
	must(t, cam.show(home, cam.statement))
	home.reopen(nil)
	must(t, cam.show(home, nil))
}

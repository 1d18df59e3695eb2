package signature

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// judge verifies a fresh seal by s that claims to be issued then.
func judge(t testing.TB, ring *Keyring, s *Signer, issued time.Time) ([16]byte, error) {
	t.Helper()
	user, _, err := ring.Verify(ctx, update, statement, mustSeal(t, s, update), issued)
	return user, err
}

func expect(t *testing.T, ring *Keyring, s *Signer, issued time.Time, want error) {
	t.Helper()
	if _, err := judge(t, ring, s, issued); !errors.Is(err, want) {
		t.Errorf("issued %v: %v, want %v", issued, err, want)
	}
}

// vouched returns a statement on key, sealed by the authority.
func vouched(t testing.TB, authority *Signer, s KeyStatement) KeyStatement {
	t.Helper()
	if s.Issued.IsZero() {
		s.Issued = noon
	}
	signed, err := s.Sign(ctx, authority)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func trusting(t testing.TB, authorities ...*Signer) *Keyring {
	t.Helper()
	ring := new(Keyring)
	for _, a := range authorities {
		if err := ring.AddAuthority(a.Public()); err != nil {
			t.Fatal(err)
		}
	}
	return ring
}

func mustAdd(t testing.TB, ring *Keyring, s KeyStatement) {
	t.Helper()
	if err := ring.Add(ctx, s); err != nil {
		t.Fatal(err)
	}
}

func TestAuthorityVouchesForAUser(t *testing.T) {
	hub, camera := newSigner(t, 1), newSigner(t, 2)
	ring := trusting(t, hub)
	expect(t, ring, camera, noon, ErrUnknownKey)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public()}))
	if user, err := judge(t, ring, camera, noon); user != alice || err != nil {
		t.Error(user, err)
	}
	user, key, err := ring.Verify(ctx, update, statement, mustSeal(t, hub, update), noon)
	if user != [16]byte{} || key != hub.Public().ID() || err != nil {
		t.Error("the authority itself:", user, key, err)
	}
}

func TestValidityIsJudgedByIssued(t *testing.T) {
	hub, camera := newSigner(t, 1), newSigner(t, 2)
	ring := trusting(t, hub)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), From: noon, Until: noon.Add(time.Hour)}))
	expect(t, ring, camera, noon.Add(-time.Second), ErrExpired)
	expect(t, ring, camera, noon, nil)
	expect(t, ring, camera, noon.Add(time.Hour-time.Second), nil)
	expect(t, ring, camera, noon.Add(time.Hour), ErrExpired)
	expect(t, ring, camera, time.Time{}, nil) // no clock
}

func TestRetiredKeyKeepsItsOldSeals(t *testing.T) {
	camera := newSigner(t, 1)
	ring := holding(t, camera)
	for _, at := range []time.Time{noon, noon.Add(time.Hour)} { // the earliest counts
		if err := ring.Retire(camera.Public().ID(), at); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, ring, camera, noon.Add(-time.Second), nil)
	expect(t, ring, camera, noon, ErrExpired)
	expect(t, ring, camera, time.Time{}, nil)
	if err := ring.Retire([32]byte{1}, noon); !errors.Is(err, ErrUnknownKey) {
		t.Error(err)
	}
	if err := ring.Retire(camera.Public().ID(), time.Time{}); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
}

func TestRevokedKeyWithABackDatedSeal(t *testing.T) {
	camera := newSigner(t, 1)
	ring := holding(t, camera)
	ring.Revoke(camera.Public().ID())
	for _, issued := range []time.Time{noon, noon.AddDate(-20, 0, 0), time.Unix(1, 0), {}} {
		expect(t, ring, camera, issued, ErrRevoked)
	}
	if err := ring.Trust(alice, camera.Public()); !errors.Is(err, ErrRevoked) {
		t.Error("trusted again:", err)
	}
	if err := ring.Pin(alice, camera.Public()); !errors.Is(err, ErrRevoked) {
		t.Error("pinned again:", err)
	}
}

func TestRevocationByTheAuthority(t *testing.T) {
	hub, camera, unseen := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	ring := trusting(t, hub)
	grant := vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), Issued: noon.Add(time.Hour)})
	mustAdd(t, ring, grant)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), Role: RoleRevoked}))
	expect(t, ring, camera, noon.AddDate(-1, 0, 0), ErrRevoked)
	mustAdd(t, ring, grant) // a later grant does not bring it back
	expect(t, ring, camera, noon, ErrRevoked)

	mustAdd(t, ring, vouched(t, hub, KeyStatement{Key: unseen.Public(), Role: RoleRevoked}))
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: bob, Key: unseen.Public()}))
	expect(t, ring, unseen, noon, ErrRevoked)
}

func TestRevokedAuthorityTakesItsWordWithIt(t *testing.T) {
	hub, other, camera, pinned := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3), newSigner(t, 4)
	ring := trusting(t, hub, other)
	if err := ring.Trust(bob, pinned.Public()); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public()}))
	ring.Revoke(hub.Public().ID())
	expect(t, ring, camera, noon, ErrRevoked)
	expect(t, ring, pinned, noon, nil)
	late := vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), Issued: noon.Add(time.Hour)})
	if err := ring.Add(ctx, late); !errors.Is(err, ErrRevoked) {
		t.Error("a revoked authority vouched:", err)
	}
	mustAdd(t, ring, vouched(t, other, KeyStatement{User: alice, Key: camera.Public(), Issued: noon.Add(-time.Hour)}))
	expect(t, ring, camera, noon, nil)
}

func TestRetiredAuthorityKeepsItsOldWord(t *testing.T) {
	hub, camera, late := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	ring := trusting(t, hub)
	if err := ring.Retire(hub.Public().ID(), noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public()}))
	expect(t, ring, camera, noon.Add(2*time.Hour), nil)
	err := ring.Add(ctx, vouched(t, hub, KeyStatement{User: bob, Key: late.Public(), Issued: noon.Add(time.Hour)}))
	if !errors.Is(err, ErrExpired) {
		t.Error(err)
	}
}

// TestAuthoritiesDoNotIntroduceAuthorities: nor does one touch another.
func TestAuthoritiesDoNotIntroduceAuthorities(t *testing.T) {
	hub, other, third := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	ring := trusting(t, hub, other)
	for _, s := range []KeyStatement{
		{Key: third.Public(), Role: RoleAuthority},
		{Key: hub.Public(), Role: RoleAuthority, Until: noon},
		{Key: hub.Public(), Role: RoleRevoked},
	} {
		if err := ring.Add(ctx, vouched(t, other, s)); !errors.Is(err, ErrKey) {
			t.Errorf("role %d: %v", s.Role, err)
		}
	}
	expect(t, ring, hub, noon, nil)
	expect(t, ring, third, noon, ErrUnknownKey)
}

func TestAuthorityRevokesItself(t *testing.T) {
	hub := newSigner(t, 1)
	ring := trusting(t, hub)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{Key: hub.Public(), Role: RoleRevoked}))
	expect(t, ring, hub, noon, ErrRevoked)
}

func TestOnlyAuthoritiesVouch(t *testing.T) {
	camera, other := newSigner(t, 1), newSigner(t, 2)
	ring := holding(t, camera)
	for _, role := range []Role{RoleUser, RoleRevoked} {
		err := ring.Add(ctx, vouched(t, camera, KeyStatement{User: alice, Key: other.Public(), Role: role}))
		if !errors.Is(err, ErrKey) {
			t.Errorf("role %d: %v", role, err)
		}
	}
	err := ring.Add(ctx, vouched(t, other, KeyStatement{User: alice, Key: other.Public()}))
	if !errors.Is(err, ErrUnknownKey) {
		t.Error("vouched for itself:", err)
	}
	if got := len(slices.Collect(ring.Keys())); got != 1 {
		t.Errorf("%d keys are held", got)
	}
}

func TestStatementChangedAfterSealing(t *testing.T) {
	hub, camera, other := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	good := vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), Until: noon})
	for name, change := range map[string]func(*KeyStatement){
		"user":   func(s *KeyStatement) { s.User = bob },
		"key":    func(s *KeyStatement) { s.Key = other.Public() },
		"role":   func(s *KeyStatement) { s.Role = RoleRevoked },
		"from":   func(s *KeyStatement) { s.From = noon },
		"until":  func(s *KeyStatement) { s.Until = time.Time{} },
		"issued": func(s *KeyStatement) { s.Issued = noon.Add(time.Hour) },
	} {
		bad := good
		change(&bad)
		if err := trusting(t, hub).Add(ctx, bad); !errors.Is(err, ErrBadSeal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.Seal = nil
	if err := trusting(t, hub).Add(ctx, good); !errors.Is(err, ErrUnsigned) {
		t.Error("seal removed:", err)
	}
}

func TestStatementsInAnyOrder(t *testing.T) {
	hub, camera := newSigner(t, 1), newSigner(t, 2)
	var all []KeyStatement
	for i, until := range []time.Duration{3, 1, 2, 5, 4, 2} { // two at a time are issued together
		all = append(all, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(),
			Until: noon.Add(until * time.Hour), Issued: noon.Add(time.Duration(i/2) * time.Hour)}))
	}
	for range all {
		all = append(all[1:], all[0])
		ring := trusting(t, hub)
		for _, s := range slices.Concat(all, all) {
			mustAdd(t, ring, s)
		}
		expect(t, ring, camera, noon.Add(3*time.Hour), nil)
		expect(t, ring, camera, noon.Add(4*time.Hour), ErrExpired)
	}
}

func TestPinOnFirstUseAndReportedChange(t *testing.T) {
	old, next := newSigner(t, 1), newSigner(t, 2)
	ring := new(Keyring)
	for range 2 {
		if err := ring.Pin(alice, old.Public()); err != nil {
			t.Fatal(err)
		}
	}
	want := &ChangedError{User: alice, Key: next.Public().ID(), KnownUser: alice, KnownKey: old.Public().ID()}
	reported(t, ring.Pin(alice, next.Public()), want)
	expect(t, ring, next, noon, ErrUnknownKey)
	want = &ChangedError{User: bob, Key: old.Public().ID(), KnownUser: alice, KnownKey: old.Public().ID()}
	reported(t, ring.Pin(bob, old.Public()), want)
	reported(t, ring.Trust(bob, old.Public()), want)

	ring.Revoke(old.Public().ID()) // losing the first key does not make the next a first one
	want = &ChangedError{User: alice, Key: next.Public().ID(), KnownUser: alice, KnownKey: old.Public().ID()}
	reported(t, ring.Pin(alice, next.Public()), want)
	if err := ring.Trust(alice, next.Public()); err != nil {
		t.Fatal(err)
	}
	expect(t, ring, next, noon, nil)
}

func reported(t *testing.T, err error, want *ChangedError) {
	t.Helper()
	var got *ChangedError
	if !errors.As(err, &got) || !errors.Is(err, ErrChanged) || !errors.Is(err, ErrKey) {
		t.Fatal("not reported:", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPinOutranksTheAuthority(t *testing.T) {
	hub, pinned, other := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	ring := trusting(t, hub)
	if err := ring.Pin(alice, pinned.Public()); err != nil {
		t.Fatal(err)
	}
	err := ring.Add(ctx, vouched(t, hub, KeyStatement{User: alice, Key: other.Public()}))
	reported(t, err, &ChangedError{User: alice, Key: other.Public().ID(), KnownUser: alice, KnownKey: pinned.Public().ID()})
	expect(t, ring, other, noon, ErrUnknownKey)
	err = ring.Add(ctx, vouched(t, hub, KeyStatement{User: bob, Key: pinned.Public()}))
	reported(t, err, &ChangedError{User: bob, Key: pinned.Public().ID(), KnownUser: alice, KnownKey: pinned.Public().ID()})

	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: pinned.Public(), Until: noon}))
	expect(t, ring, pinned, noon, nil) // whose word adds nothing
	ring.Revoke(hub.Public().ID())     // the pin does not rest on the authority
	expect(t, ring, pinned, noon.Add(-time.Second), nil)
}

// TestAnAuthorityIntroducesAUserOnce: another key is an event, until a person decides.
func TestAnAuthorityIntroducesAUserOnce(t *testing.T) {
	hub, other, camera, forged := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3), newSigner(t, 4)
	ring := trusting(t, hub, other)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public()}))
	want := &ChangedError{User: alice, Key: forged.Public().ID(), KnownUser: alice, KnownKey: camera.Public().ID()}
	for _, by := range []*Signer{hub, other} {
		reported(t, ring.Add(ctx, vouched(t, by, KeyStatement{User: alice, Key: forged.Public()})), want)
	}
	expect(t, ring, forged, noon, ErrUnknownKey)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), Role: RoleRevoked}))
	reported(t, ring.Add(ctx, vouched(t, hub, KeyStatement{User: alice, Key: forged.Public()})), want)
	if err := ring.Trust(alice, forged.Public()); err != nil {
		t.Fatal(err)
	}
	expect(t, ring, forged, noon, nil)
}

// TestAuthoritiesSpeakForTheirUsersOnly: one revokes no key that was added by hand, or that
// proves itself, or whose user another has introduced.
func TestAuthoritiesSpeakForTheirUsersOnly(t *testing.T) {
	hub, other, key := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	own := key.Public().UserID()
	for name, c := range map[string]struct {
		user [16]byte
		know func(*Keyring) error
	}{
		"trusted": {alice, func(k *Keyring) error { return k.Trust(alice, key.Public()) }},
		"pinned":  {alice, func(k *Keyring) error { return k.Pin(alice, key.Public()) }},
		"proves": {own, func(k *Keyring) error {
			return k.Add(ctx, vouched(t, other, KeyStatement{User: own, Key: key.Public()}))
		}},
		"proves, both": {own, func(k *Keyring) error { return k.Add(ctx, vouched(t, hub, KeyStatement{User: own, Key: key.Public()})) }},
		"another's": {alice, func(k *Keyring) error {
			return k.Add(ctx, vouched(t, other, KeyStatement{User: alice, Key: key.Public()}))
		}},
	} {
		revocation := vouched(t, hub, KeyStatement{User: c.user, Key: key.Public(), Role: RoleRevoked})
		ring := trusting(t, hub, other)
		if err := c.know(ring); err != nil {
			t.Fatal(err)
		}
		if err := ring.Add(ctx, revocation); !errors.Is(err, ErrKey) {
			t.Errorf("%s: revoked: %v", name, err)
		}
		expect(t, ring, key, noon, nil)
		ring = trusting(t, hub, other) // it may have come first
		mustAdd(t, ring, revocation)
		expect(t, ring, key, noon, ErrRevoked)
		if err := c.know(ring); err != nil && name != "pinned" {
			t.Errorf("%s: after the revocation: %v", name, err)
		}
		if name != "pinned" {
			expect(t, ring, key, noon, nil)
		}
	}
}

func TestWhoMayBeTrusted(t *testing.T) {
	s := newSigner(t, 1)
	ring := trusting(t, s)
	for name, err := range map[string]error{
		"the zero user":             new(Keyring).Trust([16]byte{}, s.Public()),
		"no key":                    new(Keyring).Trust(alice, PublicKey{}),
		"an authority as a user":    ring.Trust(alice, s.Public()),
		"no key as authority":       ring.AddAuthority(PublicKey{}),
		"a user's key as authority": holding(t, s).AddAuthority(s.Public()),
	} {
		if !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysLists(t *testing.T) {
	hub, camera, gone := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3)
	ring := trusting(t, hub)
	mustAdd(t, ring, vouched(t, hub, KeyStatement{User: alice, Key: camera.Public(), From: noon, Until: noon.Add(time.Hour)}))
	if err := ring.Trust(bob, gone.Public()); err != nil {
		t.Fatal(err)
	}
	if err := ring.Retire(camera.Public().ID(), noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	ring.Revoke(gone.Public().ID())
	want := []KeyStatement{
		{Key: hub.Public(), Role: RoleAuthority},
		{User: alice, Key: camera.Public(), From: noon, Until: noon.Add(time.Minute), Issued: noon},
		{User: bob, Key: gone.Public(), Role: RoleRevoked},
	}
	slices.SortFunc(want, func(a, b KeyStatement) int { return bytes.Compare(a.Key.id[:], b.Key.id[:]) })
	if diff := cmp.Diff(want, slices.Collect(ring.Keys())); diff != "" {
		t.Error(diff)
	}
	for range ring.Keys() {
		break
	}
}

func TestKeyringIsSafeForConcurrentUse(t *testing.T) {
	hub, camera := newSigner(t, 1), newSigner(t, 2)
	ring := trusting(t, hub)
	grant := vouched(t, hub, KeyStatement{User: alice, Key: camera.Public()})
	seal := mustSeal(t, camera, update)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				mustAdd(t, ring, grant)
				if _, _, err := ring.Verify(ctx, update, statement, seal, noon); err != nil {
					t.Error(err)
				}
				if err := ring.Retire(camera.Public().ID(), noon.Add(time.Hour)); err != nil {
					t.Error(err)
				}
				ring.Revoke([32]byte{9})
				data, err := ring.MarshalBinary()
				if err != nil || new(Keyring).UnmarshalBinary(data) != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestRevision: whatever may end the good answer to a question changes the revision;
// a question does not, nor does a key that is new.
func TestRevision(t *testing.T) {
	hub, camera, other, third := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3), newSigner(t, 4)
	ring := new(Keyring)
	roster := func(n uint64) func() error {
		return func() error { return ring.AddRoster(ctx, rosterOf(t, other, Roster{User: bob, Number: n}, third)) }
	}
	stored, err := holding(t, other).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	word := func(s KeyStatement) func() error { return func() error { return ring.Add(ctx, vouched(t, hub, s)) } }
	for _, change := range []struct {
		what    string
		make    func() error
		changes bool
	}{
		{"AddAuthority", func() error { return ring.AddAuthority(hub.Public()) }, false},
		{"Add", word(KeyStatement{User: alice, Key: camera.Public(), Issued: noon}), false},
		{"Add again", word(KeyStatement{User: alice, Key: camera.Public(), Issued: noon}), false},
		{"Add of another word", word(KeyStatement{User: alice, Key: camera.Public(), Issued: noon.Add(time.Hour), Until: noon.Add(2 * time.Hour)}), true},
		{"Trust", func() error { return ring.Trust(alice, camera.Public()) }, true},
		{"Pin", func() error { return ring.Pin(bob, other.Public()) }, false},
		{"Retire", func() error { return ring.Retire(camera.Public().ID(), noon) }, true},
		{"Revoke", func() error { ring.Revoke(camera.Public().ID()); return nil }, true},
		{"Add of a revocation", word(KeyStatement{User: bob, Key: third.Public(), Role: RoleRevoked}), true},
		{"Add of it again", word(KeyStatement{User: bob, Key: third.Public(), Role: RoleRevoked}), false},
		{"AddRoster", roster(1), true},
		{"AddRoster again", roster(1), false},
		{"AddRoster of the next", roster(2), true},
		{"UnmarshalBinary", func() error { return ring.UnmarshalBinary(stored) }, true},
	} {
		before := ring.Revision()
		judge(t, ring, camera, noon)
		if ring.Revision() != before {
			t.Errorf("before %s: a question changed it", change.what)
		}
		if err := change.make(); err != nil {
			t.Fatalf("%s: %v", change.what, err)
		}
		if (ring.Revision() != before) != change.changes {
			t.Errorf("%s: from %d to %d", change.what, before, ring.Revision())
		}
	}
}

package signature

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"slices"
	"testing"
)

// rosterOf returns r with more stations, sealed; a signer's station is a peer.
func rosterOf(t testing.TB, by *Signer, r Roster, stations ...*Signer) Roster {
	t.Helper()
	for _, s := range stations {
		r.Stations = append(slices.Clone(r.Stations), stationOf(t, s, r.User, StationPeer))
	}
	r, err := r.Sign(ctx, by)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func stationOf(t testing.TB, s *Signer, user [16]byte, role StationRole) Station {
	t.Helper()
	proof, err := ProvePossession(ctx, s, none, user)
	if err != nil {
		t.Fatal(err)
	}
	return Station{Key: s.Public(), Role: role, Proof: proof}
}

func mustJoin(t testing.TB, ring *Keyring, r Roster) {
	t.Helper()
	if err := ring.AddRoster(ctx, r); err != nil {
		t.Fatal(err)
	}
}

func cosigned(t testing.TB, r Roster, hub *Signer) Roster {
	t.Helper()
	r, err := r.CoSign(ctx, hub)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// family is a user whose id is that of a camera's key, with a home and a laptop.
type family struct {
	hub, camera, home, laptop, thief *Signer
	user                             [16]byte
}

func newFamily(t testing.TB) family {
	f := family{newSigner(t, 1), newSigner(t, 2), newSigner(t, 3), newSigner(t, 4), newSigner(t, 5), [16]byte{}}
	f.user = f.camera.Public().UserID()
	return f
}

func (f family) roster(t testing.TB, n uint64, stations ...*Signer) Roster {
	return rosterOf(t, f.camera, Roster{User: f.user, Number: n}, stations...)
}

// TestUserIDIsDerived: worked out elsewhere, for the public key of RFC 8410, section 10.1.
func TestUserIDIsDerived(t *testing.T) {
	x, err := hex.DecodeString("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")
	if err != nil {
		t.Fatal(err)
	}
	key, err := NewPublicKey(ed25519.PublicKey(x))
	if err != nil {
		t.Fatal(err)
	}
	if got := key.UserID(); hex.EncodeToString(got[:]) != "b3c4b529ed476012ed0bc3160cdac605" {
		t.Errorf("%x of %v", got, key)
	}
}

// TestAKeyProvesItself: nobody introduces another for its user, whichever comes first.
func TestAKeyProvesItself(t *testing.T) {
	f := newFamily(t)
	forged := vouched(t, f.hub, KeyStatement{User: f.user, Key: f.thief.Public()})
	forgedRoster := cosigned(t, rosterOf(t, f.thief, Roster{User: f.user, Number: 9}, f.laptop), f.hub)
	for name, know := range map[string]func(*Keyring) error{
		"a roster":        func(k *Keyring) error { return k.AddRoster(ctx, f.roster(t, 1, f.home)) },
		"an empty roster": func(k *Keyring) error { return k.AddRoster(ctx, f.roster(t, 1)) },
		"pinned":          func(k *Keyring) error { return k.Pin(f.user, f.camera.Public()) },
		"trusted":         func(k *Keyring) error { return k.Trust(f.user, f.camera.Public()) },
		"the hub": func(k *Keyring) error {
			return k.Add(ctx, vouched(t, f.hub, KeyStatement{User: f.user, Key: f.camera.Public()}))
		},
	} {
		for _, forgedFirst := range []bool{false, true} {
			ring := trusting(t, f.hub)
			if forgedFirst {
				mustAdd(t, ring, forged)
				mustJoin(t, ring, forgedRoster)
				expect(t, ring, f.thief, noon, nil) // an id does not tell that it is derived
			}
			if err := know(ring); err != nil {
				t.Fatal(name, err)
			}
			for _, err := range []error{ring.Add(ctx, forged), ring.AddRoster(ctx, forgedRoster)} {
				if !errors.Is(err, ErrChanged) {
					t.Errorf("%s: another key: %v", name, err)
				}
			}
			expect(t, ring, f.thief, noon, ErrUnknownKey)
			expect(t, ring, f.laptop, noon, ErrUnknownKey)
			expect(t, ring, f.camera, noon, nil)
		}
	}
}

// TestNumbersDecide: the greatest counts, in whatever order they come.
func TestNumbersDecide(t *testing.T) {
	f := newFamily(t)
	first, second := f.roster(t, 1, f.home, f.laptop), f.roster(t, 2, f.home)
	removed := f.roster(t, 3, f.home).Join(stationOf(t, f.laptop, f.user, StationRemoved))
	removed.Number = 3
	third := rosterOf(t, f.camera, removed)
	for _, order := range [][]Roster{{first, second, third}, {third, second, first}, {second, third, first}} {
		ring := new(Keyring)
		for _, r := range order {
			mustJoin(t, ring, r)
			mustJoin(t, ring, r)
		}
		expect(t, ring, f.camera, noon, nil)
		expect(t, ring, f.home, noon, nil)
		expect(t, ring, f.laptop, noon, ErrRevoked)
		if user, err := judge(t, ring, f.home, noon); user != f.user || err != nil {
			t.Error(user, err)
		}
	}
	ring := new(Keyring)
	mustJoin(t, ring, second)
	expect(t, ring, f.laptop, noon, ErrUnknownKey)
	if err := ring.AddRoster(ctx, f.roster(t, 2, f.laptop)); !errors.Is(err, ErrChanged) {
		t.Error("two of one number:", err)
	}
	expect(t, ring, f.laptop, noon, ErrUnknownKey)
}

// TestWhoMaySealARoster: a station may not, nor a stranger, nor an authority for a user's.
func TestWhoMaySealARoster(t *testing.T) {
	f := newFamily(t)
	ring := trusting(t, f.hub)
	mustJoin(t, ring, f.roster(t, 1, f.home))
	for name, by := range map[string]*Signer{"a station": f.home, "a stranger": f.thief, "the hub": f.hub} {
		r := rosterOf(t, by, Roster{User: f.user, Number: 7}, f.laptop)
		for _, r := range []Roster{r, cosigned(t, r, f.hub)} {
			if err := ring.AddRoster(ctx, r); !errors.Is(err, ErrKey) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	expect(t, ring, f.laptop, noon, ErrUnknownKey)
	stolen := Roster{User: f.user, Number: 2, Stations: []Station{{Key: f.laptop.Public(), Proof: mustSeal(t, f.camera, PossessionType)}}}
	if err := ring.AddRoster(ctx, rosterOf(t, f.camera, stolen)); !errors.Is(err, ErrKey) {
		t.Error("a key whose holder did not agree:", err)
	}
}

// TestRosterOfAUserWhomTheHubMade: the hub introduces the user key, by a statement or by
// its countersignature; what it says of another is an event.
func TestRosterOfAUserWhomTheHubMade(t *testing.T) {
	f := newFamily(t)
	own := rosterOf(t, f.camera, Roster{User: alice, Number: 1}, f.home)
	forged := cosigned(t, rosterOf(t, f.thief, Roster{User: alice, Number: 2}, f.laptop), f.hub)
	ring := trusting(t, f.hub)
	if err := ring.AddRoster(ctx, own); !errors.Is(err, ErrUnknownKey) {
		t.Error("introduced by nobody:", err)
	}
	mustAdd(t, ring, vouched(t, f.hub, KeyStatement{User: alice, Key: f.camera.Public()}))
	mustJoin(t, ring, own)
	other := trusting(t, f.hub)
	mustJoin(t, other, cosigned(t, own, f.hub))
	for _, ring := range []*Keyring{ring, other} {
		expect(t, ring, f.home, noon, nil)
		if err := ring.AddRoster(ctx, forged); !errors.Is(err, ErrChanged) {
			t.Error("another user key:", err)
		}
		mustAdd(t, ring, vouched(t, f.hub, KeyStatement{User: alice, Key: f.home.Public(), Role: RoleRevoked}))
		expect(t, ring, f.home, noon, ErrRevoked) // it may stop taking new things
		mustJoin(t, ring, rosterOf(t, f.camera, Roster{User: alice, Number: 2}, f.home))
		expect(t, ring, f.home, noon, ErrRevoked)
		ring.Revoke(f.hub.Public().ID())
		expect(t, ring, f.camera, noon, ErrRevoked)
	}
}

// TestARevokedUserKeySealsNoMore: what it had sealed stands, and what the authority has
// sealed, too.
func TestARevokedUserKeySealsNoMore(t *testing.T) {
	f := newFamily(t)
	first := cosigned(t, rosterOf(t, f.camera, Roster{User: alice, Number: 1}, f.home), f.hub)
	next := rosterOf(t, f.camera, Roster{User: alice, Number: 2}, f.home, f.laptop)
	revoked := vouched(t, f.hub, KeyStatement{User: alice, Key: f.camera.Public(), Role: RoleRevoked})
	for _, early := range []bool{false, true} { // heard of before anything else
		ring := trusting(t, f.hub)
		if early {
			mustAdd(t, ring, revoked)
		}
		mustJoin(t, ring, first)
		mustAdd(t, ring, revoked)
		expect(t, ring, f.home, noon, nil)
		if err := ring.AddRoster(ctx, next); !errors.Is(err, ErrRevoked) {
			t.Error(err)
		}
		expect(t, ring, f.laptop, noon, ErrUnknownKey)
		mustJoin(t, ring, cosigned(t, next, f.hub))
		expect(t, ring, f.laptop, noon, nil)
		expect(t, ring, f.camera, noon, ErrRevoked)
	}
}

// TestSuccession: the next key seals from then on; newcomers see why.
func TestSuccession(t *testing.T) {
	f := newFamily(t)
	last := rosterOf(t, f.camera, Roster{User: f.user, Number: 1, Next: f.laptop.Public()}, f.home)
	next := rosterOf(t, f.laptop, last.Join(stationOf(t, f.camera, f.user, StationPeer)))
	if len(next.Before) != 1 {
		t.Fatal("a newcomer would not see why")
	}
	step, newcomer := new(Keyring), new(Keyring)
	mustJoin(t, step, last)
	mustJoin(t, step, next.alone())
	mustJoin(t, newcomer, next)
	for _, ring := range []*Keyring{step, newcomer} {
		for _, s := range []*Signer{f.camera, f.laptop, f.home} {
			expect(t, ring, s, noon, nil)
		}
		mustJoin(t, ring, rosterOf(t, f.laptop, Roster{User: f.user, Number: 3}, f.home))
		expect(t, ring, f.camera, noon, ErrRevoked) // a former user key that is not listed
		shown, _ := ring.Roster(f.user, none)
		again := new(Keyring)
		mustJoin(t, again, shown)
		expect(t, again, f.home, noon, nil)
		if err := ring.AddRoster(ctx, f.roster(t, 9, f.thief)); !errors.Is(err, ErrChanged) {
			t.Error("by the former key:", err)
		}
	}
}

// TestTwoSuccessions: the first that an authority countersigns counts; without, the second
// is an event.
func TestTwoSuccessions(t *testing.T) {
	f := newFamily(t)
	succession := func(n uint64, next *Signer) Roster {
		return rosterOf(t, f.camera, Roster{User: f.user, Number: n, Next: next.Public()})
	}
	own, stolen := succession(4, f.laptop), succession(5, f.thief)
	ring := trusting(t, f.hub)
	mustJoin(t, ring, own)
	if err := ring.AddRoster(ctx, stolen); !errors.Is(err, ErrChanged) {
		t.Error("without an authority:", err)
	}
	mustJoin(t, ring, cosigned(t, stolen, f.hub))
	if err := ring.AddRoster(ctx, cosigned(t, own, f.hub)); !errors.Is(err, ErrChanged) {
		t.Error("the second that is countersigned:", err)
	}
	mustJoin(t, ring, rosterOf(t, f.thief, Roster{User: f.user, Number: 6}))
	expect(t, ring, f.thief, noon, nil)
	ring = trusting(t, f.hub)
	mustJoin(t, ring, own)
	mustJoin(t, ring, rosterOf(t, f.laptop, Roster{User: f.user, Number: 5}, f.home))
	mustJoin(t, ring, cosigned(t, own, f.hub))
	if err := ring.AddRoster(ctx, cosigned(t, stolen, f.hub)); !errors.Is(err, ErrChanged) {
		t.Error("after the first that was countersigned:", err)
	}
	expect(t, ring, f.home, noon, nil)
}

// TestRecoveryOutranks: whatever a thief of the user key has sealed.
func TestRecoveryOutranks(t *testing.T) {
	f := newFamily(t)
	recovery := newSigner(t, 6)
	id := recovery.Public().ID()
	first := rosterOf(t, f.camera, Roster{User: f.user, Number: 1, Recovery: id}, f.home)
	stolen := rosterOf(t, f.camera, Roster{User: f.user, Number: 1 << 60, Recovery: id, Next: f.thief.Public()}, f.thief)
	back := rosterOf(t, recovery, Roster{User: f.user, Number: 2, Recovery: id, Next: f.laptop.Public()}, f.home)
	next := rosterOf(t, f.laptop, Roster{User: f.user, Number: 3, Recovery: id}, f.home)
	ring := new(Keyring)
	mustJoin(t, ring, first)
	if err := ring.AddRoster(ctx, f.roster(t, 2, f.thief)); !errors.Is(err, ErrChanged) {
		t.Error("without the recovery key:", err)
	}
	mustJoin(t, ring, stolen)
	expect(t, ring, f.thief, noon, nil)
	mustJoin(t, ring, back)
	mustJoin(t, ring, next)
	mustJoin(t, ring, back) // again
	for _, r := range []Roster{stolen, rosterOf(t, f.thief, Roster{User: f.user, Number: 1 << 61, Recovery: id})} {
		if err := ring.AddRoster(ctx, r); err != nil && !errors.Is(err, ErrChanged) {
			t.Error(err)
		}
	}
	shown, _ := ring.Roster(f.user, none)
	newcomer := new(Keyring)
	mustJoin(t, newcomer, shown)
	for _, ring := range []*Keyring{ring, newcomer} {
		expect(t, ring, f.laptop, noon, nil)
		expect(t, ring, f.home, noon, nil)
		if _, err := judge(t, ring, f.thief, noon); err == nil {
			t.Error("the thief's key counts")
		}
		expect(t, ring, f.camera, noon, ErrRevoked)
	}
}

// TestAuthoritiesRotate: seals of the operating keys are the root's; those removed are none.
func TestAuthoritiesRotate(t *testing.T) {
	root, one, two, camera := newSigner(t, 1), newSigner(t, 2), newSigner(t, 3), newSigner(t, 4)
	ring := trusting(t, root)
	if err := ring.AddRoster(ctx, rosterOf(t, one, Roster{Number: 1}, two)); !errors.Is(err, ErrUnknownKey) {
		t.Error("of an authority that nobody trusts:", err)
	}
	first := rosterOf(t, root, Roster{Number: 1}, one)
	mustJoin(t, ring, first)
	word := vouched(t, one, KeyStatement{User: alice, Key: camera.Public()})
	mustAdd(t, ring, word)
	for _, s := range []*Signer{root, one} {
		user, key, err := ring.Verify(ctx, update, statement, mustSeal(t, s, update), noon)
		if user != [16]byte{} || key != root.Public().ID() || err != nil {
			t.Error(user, key, err)
		}
	}
	next := first.Join(stationOf(t, one, [16]byte{}, StationRemoved))
	next = rosterOf(t, root, next, two)
	mustJoin(t, ring, next)
	expect(t, ring, one, noon, ErrRevoked)
	expect(t, ring, two, noon, nil)
	expect(t, ring, camera, noon, nil) // it rests on the root
	newcomer := trusting(t, root)
	mustJoin(t, newcomer, next)
	if err := newcomer.Add(ctx, word); !errors.Is(err, ErrRevoked) {
		t.Error("by a key that was removed:", err)
	}
	mustAdd(t, newcomer, vouched(t, two, KeyStatement{User: alice, Key: camera.Public()}))
	expect(t, newcomer, camera, noon, nil)
	for _, by := range []*Signer{two, root} {
		err := newcomer.Add(ctx, vouched(t, by, KeyStatement{Key: one.Public(), Role: RoleAuthority}))
		if !errors.Is(err, ErrKey) {
			t.Error("brought back:", err)
		}
	}
}

// TestDevicesDoNotAnnounce: the seal by which a device says what is there is none.
func TestDevicesDoNotAnnounce(t *testing.T) {
	f := newFamily(t)
	ring := new(Keyring)
	r := f.roster(t, 1, f.home).Join(stationOf(t, f.laptop, f.user, StationDevice))
	mustJoin(t, ring, rosterOf(t, f.camera, r))
	for s, want := range map[*Signer]error{f.camera: nil, f.home: nil, f.laptop: ErrRevoked} {
		for _, typ := range []string{update, "application/glimpse.endpoint", "application/glimpse.acceptance"} {
			if _, _, err := ring.Verify(ctx, typ, statement, mustSeal(t, s, typ), noon); !errors.Is(err, want) {
				t.Errorf("%v, %s: %v", s.Public(), typ, err)
			}
		}
		if _, _, err := ring.Verify(ctx, edition, statement, mustSeal(t, s, edition), noon); err != nil {
			t.Errorf("%v: %v", s.Public(), err)
		}
	}
}

// TestRostersAreStored: a keyring that was stored judges the next ones alike.
func TestRostersAreStored(t *testing.T) {
	f := newFamily(t)
	ring := trusting(t, f.hub)
	last := rosterOf(t, f.camera, Roster{User: f.user, Number: 1, Next: f.laptop.Public()}, f.home)
	mustJoin(t, ring, cosigned(t, last, f.hub))
	mustJoin(t, ring, rosterOf(t, f.laptop, Roster{User: f.user, Number: 2}, f.home))
	var back Keyring
	if err := back.UnmarshalBinary(mustMarshal(t, ring)); err != nil {
		t.Fatal(err)
	}
	expect(t, &back, f.home, noon, nil)
	expect(t, &back, f.camera, noon, ErrRevoked)
	stolen := cosigned(t, rosterOf(t, f.camera, Roster{User: f.user, Number: 9, Next: f.thief.Public()}), f.hub)
	if err := back.AddRoster(ctx, stolen); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
	mustJoin(t, &back, rosterOf(t, f.laptop, Roster{User: f.user, Number: 3}))
	expect(t, &back, f.home, noon, ErrUnknownKey)
}

// TestFlippingAnyBitOfARoster: what is still read is refused, or is the same.
func TestFlippingAnyBitOfARoster(t *testing.T) {
	f := newFamily(t)
	last := rosterOf(t, f.camera, Roster{User: f.user, Number: 1, Next: f.laptop.Public()})
	good := mustMarshal(t, rosterOf(t, f.laptop, last.Join(stationOf(t, f.home, f.user, StationPeer))))
	for bit := range len(good) * 8 {
		bad := slices.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		var r Roster
		err := r.UnmarshalBinary(bad)
		if err == nil {
			err = new(Keyring).AddRoster(ctx, r)
		}
		if !errors.Is(err, ErrKey) && !errors.Is(err, Err) {
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
}

func TestRostersThatCannotBe(t *testing.T) {
	f := newFamily(t)
	many := func(role StationRole) (all []Station) {
		for i := range byte(MaxStations + 1) {
			all = append(all, Station{Key: newSigner(t, 50+i).Public(), Role: role})
		}
		return all
	}
	home := Station{Key: f.home.Public()}
	for name, r := range map[string]Roster{
		"no number":                {User: f.user},
		"too many stations":        {User: f.user, Number: 1, Stations: many(StationDevice)},
		"too many removed":         {User: f.user, Number: 1, Stations: many(StationRemoved)},
		"one twice":                {User: f.user, Number: 1, Stations: []Station{home, home}},
		"no key":                   {User: f.user, Number: 1, Stations: []Station{{}}},
		"unknown role":             {User: f.user, Number: 1, Stations: []Station{{Key: f.home.Public(), Role: 3}}},
		"an authority's successor": {Number: 1, Next: f.home.Public()},
		"an authority's recovery":  {Number: 1, Recovery: [32]byte{1}},
		"after another user's":     {User: f.user, Number: 2, Before: []Roster{{User: alice, Number: 1, By: f.camera.Public()}}},
		"more before those before": {User: f.user, Number: 2, Before: []Roster{{User: f.user, Number: 1, Before: make([]Roster, 1)}}},
		"too many before":          {User: f.user, Number: 99, Before: make([]Roster, maxBefore+1)},
	} {
		if _, err := r.Sign(ctx, f.camera); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRoster(f *testing.F) {
	w := newFamily(f)
	for _, s := range signers(f) {
		f.Add(mustMarshal(f, rosterOf(f, s, Roster{User: s.Public().UserID(), Number: 1, Next: w.laptop.Public()}, w.home)))
	}
	last := rosterOf(f, w.camera, Roster{User: w.user, Number: 1, Next: w.laptop.Public()})
	f.Add(mustMarshal(f, rosterOf(f, w.laptop, last.Join(stationOf(f, w.home, w.user, StationPeer)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Roster
		if err := r.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, ErrKey) {
				t.Error(err)
			}
			return
		}
		if !bytes.Equal(mustMarshal(t, r), data) {
			t.Error("read and written again, the bytes differ")
		}
		if err := trusting(t, w.hub).Load(ctx, bytes.NewReader(data)); err != nil && !errors.Is(err, ErrKey) && !errors.Is(err, Err) {
			t.Error(err)
		}
	})
}

// TestRosterAddedMeanwhile: of several who add one roster at once none is told that another
// key was known, whether it is countersigned or not.
func TestRosterAddedMeanwhile(t *testing.T) {
	f := newFamily(t)
	ring := new(Keyring)
	first := f.roster(t, 1, f.home)
	for _, by := range [][32]byte{none, none, f.hub.ID(), none, f.hub.ID()} {
		if err := ring.follow(first, by); err != nil { // as after the look at what is held
			t.Errorf("by %x: %v", by[:2], err)
		}
	}
	if !ring.rosters[first.owner()].last().same(first) || !ring.rosters[first.owner()].links[0].cosigned {
		t.Error("another roster is held, or it is not countersigned")
	}
}

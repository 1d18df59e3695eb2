package signature

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// sampleRing holds something of everything.
func sampleRing(t testing.TB) *Keyring {
	t.Helper()
	hub, next := newSigner(t, 1), newSigner(t, 2)
	ring := trusting(t, hub)
	mustJoin(t, ring, rosterOf(t, hub, Roster{Number: 1}, next))
	mustJoin(t, ring, rosterOf(t, newSigner(t, 5), Roster{User: newSigner(t, 5).Public().UserID(), Number: 3}, newSigner(t, 6)))
	mustAdd(t, ring, vouched(t, hub, KeyStatement{Key: newSigner(t, 7).Public(), Role: RoleRevoked}))
	mustAdd(t, ring, vouched(t, next, KeyStatement{User: alice, Key: newSigner(t, 3).Public(), From: noon, Until: noon.Add(time.Hour)}))
	for _, s := range signers(t) {
		if err := ring.Trust(bob, s.Public()); err != nil {
			t.Fatal(err)
		}
	}
	if err := ring.Retire(newSigner(t, 3).Public().ID(), noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	ring.Revoke([32]byte{1, 2, 3})
	ring.Revoke(signers(t)[ES256].Public().ID())
	return ring
}

func mustMarshal(t testing.TB, v interface{ MarshalBinary() ([]byte, error) }) []byte {
	t.Helper()
	data, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestKeyringIsStoredAndReadBack(t *testing.T) {
	ring := sampleRing(t)
	data := mustMarshal(t, ring)
	var back Keyring
	if err := back.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Collect(ring.Keys()), slices.Collect(back.Keys())); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(data, mustMarshal(t, &back)) {
		t.Error("stored again, the bytes differ")
	}
	expect(t, &back, newSigner(t, 3), noon, nil)
	expect(t, &back, newSigner(t, 3), noon.Add(time.Minute), ErrExpired)
	expect(t, &back, signers(t)[ES256], noon, ErrRevoked)
	reported(t, back.Pin(alice, newSigner(t, 4).Public()),
		&ChangedError{User: alice, Key: newSigner(t, 4).Public().ID(), KnownUser: alice, KnownKey: newSigner(t, 3).Public().ID()})
	back.Revoke(newSigner(t, 1).Public().ID())
	expect(t, &back, newSigner(t, 3), noon, ErrRevoked)
}

func TestAnEmptyKeyringIsStored(t *testing.T) {
	var back Keyring
	if err := back.UnmarshalBinary(mustMarshal(t, new(Keyring))); err != nil {
		t.Fatal(err)
	}
	if err := back.Trust(alice, newSigner(t, 1).Public()); err != nil {
		t.Fatal(err)
	}
}

func TestStoredKeyringsThatAreRefused(t *testing.T) {
	good := mustMarshal(t, sampleRing(t))
	hub, next := newSigner(t, 1).Public(), newSigner(t, 2).Public()
	ringOf := func(entries ...entry) []byte {
		ring := new(Keyring)
		for _, e := range entries {
			ring.put(e)
		}
		return mustMarshal(t, ring)
	}
	authority := func(k PublicKey, by [32]byte) entry {
		return entry{KeyStatement: KeyStatement{Key: k, Role: RoleAuthority}, by: by}
	}
	user := entry{KeyStatement: KeyStatement{User: alice, Key: newSigner(t, 3).Public()}, by: next.ID()}
	stranger, revoked := user, user
	stranger.by = [32]byte{5}
	revoked.Role, revoked.by = RoleRevoked, none
	for name, data := range map[string][]byte{
		"nothing":                          nil,
		"another version":                  append([]byte{0x84, 1}, good[2:]...),
		"truncated":                        good[:len(good)-1],
		"trailing byte":                    append(slices.Clone(good), 0),
		"no such voucher":                  ringOf(stranger),
		"voucher is no authority":          ringOf(user, entry{KeyStatement: KeyStatement{User: bob, Key: next}}),
		"authorities vouch for each other": ringOf(authority(hub, next.ID()), authority(next, hub.ID())),
		"two in a row":                     ringOf(authority(hub, none), authority(next, hub.ID())),
		"role revoked":                     ringOf(revoked),
		"authority with a user":            ringOf(entry{KeyStatement: KeyStatement{User: alice, Key: hub, Role: RoleAuthority}}),
		"user without a name":              ringOf(entry{KeyStatement: KeyStatement{Key: hub}}),
		"revoked twice":                    slices.Concat([]byte{0x84, 2, 0x80, 0x82}, bytes.Repeat(append(wire.AppendBytes([]byte{0x82}, make([]byte, 32)), 0x40), 2), []byte{0x80}),
		"short thumbprint":                 {0x84, 2, 0x80, 0x81, 0x82, 0x41, 0, 0x40, 0x80},
		"more than there is":               {0x84, 2, 0x9b, 0, 0, 0, 0, 0, 0, 0, 1},
		"a great many":                     {0x84, 2, 0x9b, 0x7f, 0, 0, 0, 0, 0, 0, 1},
	} {
		ring := trusting(t, newSigner(t, 9))
		if err := ring.UnmarshalBinary(data); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
		if len(slices.Collect(ring.Keys())) != 1 {
			t.Errorf("%s: the keyring was changed", name)
		}
	}
}

func TestKeyStatementOnTheWire(t *testing.T) {
	hub := newSigner(t, 1)
	for a, s := range signers(t) {
		want := vouched(t, hub, KeyStatement{User: alice, Key: s.Public(), From: noon, Until: noon.Add(1)})
		sealed, err := want.Statement()
		if err != nil || len(sealed) > 80 {
			t.Errorf("%v: a statement of %d bytes, %v", a, len(sealed), err)
		}
		data := mustMarshal(t, want)
		var got KeyStatement
		if err := got.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		mustAdd(t, trusting(t, hub), got)
		if !bytes.Equal(mustMarshal(t, got), data) {
			t.Errorf("%v: written again, the bytes differ", a)
		}
		for n := range data {
			if err := got.UnmarshalBinary(data[:n]); !errors.Is(err, ErrKey) {
				t.Fatalf("%v: cut off at %d: %v", a, n, err)
			}
		}
		if err := got.UnmarshalBinary(append(data, 0)); !errors.Is(err, ErrKey) {
			t.Errorf("%v: trailing byte: %v", a, err)
		}
	}
}

func TestKeyStatementsThatCannotBe(t *testing.T) {
	key := newSigner(t, 1).Public()
	for name, s := range map[string]KeyStatement{
		"no key":                {User: alice, Issued: noon},
		"no user":               {Key: key, Issued: noon},
		"authority with a user": {User: alice, Key: key, Role: RoleAuthority, Issued: noon},
		"unknown role":          {User: alice, Key: key, Role: 3, Issued: noon},
		"not issued":            {User: alice, Key: key},
		"before 1970":           {User: alice, Key: key, Issued: noon, From: time.Unix(-1, 0)},
		"after 9999":            {User: alice, Key: key, Issued: noon, Until: noon.AddDate(9000, 0, 0)},
	} {
		if _, err := s.Sign(ctx, newSigner(t, 2)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
		if err := trusting(t, newSigner(t, 2)).Add(ctx, s); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyStatementInAnotherEncoding(t *testing.T) {
	good := mustMarshal(t, vouched(t, newSigner(t, 1), KeyStatement{User: alice, Key: newSigner(t, 2).Public()}))
	at := 1 + 17 // the role
	for name, data := range map[string][]byte{
		"longer integer":    slices.Concat(good[:at], []byte{0x18, 0}, good[at+1:]),
		"indefinite length": slices.Concat([]byte{0x9f}, good[1:], []byte{0xff}),
		"tagged":            slices.Concat(good[:at], []byte{0xc1}, good[at:]),
		"user as text":      slices.Concat(good[:1], wire.AppendText(nil, "0123456789abcdef"), good[at:]),
	} {
		if err := new(KeyStatement).UnmarshalBinary(data); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFlippingAnyBitOfAKeyStatement: what is still read is refused, or is the
// same statement.
func TestFlippingAnyBitOfAKeyStatement(t *testing.T) {
	hub := newSigner(t, 1)
	good := mustMarshal(t, vouched(t, hub, KeyStatement{User: alice, Key: newSigner(t, 2).Public(), Until: noon}))
	step := 1
	if testing.Short() {
		step = 5
	}
	for bit := 0; bit < len(good)*8; bit += step {
		bad := slices.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		var s KeyStatement
		err := s.UnmarshalBinary(bad)
		if err == nil {
			err = trusting(t, hub).Add(ctx, s)
		}
		if !errors.Is(err, ErrKey) && !errors.Is(err, Err) {
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
}

func TestLoadTakesTheGoodAndReportsTheBad(t *testing.T) {
	hub, stranger := newSigner(t, 1), newSigner(t, 2)
	var sequence []byte
	for i := range byte(30) {
		by := hub
		if i == 7 {
			by = stranger
		}
		sequence = append(sequence, mustMarshal(t, vouched(t, by, KeyStatement{User: [16]byte{i + 1}, Key: newSigner(t, 100+i).Public()}))...)
	}
	camera := newSigner(t, 99)
	sequence = append(sequence, mustMarshal(t, rosterOf(t, camera, Roster{User: camera.Public().UserID(), Number: 1}, newSigner(t, 98)))...)
	ring := trusting(t, hub)
	err := ring.Load(ctx, iotest.OneByteReader(bytes.NewReader(sequence)))
	if !errors.Is(err, ErrUnknownKey) || !strings.Contains(err.Error(), "key statement 7") {
		t.Error(err)
	}
	if got := len(slices.Collect(ring.Keys())); got != 32 { // 29, the authority, and two of a roster
		t.Errorf("%d keys", got)
	}
	if err := trusting(t, hub).Load(ctx, strings.NewReader("")); err != nil {
		t.Error(err)
	}
	for name, in := range map[string]io.Reader{
		"cut off":   bytes.NewReader(sequence[:len(sequence)-1]),
		"unending":  io.MultiReader(bytes.NewReader([]byte{0x5b, 0x7f, 0, 0, 0, 0, 0, 0, 0}), zeros{}),
		"unrelated": strings.NewReader("<!DOCTYPE html>"),
	} {
		if err := trusting(t, hub).Load(ctx, in); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("connection lost")
	if err := trusting(t, hub).Load(ctx, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestKeyringAgainstAModel applies random statements, retirements and
// revocations, in the ring and, in the simplest words, in a model.
func TestKeyringAgainstAModel(t *testing.T) {
	hub := newSigner(t, 1)
	cameras := []*Signer{newSigner(t, 2), newSigner(t, 3), newSigner(t, 4)}
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	rapid.Check(t, func(r *rapid.T) {
		ring := trusting(t, hub)
		issued, until, retired, revoked := [3]int{}, [3]int{}, [3]int{}, [3]bool{}
		for range rapid.IntRange(0, 12).Draw(r, "steps") {
			i, at := rapid.IntRange(0, 2).Draw(r, "key"), rapid.IntRange(1, 9).Draw(r, "hour")
			id := cameras[i].Public().ID()
			switch rapid.IntRange(0, 5).Draw(r, "step") {
			case 0:
				if ring.Retire(id, hour(at)) == nil && (retired[i] == 0 || at < retired[i]) {
					retired[i] = at
				}
			case 1:
				ring.Revoke(id)
				revoked[i] = true
			default:
				when := rapid.IntRange(1, 99).Draw(r, "issued")
				mustAdd(t, ring, vouched(t, hub, KeyStatement{User: [16]byte{byte(i + 1)}, Key: cameras[i].Public(), Issued: hour(when), Until: hour(at)}))
				if when > issued[i] || when == issued[i] && at > until[i] {
					issued[i], until[i] = when, at
				}
			}
		}
		var back Keyring
		if err := back.UnmarshalBinary(mustMarshal(t, ring)); err != nil {
			r.Fatal(err)
		}
		at := rapid.IntRange(0, 10).Draw(r, "sealed")
		for i, s := range cameras {
			var want error
			switch {
			case revoked[i]:
				want = ErrRevoked
			case issued[i] == 0:
				want = ErrUnknownKey
			case at >= until[i], retired[i] != 0 && at >= retired[i]:
				want = ErrExpired
			}
			for _, k := range []*Keyring{ring, &back} {
				if _, err := judge(t, k, s, hour(at)); !errors.Is(err, want) {
					r.Fatalf("key %d: %v, want %v", i, err, want)
				}
			}
		}
	})
}

package coretest_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// A station verifies with a keyring of its own, which learns of keys late.
type station struct {
	ring    signature.Keyring
	checker collection.Checker
	v       collection.Verified
	learnt  int  // of the facts
	changed bool // since the last check
}

// A userKey is a key that somebody has or had.
type userKey struct {
	user    collection.UserID
	signer  *signature.Signer
	made    int // the fact that introduced it
	retired int // the fact that retired it; 0 = none
	until   time.Time
	revoked int // the fact that revoked it; 0 = none
	said    []collection.Update
}

// A spoken update is one that was sealed, with the key that sealed it.
type spoken struct {
	u   collection.Update
	key *userKey
}

// The machine is stations that exchange updates and copies in any order, while
// keys are rotated and revoked and nobody learns of it at once.
type machine struct {
	tb       testing.TB
	base     collection.Collection
	stations []*station
	facts    []func(*signature.Keyring) error
	keys     []*userKey
	pool     []spoken
	now      time.Time
	memory   bool // then the author's key stays: what it took back is remembered for ever
}

func newMachine(tb testing.TB, withMemory bool) *machine {
	w := newWorld(tb, signature.Ed25519)
	m := &machine{tb: tb, base: must(w.c.CoSign(ctx, w.people["hub"], noon))(tb), now: later, memory: withMemory}
	m.facts = append(m.facts, func(r *signature.Keyring) error { return r.AddAuthority(w.people["hub"].Public()) })
	m.keys = append(m.keys, &userKey{user: hub, signer: w.people["hub"], made: 1})
	for _, user := range []collection.UserID{anna, cleo, dora, evil} {
		name := map[collection.UserID]string{anna: "anna", cleo: "cleo", dora: "dora", evil: "evil"}[user]
		m.introduce(user, w.people[name])
	}
	for range 3 {
		s := new(station)
		s.checker.Verifier = &s.ring
		if withMemory {
			s.checker.Memory = new(memory)
		}
		m.stations = append(m.stations, s)
		m.learn(s, len(m.facts))
		s.v = must(s.checker.Verify(ctx, m.base))(tb)
	}
	return m
}

func (m *machine) introduce(user collection.UserID, s *signature.Signer) {
	m.facts = append(m.facts, func(r *signature.Keyring) error { return r.Trust(user, s.Public()) })
	m.keys = append(m.keys, &userKey{user: user, signer: s, made: len(m.facts)})
}

// learn tells a station the first n facts, after which it verifies again.
func (m *machine) learn(s *station, n int) {
	for ; s.learnt < n; s.learnt++ {
		must0(m.tb, m.facts[s.learnt](&s.ring))
	}
	if s.v.Collection().Len() > 0 {
		s.v, s.changed = must(s.checker.Verify(ctx, s.v.Collection()))(m.tb), true
	}
}

// verdict is what a station that knows so much must say of an update.
func (s *station) verdict(said spoken) error {
	k := said.key
	switch {
	case s.learnt < k.made:
		return signature.ErrUnknownKey
	case k.revoked > 0 && s.learnt >= k.revoked:
		return signature.ErrRevoked
	case k.retired > 0 && s.learnt >= k.retired && !said.u.Issued().Before(k.until):
		return signature.ErrExpired
	case k.user != said.u.Issuer():
		return collection.ErrNotAuthorised
	}
	return nil
}

func (m *machine) pickStation(t *rapid.T) *station {
	return rapid.SampledFrom(m.stations).Draw(t, "station")
}

// speak seals an update with a key that its issuer has or had, now or back-dated.
func (m *machine) speak(t *rapid.T) {
	key := rapid.SampledFrom(m.keys).Draw(t, "key")
	c := m.pickStation(t).v.Collection()
	items := rapid.SliceOfDistinct(rapid.SampledFrom([]collection.ItemID{lake, boat, rain}), rapid.ID).Draw(t, "items")
	by := key.user
	if by == evil { // somebody else's words
		by = rapid.SampledFrom([]collection.UserID{anna, cleo, hub}).Draw(t, "issuer")
	}
	u, err := c.Complete(by, items...)
	if by == anna || by == hub {
		switch rapid.IntRange(0, 4).Draw(t, "verb") {
		case 0:
			u, err = c.TakeBack(by, items...)
		case 1:
			if by == anna {
				u, err = c.Withdraw(items...)
			}
		case 2:
			u, err = c.CompleteAll(by)
		}
	}
	must0(m.tb, err)
	for _, word := range key.said { // an update is all that its key says
		if word.Issuer() == by {
			u = must(u.Join(word))(m.tb)
		}
	}
	key.said = append(key.said, u)
	issued := m.now.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "hours back")) * time.Hour)
	m.pool = append(m.pool, spoken{must(u.Sign(ctx, key.signer, issued))(m.tb), key})
}

// deliver brings an update to a station, which must judge it by what it knows.
func (m *machine) deliver(t *rapid.T, s *station, said spoken) {
	before := labels(s.v)
	next, _, err := s.v.Apply(ctx, said.u)
	if want := s.verdict(said); !errors.Is(err, want) || want == nil && err != nil {
		t.Fatalf("error %v, want %v", err, want)
	}
	says := map[int]label.Rank{}
	for i, rank := range said.u.Labels() {
		says[i] = rank
	}
	for i, rank := range labels(next) {
		if rank < before[i] && says[i].Generation() <= before[i].Generation() {
			t.Fatalf("item %d went from %v to %v", i, before[i], rank)
		}
	}
	s.v, s.changed = next, true
}

func (m *machine) merge(t *rapid.T) {
	from, to := m.pickStation(t), m.pickStation(t)
	next, _, err := to.v.Merge(ctx, from.v.Collection())
	unknown := slices.ContainsFunc(m.keys, func(k *userKey) bool { return k.made > to.learnt })
	if err != nil && !(unknown && errors.Is(err, signature.ErrUnknownKey)) {
		t.Fatal(err)
	}
	to.v, to.changed = next, true
}

func (m *machine) stays(k *userKey) bool {
	return k.user == hub || k.user == evil || m.memory && k.user == anna
}

// rotate gives a user a new key and retires the old one.
func (m *machine) rotate(t *rapid.T) {
	old := rapid.SampledFrom(m.keys).Draw(t, "key")
	if m.stays(old) || old.retired > 0 || len(m.keys) > 12 {
		return
	}
	m.introduce(old.user, newSigner(m.tb, signature.Ed25519, byte(100+len(m.keys))))
	until := m.now
	m.facts = append(m.facts, func(r *signature.Keyring) error { return r.Retire(old.signer.Public().ID(), until) })
	old.retired, old.until = len(m.facts), until
}

func (m *machine) revoke(t *rapid.T) {
	key := rapid.SampledFrom(m.keys).Draw(t, "key")
	if m.stays(key) || key.revoked > 0 {
		return
	}
	m.facts = append(m.facts, func(r *signature.Keyring) error { r.Revoke(key.signer.Public().ID()); return nil })
	key.revoked = len(m.facts)
}

// forge delivers an update of which one byte was changed.
func (m *machine) forge(t *rapid.T) {
	if len(m.pool) == 0 {
		return
	}
	s, said := m.pickStation(t), rapid.SampledFrom(m.pool).Draw(t, "update")
	data := must(said.u.MarshalBinary())(m.tb)
	data[rapid.IntRange(0, len(data)-1).Draw(t, "place")] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
	u, err := collection.DecodeUpdate(data)
	if err != nil {
		return
	}
	if _, changed, err := s.v.Apply(ctx, u); changed || err == nil {
		t.Fatalf("a forged update: changed %v, %v", changed, err)
	}
}

// model works the labels out from updates in the simplest way there is.
func model(n int, us []collection.Update) []label.Rank {
	state := make([]label.Rank, n)
	for _, privileged := range []bool{true, false} {
		for _, u := range us {
			if (u.Issuer() == anna || u.Issuer() == hub) != privileged {
				continue
			}
			for i, rank := range u.Labels() {
				if privileged || rank.Generation() <= state[i].Generation() {
					state[i] = max(state[i], rank)
				}
			}
		}
	}
	return state
}

// check holds after every step.
func (m *machine) check(t *rapid.T) {
	for _, s := range m.stations {
		if !s.changed {
			continue
		}
		s.changed = false
		c := s.v.Collection()
		if got, want := labels(s.v), model(c.Len(), slices.Collect(c.Updates())); !slices.Equal(got, want) {
			t.Fatalf("labels %v, want %v", got, want)
		}
		again, err := s.checker.Verify(ctx, c)
		if err != nil || !sameBytes(m.tb, again.Collection(), c) {
			t.Fatalf("what was joined is verified no more: %v", err)
		}
		for u := range c.Updates() {
			i := slices.IndexFunc(m.pool, func(p spoken) bool { return bytes.Equal(p.u.Seal(), u.Seal()) })
			if i < 0 || s.verdict(m.pool[i]) != nil {
				t.Fatalf("an update is carried that should not be")
			}
		}
	}
}

// settle tells everybody everything: all stations then carry the same bytes, and
// show what all good updates together say, of each key the last one.
func (m *machine) settle(t *rapid.T) {
	last := map[*userKey]collection.Update{}
	for _, s := range m.stations {
		m.learn(s, len(m.facts))
		for _, said := range m.pool {
			m.deliver(t, s, said)
		}
	}
	for _, said := range m.pool {
		if m.stations[0].verdict(said) == nil {
			last[said.key] = said.u // which says all that came before
		}
	}
	want := model(m.base.Len(), slices.Collect(maps.Values(last)))
	for i, s := range m.stations {
		if got := labels(s.v); !slices.Equal(got, want) {
			t.Fatalf("station %d shows %v, want %v", i, got, want)
		}
		if !sameBytes(m.tb, s.v.Collection(), m.stations[0].v.Collection()) {
			t.Fatalf("station %d carries other bytes", i)
		}
	}
}

// Joining verified updates stays verified, through rotation and revocation.
func TestJoiningStaysVerified(t *testing.T) {
	for _, withMemory := range []bool{false, true} {
		t.Run(fmt.Sprintf("memory=%v", withMemory), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				m := newMachine(t, withMemory)
				rt.Repeat(map[string]func(*rapid.T){
					"": m.check,
					"deliver": func(t *rapid.T) {
						if len(m.pool) > 0 {
							m.deliver(t, m.pickStation(t), rapid.SampledFrom(m.pool).Draw(t, "update"))
						}
					},
					"forge": m.forge,
					"learn": func(t *rapid.T) {
						s := m.pickStation(t)
						m.learn(s, rapid.IntRange(s.learnt, len(m.facts)).Draw(t, "facts"))
					},
					"merge":  m.merge,
					"revoke": m.revoke,
					"rotate": m.rotate,
					"speak":  m.speak,
					"wait":   func(*rapid.T) { m.now = m.now.Add(time.Hour) },
				})
				m.settle(rt)
			})
		})
	}
}

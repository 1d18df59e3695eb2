package signature

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// Keyring knows whose key a seal was made with, and whether it counts. Its zero
// value is empty and ready. Set Algorithms before first use; all methods may
// then be called concurrently.
type Keyring struct {
	// Algorithms narrows the algorithms accepted; empty allows all three.
	// Seals by keys of others are refused with ErrAlgorithm.
	Algorithms Algorithms

	mu       sync.RWMutex
	entries  map[[32]byte]entry
	users    map[[16]byte][][32]byte // the keys of each user, revoked ones too
	rosters  map[owner]*chain
	listed   map[[32]byte]owner      // in whose roster a key is
	revoked  map[[32]byte][][32]byte // by which authorities; none = by hand
	revision uint64                  // see Revision
}

// entry is what is held on a key. Times are as in KeyStatement.
type entry struct {
	KeyStatement           // without seal; RoleUser or RoleAuthority
	by           [32]byte  // the authority that vouches; zero: added by hand, or the key proves itself
	retired      time.Time // zero: not retired
}

// none is the name of no key.
var none [32]byte

// rooted reports an authority that was added by hand.
func (e entry) rooted() bool { return e.Role == RoleAuthority && e.by == none }

// Verify checks that seal is a seal of the content type typ over statement, by a
// key that is valid at issued. It returns the key's user and the key's thumbprint; or, if
// it is an authority's, the zero user and the thumbprint of the authority's root key. Its
// errors are those of ctx, or [*SealError]s that wrap one of the outcomes of this package,
// ErrUnknownKey only if somebody else may know more.
//
// The key must be known, not revoked, vouched for by an authority that is not
// revoked, or by the user key in the latest [Roster], or added by hand; of an allowed
// algorithm, and valid at issued. An issued of zero says that the sealer had no clock:
// then neither the key's validity nor its retirement can be judged, and they are not;
// both bind honest clocks only, as a sealer may claim any time. Whoever needs more
// revokes the key, which holds for every time.
func (k *Keyring) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	if err := ctx.Err(); err != nil {
		return user, key, err
	}
	s, err := open(typ, seal)
	if err != nil {
		return user, key, err
	}
	if !k.Algorithms.Allows(s.algorithm) {
		return user, key, s.refuse(typ, ErrAlgorithm)
	}
	e, key, err := k.find(s.key)
	if err == nil && k.announces(s.key, typ) {
		err = fmt.Errorf("%w, as far as it says what is there: it is a device's", ErrRevoked)
	}
	if err == nil {
		err = e.Key.check(s, statement)
	}
	if err == nil {
		err = e.validAt(issued)
	}
	if err != nil {
		return user, none, s.refuse(typ, err)
	}
	return e.User, key, nil
}

// Has reports whether anything is held on a key, if only that it is revoked or removed.
func (k *Keyring) Has(key [32]byte) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.holds(key) || len(k.revoked[key]) > 0
}

// Revision counts the changes after which Verify may refuse a seal that it has found
// good: a revocation, a retirement, another word on a key that is held. A key that is
// new is none of them. As long as it is the same, a good seal need not be asked
// about again.
func (k *Keyring) Revision() uint64 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.revision
}

// find returns a key that counts, whatever the time, and what it is called: it is
// itself, or its authority's root key.
func (k *Keyring) find(key [32]byte) (e entry, name [32]byte, err error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e, held := k.held(key)
	switch {
	case !k.stands(key, held):
		return e, none, ErrRevoked
	case !held:
		return e, none, ErrUnknownKey
	case e.Role == RoleAuthority && !e.rooted():
		return e, e.by, nil
	}
	return e, key, nil
}

// held returns what is held on a key: by itself, or as the latest roster lists it.
func (k *Keyring) held(key [32]byte) (entry, bool) {
	e, held := k.entries[key]
	of, listed := k.listed[key]
	if !listed || held && e.by == none && e.User != of.user {
		return e, held
	}
	s, _ := k.rosters[of].last().Station(key)
	if !held || e.User != of.user {
		e = entry{KeyStatement: KeyStatement{User: of.user, Key: s.Key}, by: k.rosters[of].by}
	}
	if of.authority != none {
		e.Role, e.by = RoleAuthority, of.authority
	}
	if s.Role == StationRemoved {
		e.Role = RoleRevoked
	}
	return e, true
}

// stands reports whether a key counts, as far as it is held: neither it nor an authority
// that vouches for it is revoked, and its user lists it still.
func (k *Keyring) stands(key [32]byte, held bool) bool {
	e, _ := k.held(key)
	switch {
	case k.ended(key, e, held):
		return false
	case e.by != none && e.by != key && !k.stands(e.by, true):
		return false
	}
	return e.Role != RoleRevoked && !k.former(key, e)
}

// ended reports whether a key is revoked. Of a key that is not held nobody knows whose it
// is, so that any authority's word counts; of one that is held that of the one who
// introduced its user.
func (k *Keyring) ended(key [32]byte, e entry, held bool) bool {
	return slices.ContainsFunc(k.revoked[key], func(by [32]byte) bool { return by == none || !held || by == e.by })
}

func (e entry) validAt(issued time.Time) error {
	switch {
	case issued.IsZero():
		return nil
	case !e.From.IsZero() && issued.Before(e.From):
		return fmt.Errorf("%w: not before %v", ErrExpired, e.From)
	case !e.Until.IsZero() && !issued.Before(e.Until):
		return fmt.Errorf("%w: until %v", ErrExpired, e.Until)
	case !e.retired.IsZero() && !issued.Before(e.retired):
		return fmt.Errorf("%w: retired at %v", ErrExpired, e.retired)
	}
	return nil
}

// Retire ends a key: seals issued before at stand, later ones are refused with
// [ErrExpired]. Of several moments the earliest counts; only whole seconds do.
// The error wraps [ErrUnknownKey] if the key is not held, or [ErrKey] if at is
// before 1970 or after 9999.
func (k *Keyring) Retire(key [32]byte, at time.Time) error {
	at = wholeSecond(at)
	if at.Unix() < 1 || at.Unix() > maxTime {
		return fmt.Errorf("%w: time %v", ErrKey, at)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.entries[key]
	if !ok {
		return fmt.Errorf("%w: %s", ErrUnknownKey, short(key))
	}
	if e.retired.IsZero() || at.Before(e.retired) {
		e.retired = at
		k.put(e)
	}
	return nil
}

// Revoke ends a key for good: all its seals are refused with [ErrRevoked],
// whatever time they claim, and so are those of the keys that only it, as an authority,
// vouched for. A key that is not held is remembered and refused when it comes.
func (k *Keyring) Revoke(key [32]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.revoke(key, none)
}

func (k *Keyring) revoke(key, by [32]byte) {
	if k.revoked == nil {
		k.revoked = map[[32]byte][][32]byte{}
	}
	if !slices.Contains(k.revoked[key], by) {
		k.revoked[key] = append(k.revoked[key], by)
		k.revision++
	}
}

// Keys lists the keys held, sorted by thumbprint, as statements without seals:
// Until is the end of validity or the retirement, whichever comes first, and
// the role is RoleRevoked if the key no longer counts. It lists what was held
// when the loop began, the stations of rosters included.
func (k *Keyring) Keys() iter.Seq[KeyStatement] {
	return func(yield func(KeyStatement) bool) {
		for _, s := range k.snapshot() {
			if !yield(s) {
				return
			}
		}
	}
}

func (k *Keyring) snapshot() []KeyStatement {
	k.mu.RLock()
	defer k.mu.RUnlock()
	all := maps.Clone(k.entries)
	for key := range k.listed {
		all[key], _ = k.held(key)
	}
	list := make([]KeyStatement, 0, len(all))
	for _, key := range sorted(all) {
		e := all[key]
		if !e.retired.IsZero() && (e.Until.IsZero() || e.retired.Before(e.Until)) {
			e.Until = e.retired
		}
		if !k.stands(key, true) {
			e.Role = RoleRevoked
		}
		list = append(list, e.KeyStatement)
	}
	return list
}

func sorted[V any](m map[[32]byte]V) [][32]byte {
	return slices.SortedFunc(maps.Keys(m), order)
}

package signature

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// AddAuthority trusts key as an authority's root. A verifier reports its
// seals, and those of the operating keys in its [Roster], with the zero user and the
// root's thumbprint, which is what a collection names. The error wraps [ErrKey],
// [ErrRevoked], or [ErrChanged] if the key is held for a user.
func (k *Keyring) AddAuthority(key PublicKey) error {
	return k.trust(KeyStatement{Key: key, Role: RoleAuthority}, false)
}

// Trust takes key as the user's, because someone who knows says so: the user's
// own keys, or a new key after a change was reported and the thumbprints were
// compared. A user may have several, and what an authority says of one counts no more.
// The error wraps [ErrKey], [ErrRevoked] if it was revoked by hand, or [ErrChanged] if
// the key is held for another user.
func (k *Keyring) Trust(user [16]byte, key PublicKey) error {
	return k.trust(KeyStatement{User: user, Key: key}, false)
}

// Pin takes key as the user's if no key of that user is known, retired and
// revoked ones included: trust on first use. A key that is already the user's, or of
// which the user's id is derived, is no change. The error is a [*ChangedError] if the
// user has another key or the key another user, or wraps [ErrKey] or [ErrRevoked].
func (k *Keyring) Pin(user [16]byte, key PublicKey) error {
	return k.trust(KeyStatement{User: user, Key: key}, true)
}

// trust adds a key by hand.
func (k *Keyring) trust(s KeyStatement, firstOnly bool) error {
	if err := s.check(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if by := k.revoked[s.Key.id]; firstOnly && len(by) > 0 || slices.Contains(by, none) {
		return fmt.Errorf("%w: %s", ErrRevoked, short(s.Key.id))
	}
	old, held := k.held(s.Key.id)
	if held && (old.User != s.User || old.Role != s.Role) {
		return changed(s, old)
	}
	if s.proven() {
		k.prove(s)
		return nil
	}
	if firstOnly && held {
		return nil
	}
	if known, ok := k.anyOf(s.User); firstOnly && ok {
		return changed(s, known)
	}
	if !held {
		old.KeyStatement = s
	}
	old.by = none
	k.put(old)
	return nil
}

// proven reports whether the user's id is derived from the key.
func (s KeyStatement) proven() bool { return s.Role == RoleUser && s.Key.UserID() == s.User }

// prove takes a key that proves itself, and forgets what authorities have said of other
// keys of the user.
func (k *Keyring) prove(s KeyStatement) {
	e, held := k.entries[s.Key.id]
	if held && e.by == none {
		return
	}
	k.drop(e.User, s.Key.id)
	for _, key := range slices.Clone(k.users[s.User]) {
		if k.entries[key].by != none {
			k.drop(s.User, key)
		}
	}
	if of := (owner{user: s.User}); k.rosters[of] != nil && k.rosters[of].links[0].By.id != s.Key.id {
		k.unlist(of)
		delete(k.rosters, of)
	}
	k.put(entry{KeyStatement: KeyStatement{User: s.User, Key: s.Key}, retired: e.retired})
}

// drop forgets what is held on a key of a user, if anything is.
func (k *Keyring) drop(user [16]byte, key [32]byte) {
	if _, held := k.entries[key]; held {
		delete(k.entries, key)
		k.users[user] = slices.DeleteFunc(k.users[user], func(other [32]byte) bool { return other == key })
		k.revision++
	}
}

// anyOf returns a key of a user that is held.
func (k *Keyring) anyOf(user [16]byte) (entry, bool) {
	if keys := k.users[user]; len(keys) > 0 {
		return k.entries[keys[0]], true
	}
	return entry{}, false
}

// Add takes the word of an authority that the keyring trusts and that was valid
// when the statement was issued. Statements may come in any order and repeat:
// the latest of a key counts, an older one changes nothing.
//
// An authority introduces a user once: the first key counts, and others need the user's
// [Roster]. A statement with another key is reported as a [*ChangedError], not stored,
// as is one on a user whom somebody else has introduced. Of users whom it introduced it
// may also say how long the keys in their rosters are valid, and revoke them; of keys that
// prove themselves, or were added by hand, its word changes nothing.
// The other errors are those of [Keyring.Verify], and [ErrKey] for a statement that the
// sealer may not make.
func (k *Keyring) Add(ctx context.Context, s KeyStatement) error {
	statement, err := s.Statement()
	if err != nil {
		return err
	}
	user, by, err := k.Verify(ctx, KeyType, statement, s.Seal, s.Issued)
	if err != nil {
		return err
	}
	if user != [16]byte{} {
		return fmt.Errorf("%w: key %s is no authority's", ErrKey, short(by))
	}
	s.Seal = nil
	s.From, s.Until, s.Issued = wholeSecond(s.From), wholeSecond(s.Until), wholeSecond(s.Issued)
	k.mu.Lock()
	defer k.mu.Unlock()
	old, held := k.held(s.Key.id)
	switch {
	case s.Key.id == by && s.Role == RoleRevoked:
		k.revoke(by, none)
		return nil
	case s.Role == RoleRevoked && held && old.by != by, held && old.rooted() && s.Key.id != by, s.Role == RoleAuthority && s.Key.id != by:
		return fmt.Errorf("%w: authority %s does not speak for key %s", ErrKey, short(by), short(s.Key.id))
	case s.Role == RoleRevoked:
		k.revoke(s.Key.id, by)
		return nil
	}
	return k.addVouched(s, by, old, held)
}

// addVouched adds or renews what the authority by says of a key.
func (k *Keyring) addVouched(s KeyStatement, by [32]byte, old entry, held bool) error {
	if s.proven() {
		k.prove(s)
		return nil
	}
	if held && (old.User != s.User || old.Role != s.Role) {
		return changed(s, old)
	}
	if known, ok := k.anyOf(s.User); ok && !held && s.Role == RoleUser {
		return changed(s, known)
	}
	others := held && !old.rooted() && old.by != by && (old.by == none || k.stands(old.by, true))
	if others || held && old.by == by && !s.later(old.KeyStatement) {
		return nil
	}
	if old.rooted() {
		by = none
	}
	k.put(entry{KeyStatement: s, by: by, retired: old.retired})
	return nil
}

// put stores an entry that was found good.
func (k *Keyring) put(e entry) {
	if k.entries == nil {
		k.entries = map[[32]byte]entry{}
		k.users = map[[16]byte][][32]byte{}
	}
	_, held := k.entries[e.Key.id]
	switch {
	case held:
		k.revision++
	case e.Role == RoleUser:
		k.users[e.User] = append(k.users[e.User], e.Key.id)
	}
	k.entries[e.Key.id] = e
}

// Load adds sealed key statements and rosters that stand one after the other (a CBOR
// sequence, RFC 8742), as a file holds them or a hub sends them. Those
// that [Keyring.Add] or [Keyring.AddRoster] refuses do not keep the others out; their
// errors are joined. Bytes that are neither end the reading.
func (k *Keyring) Load(ctx context.Context, r io.Reader) error {
	in := bufio.NewReaderSize(r, maxRoster)
	var refused []error
	for n := 0; ; n++ {
		head, err := in.Peek(maxRoster)
		if err != nil && err != io.EOF {
			return errors.Join(append(refused, err)...)
		}
		if len(head) == 0 {
			return errors.Join(refused...)
		}
		size, err := k.loadFirst(ctx, head)
		if err != nil {
			refused = append(refused, fmt.Errorf("key statement %d: %w", n, err))
		}
		if size == 0 {
			return errors.Join(refused...)
		}
		if _, err := in.Discard(size); err != nil {
			return errors.Join(append(refused, err)...)
		}
	}
}

// loadFirst adds the first statement or roster, and returns its size; zero if it is none.
func (k *Keyring) loadFirst(ctx context.Context, data []byte) (int, error) {
	if data[0] != wire.AppendArray(nil, rosterFields)[0] {
		var s KeyStatement
		rest, err := s.unmarshalFirst(data)
		if err != nil {
			return 0, err
		}
		return len(data) - len(rest), k.Add(ctx, s)
	}
	var raw cbor.RawMessage
	rest, err := strict.UnmarshalFirst(data, &raw)
	if err != nil {
		return 0, fmt.Errorf("%w: roster: %w", ErrKey, err)
	}
	var r Roster
	if err := r.UnmarshalBinary(raw); err != nil {
		return 0, err
	}
	return len(data) - len(rest), k.AddRoster(ctx, r)
}

func changed(s KeyStatement, held entry) error {
	return &ChangedError{User: s.User, Key: s.Key.id, KnownUser: held.User, KnownKey: held.Key.id}
}

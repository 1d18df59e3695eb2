package signature

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// AddAuthority trusts key as an authority. A verifier reports such a key's
// seals with the zero user and the key's thumbprint, which is what a collection
// names. The error wraps [ErrKey], [ErrRevoked], or [ErrChanged] if the key is
// held for a user.
func (k *Keyring) AddAuthority(key PublicKey) error {
	return k.trust(KeyStatement{Key: key, Role: RoleAuthority}, false)
}

// Trust takes key as the user's, because someone who knows says so: the user's
// own keys, or a new key after a change was reported and the thumbprints were
// compared. A user may have several. The error wraps [ErrKey], [ErrRevoked], or
// [ErrChanged] if the key is held for another user.
func (k *Keyring) Trust(user [16]byte, key PublicKey) error {
	return k.trust(KeyStatement{User: user, Key: key}, false)
}

// Pin takes key as the user's if no key of that user is known, retired and
// revoked ones included: trust on first use. A key that is already the user's
// is no change. The error is a [*ChangedError] if the user has another key or
// the key another user, or wraps [ErrKey] or [ErrRevoked].
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
	if k.revoked[s.Key.id] {
		return fmt.Errorf("%w: %s", ErrRevoked, short(s.Key.id))
	}
	old, held := k.entries[s.Key.id]
	if held && (old.User != s.User || old.Role != s.Role) {
		return changed(s, old)
	}
	if firstOnly && held {
		return nil
	}
	if keys := k.users[s.User]; firstOnly && len(keys) > 0 {
		return changed(s, k.entries[keys[0]])
	}
	if !held {
		old.KeyStatement = s
	}
	old.by = none
	k.put(old)
	return nil
}

// Add takes the word of an authority that the keyring trusts and that was valid
// when the statement was issued. Statements may come in any order and repeat:
// the latest of a key counts, an older one changes nothing. Only an authority
// added by hand may introduce another authority, and no other's statement
// touches it.
//
// Pins outrank authorities: a statement with another key for a user whose key was
// added by hand is reported as [*ChangedError], not stored. The other
// errors are those of [Keyring.Verify], and [ErrKey] for a statement that the
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
	old, held := k.entries[s.Key.id]
	if held && old.rooted() && by != s.Key.id {
		return fmt.Errorf("%w: authority %s was added by hand", ErrKey, short(s.Key.id))
	}
	if s.Role == RoleRevoked {
		k.revoke(s.Key.id)
		return nil
	}
	return k.addVouched(s, by, old, held)
}

// addVouched adds or renews what the authority by says of a key.
func (k *Keyring) addVouched(s KeyStatement, by [32]byte, old entry, held bool) error {
	if held && (old.User != s.User || old.Role != s.Role) {
		return changed(s, old)
	}
	if pin, ok := k.pinned(s.User); ok && !held {
		return changed(s, pin)
	}
	if s.Role == RoleAuthority && !k.entries[by].rooted() {
		return fmt.Errorf("%w: authority %s may not introduce another", ErrKey, short(by))
	}
	if held && !k.revoked[old.by] && !s.later(old.KeyStatement) {
		return nil
	}
	if held && old.by == none {
		by = none
	}
	k.put(entry{KeyStatement: s, by: by, retired: old.retired})
	return nil
}

// pinned returns a key of the user that was added by hand.
func (k *Keyring) pinned(user [16]byte) (entry, bool) {
	for _, key := range k.users[user] {
		if e := k.entries[key]; e.by == none && e.Role == RoleUser {
			return e, true
		}
	}
	return entry{}, false
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

// Load adds sealed key statements that stand one after the other (a CBOR
// sequence, RFC 8742), as a file holds them or a hub sends them. Statements
// that [Keyring.Add] refuses do not keep the others out; their errors are
// joined. Bytes that are not a statement end the reading.
func (k *Keyring) Load(ctx context.Context, r io.Reader) error {
	in := bufio.NewReaderSize(r, maxKeyStatement)
	var refused []error
	for n := 0; ; n++ {
		head, err := in.Peek(maxKeyStatement)
		if err != nil && err != io.EOF {
			return errors.Join(append(refused, err)...)
		}
		if len(head) == 0 {
			return errors.Join(refused...)
		}
		var s KeyStatement
		rest, err := s.unmarshalFirst(head)
		if err != nil {
			return errors.Join(append(refused, fmt.Errorf("key statement %d: %w", n, err))...)
		}
		if _, err := in.Discard(len(head) - len(rest)); err != nil {
			return errors.Join(append(refused, err)...)
		}
		if err := k.Add(ctx, s); err != nil {
			refused = append(refused, fmt.Errorf("key statement %d: %w", n, err))
		}
	}
}

func changed(s KeyStatement, held entry) error {
	return &ChangedError{User: s.User, Key: s.Key.id, KnownUser: held.User, KnownKey: held.Key.id}
}

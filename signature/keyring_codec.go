package signature

import (
	"bytes"
	"encoding"
	"fmt"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// MaxKeys is the greatest number of keys in a stored keyring.
const MaxKeys = 1 << 20

// keyringVersion is the first item of a stored keyring.
const keyringVersion = 1

var (
	_ encoding.BinaryMarshaler   = (*Keyring)(nil)
	_ encoding.BinaryUnmarshaler = (*Keyring)(nil)
)

// MarshalBinary returns all that the keyring holds, its Algorithms aside, in
// deterministic CBOR. The bytes are not sealed: whoever can change them decides
// whom the reader trusts, so they belong where only their owner writes.
func (k *Keyring) MarshalBinary() ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if max(len(k.entries), len(k.revoked)) > MaxKeys {
		return nil, fmt.Errorf("%w: keyring of more than %d keys", ErrKey, MaxKeys)
	}
	b := wire.AppendUint(wire.AppendArray(nil, 3), keyringVersion)
	b = wire.AppendArray(b, len(k.entries))
	for _, key := range sorted(k.entries) {
		b = k.entries[key].append(b)
	}
	b = wire.AppendArray(b, len(k.revoked))
	for _, key := range sorted(k.revoked) {
		b = wire.AppendBytes(b, key[:])
	}
	return b, nil
}

// append appends [user, role, from, until, issued, retired, by, COSE_Key].
func (e entry) append(b []byte) []byte {
	b = wire.AppendBytes(wire.AppendArray(b, 8), e.User[:])
	b = e.appendTimes(wire.AppendUint(b, uint64(e.Role)))
	b = wire.AppendUint(b, toSeconds(e.retired))
	if e.by == none {
		b = wire.AppendBytes(b, nil)
	} else {
		b = wire.AppendBytes(b, e.by[:])
	}
	return wire.AppendBytes(b, e.Key.cose)
}

// storedEntry is an entry as it is read.
type storedEntry struct {
	_                            struct{} `cbor:",toarray"`
	User                         []byte
	Role                         Role
	From, Until, Issued, Retired uint64
	By                           []byte
	Key                          []byte
}

// UnmarshalBinary replaces what the keyring holds by what MarshalBinary wrote,
// or leaves it as it is and returns an error that wraps [ErrKey].
func (k *Keyring) UnmarshalBinary(data []byte) error {
	var stored struct {
		_       struct{} `cbor:",toarray"`
		Version uint64
		Entries []storedEntry
		Revoked [][]byte
	}
	if err := strict.Unmarshal(data, &stored); err != nil {
		return fmt.Errorf("%w: keyring: %w", ErrKey, err)
	}
	var read Keyring
	for i, s := range stored.Entries {
		e, err := s.entry()
		if err != nil {
			return fmt.Errorf("keyring, entry %d: %w", i, err)
		}
		read.put(e)
	}
	for _, key := range stored.Revoked {
		if len(key) != 32 {
			return fmt.Errorf("%w: keyring: thumbprint of %d bytes", ErrKey, len(key))
		}
		read.revoke([32]byte(key))
	}
	if err := read.checkVouchers(); err != nil {
		return err
	}
	again, err := read.MarshalBinary()
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("%w: keyring: not the deterministic encoding", ErrKey)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries, k.users, k.revoked = read.entries, read.users, read.revoked
	k.revision++
	return nil
}

func (s storedEntry) entry() (entry, error) {
	if len(s.User) != 16 || len(s.By) != 0 && len(s.By) != 32 || s.Role > RoleAuthority ||
		max(s.From, s.Until, s.Issued, s.Retired) > maxTime {
		return entry{}, fmt.Errorf("%w: out of range", ErrKey)
	}
	e := entry{retired: fromSeconds(s.Retired), KeyStatement: KeyStatement{
		User: [16]byte(s.User), Role: s.Role,
		From: fromSeconds(s.From), Until: fromSeconds(s.Until), Issued: fromSeconds(s.Issued),
	}}
	copy(e.by[:], s.By)
	if err := e.Key.UnmarshalBinary(s.Key); err != nil {
		return entry{}, err
	}
	return e, e.check()
}

// checkVouchers checks that every voucher is an authority that is held, and
// that those who vouch for authorities were added by hand.
func (k *Keyring) checkVouchers() error {
	for key, e := range k.entries {
		if e.by == none {
			continue
		}
		by, held := k.entries[e.by]
		if !held || by.Role != RoleAuthority || e.Role == RoleAuthority && by.by != none {
			return fmt.Errorf("%w: keyring: nobody vouches for %s", ErrKey, short(key))
		}
	}
	return nil
}

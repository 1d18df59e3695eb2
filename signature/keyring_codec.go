package signature

import (
	"bytes"
	"cmp"
	"encoding"
	"fmt"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// MaxKeys is the greatest number of keys in a stored keyring.
const MaxKeys = 1 << 20

// keyringVersion is the first item of a stored keyring.
const keyringVersion = 2

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
	b := wire.AppendUint(wire.AppendArray(nil, 4), keyringVersion)
	b = wire.AppendArray(b, len(k.entries))
	for _, key := range sorted(k.entries) {
		b = k.entries[key].append(b)
	}
	return k.appendRosters(k.appendRevoked(b))
}

// appendRevoked appends [[thumbprint, by]…], ascending.
func (k *Keyring) appendRevoked(b []byte) []byte {
	n := 0
	for _, by := range k.revoked {
		n += len(by)
	}
	b = wire.AppendArray(b, n)
	for _, key := range sorted(k.revoked) {
		for _, by := range slices.SortedFunc(slices.Values(k.revoked[key]), order) {
			b = appendName(wire.AppendBytes(wire.AppendArray(b, 2), key[:]), by)
		}
	}
	return b
}

// appendRosters appends [[by, countersigned, roster]…], by owners, and of each in order.
func (k *Keyring) appendRosters(b []byte) ([]byte, error) {
	owners := slices.SortedFunc(maps.Keys(k.rosters), owner.compare)
	n := 0
	for _, c := range k.rosters {
		n += len(c.links)
	}
	b = wire.AppendArray(b, n)
	for _, of := range owners {
		for _, l := range k.rosters[of].links {
			data, err := l.MarshalBinary()
			if err != nil {
				return nil, err
			}
			b = wire.AppendUint(appendName(wire.AppendArray(b, 3), k.rosters[of].by), flag(l.cosigned))
			b = wire.AppendBytes(b, data)
		}
	}
	return b, nil
}

func flag(set bool) uint64 {
	if set {
		return 1
	}
	return 0
}

func order(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) }

func (o owner) compare(other owner) int {
	return cmp.Or(bytes.Compare(o.user[:], other.user[:]), order(o.authority, other.authority))
}

// append appends [user, role, from, until, issued, retired, by, COSE_Key].
func (e entry) append(b []byte) []byte {
	b = wire.AppendBytes(wire.AppendArray(b, 8), e.User[:])
	b = e.appendTimes(wire.AppendUint(b, uint64(e.Role)))
	b = wire.AppendUint(b, toSeconds(e.retired))
	return wire.AppendBytes(appendName(b, e.by), e.Key.cose)
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

// storedKeyring is a keyring as it is read.
type storedKeyring struct {
	_       struct{} `cbor:",toarray"`
	Version uint64
	Entries []storedEntry
	Revoked []storedRevocation
	Rosters []storedRoster
}

type storedRevocation struct {
	_       struct{} `cbor:",toarray"`
	Key, By []byte
}

type storedRoster struct {
	_        struct{} `cbor:",toarray"`
	By       []byte
	Cosigned uint64
	Roster   []byte
}

// UnmarshalBinary replaces what the keyring holds by what MarshalBinary wrote,
// or leaves it as it is and returns an error that wraps [ErrKey].
func (k *Keyring) UnmarshalBinary(data []byte) error {
	var stored storedKeyring
	if err := strict.Unmarshal(data, &stored); err != nil {
		return fmt.Errorf("%w: keyring: %w", ErrKey, err)
	}
	read, err := stored.keyring()
	if err != nil {
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
	k.entries, k.users, k.revoked, k.rosters, k.listed = read.entries, read.users, read.revoked, read.rosters, read.listed
	k.revision++
	return nil
}

// keyring returns what was stored.
func (stored *storedKeyring) keyring() (*Keyring, error) {
	read := new(Keyring)
	for i, s := range stored.Entries {
		e, err := s.entry()
		if err != nil {
			return nil, fmt.Errorf("keyring, entry %d: %w", i, err)
		}
		read.put(e)
	}
	for _, s := range stored.Revoked {
		key, err := thumbprint(s.Key)
		by, errBy := thumbprint(s.By)
		if err = cmp.Or(err, errBy); err != nil {
			return nil, err
		}
		read.revoke(key, by)
	}
	for i, s := range stored.Rosters {
		if err := read.restore(s); err != nil {
			return nil, fmt.Errorf("keyring, roster %d: %w", i, err)
		}
	}
	return read, read.checkVouchers()
}

// restore adds a stored roster to those of its owner.
func (k *Keyring) restore(s storedRoster) error {
	var l link
	by, err := thumbprint(s.By)
	if err == nil {
		err = l.UnmarshalBinary(s.Roster)
	}
	if err != nil {
		return err
	}
	l.cosigned = s.Cosigned == 1
	of := l.owner()
	c := k.rosters[of]
	if c == nil {
		k.keep(of, &chain{by, []link{l}})
		return nil
	}
	if stay, err := c.place(l); err != nil || stay != len(c.links) {
		return fmt.Errorf("%w: it does not follow the one before it", ErrKey)
	}
	k.keep(of, &chain{c.by, append(c.links, l)})
	return nil
}

// thumbprint returns a name that appendName appends.
func thumbprint(data []byte) (key [32]byte, err error) {
	if len(data) != 0 && len(data) != 32 {
		err = fmt.Errorf("%w: keyring: thumbprint of %d bytes", ErrKey, len(data))
	}
	copy(key[:], data)
	return key, err
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

// checkVouchers checks that every voucher is an authority that is held, and that nobody
// vouches for an authority.
func (k *Keyring) checkVouchers() error {
	for key, e := range k.entries {
		if e.by != none && (!k.entries[e.by].rooted() || e.Role == RoleAuthority) {
			return fmt.Errorf("%w: keyring: nobody vouches for %s", ErrKey, short(key))
		}
	}
	for of, c := range k.rosters {
		if c.by != none && !k.entries[c.by].rooted() {
			return fmt.Errorf("%w: keyring: nobody vouches for the roster of %x", ErrKey, of.user)
		}
	}
	return nil
}

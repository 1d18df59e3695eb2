package signature

import (
	"bytes"
	"context"
	"encoding"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// KeyType is the content type of the seals of key statements.
const KeyType = "application/glimpse.key"

// maxKeyStatement bounds a sealed key statement; the greatest, with an RSA key
// and seal of 4096 bits each, needs less than 1,300 bytes.
const maxKeyStatement = 4096

// Role is what a key statement says of a key.
type Role uint8

// The roles. The zero Role is RoleUser.
const (
	RoleUser      Role = iota // speaks for the user named
	RoleAuthority             // an authority's next key; the user is zero
	RoleRevoked               // counts no more, whatever time its seals claim
)

// KeyStatement is an authority's word on a key: whose it is and when it is
// valid. Times are whole seconds after 1970, zero for none; Issued is required.
// Of several statements on one key the one with the latest Issued counts,
// except that RoleRevoked is final.
type KeyStatement struct {
	User   [16]byte
	Key    PublicKey
	Role   Role
	From   time.Time // seals issued earlier do not count; zero: no limit
	Until  time.Time // seals issued then or later do not count; zero: no limit
	Issued time.Time // when the authority made this statement
	Seal   []byte    // over Statement, by the authority; see Sign
}

var (
	_ encoding.BinaryMarshaler   = KeyStatement{}
	_ encoding.BinaryUnmarshaler = (*KeyStatement)(nil)
)

// Statement returns the bytes that are sealed: [user, thumbprint, role, from,
// until, issued] in deterministic CBOR, at most 80 bytes whatever the key. The
// error wraps [ErrKey] if a field is out of range.
func (s KeyStatement) Statement() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Issued.IsZero() {
		return nil, fmt.Errorf("%w: key statement: not issued at any time", ErrKey)
	}
	b := wire.AppendBytes(wire.AppendArray(nil, 6), s.User[:])
	b = wire.AppendUint(wire.AppendBytes(b, s.Key.id[:]), uint64(s.Role))
	return s.appendTimes(b), nil
}

// Sign returns s with the authority's seal.
func (s KeyStatement) Sign(ctx context.Context, authority *Signer) (KeyStatement, error) {
	statement, err := s.Statement()
	if err != nil {
		return s, err
	}
	s.Seal, err = authority.Sign(ctx, KeyType, statement)
	return s, err
}

// MarshalBinary returns the sealed statement with the key itself, to be stored
// and sent: [user, role, from, until, issued, COSE_Key, seal].
func (s KeyStatement) MarshalBinary() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	b := wire.AppendBytes(wire.AppendArray(nil, 7), s.User[:])
	b = s.appendTimes(wire.AppendUint(b, uint64(s.Role)))
	return wire.AppendBytes(wire.AppendBytes(b, s.Key.cose), s.Seal), nil
}

// UnmarshalBinary reads what MarshalBinary writes, and nothing else; it does
// not verify the seal. The error wraps [ErrKey].
func (s *KeyStatement) UnmarshalBinary(data []byte) error {
	rest, err := s.unmarshalFirst(data)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%w: key statement: trailing bytes", ErrKey)
	}
	return err
}

// unmarshalFirst reads one statement and returns the bytes after it.
func (s *KeyStatement) unmarshalFirst(data []byte) (rest []byte, err error) {
	var sent struct {
		_                   struct{} `cbor:",toarray"`
		User                []byte
		Role                Role
		From, Until, Issued uint64
		Key, Seal           []byte
	}
	if rest, err = strict.UnmarshalFirst(data, &sent); err != nil {
		return nil, fmt.Errorf("%w: key statement: %w", ErrKey, err)
	}
	if len(sent.User) != 16 || max(sent.From, sent.Until, sent.Issued) > maxTime {
		return nil, fmt.Errorf("%w: key statement: out of range", ErrKey)
	}
	read := KeyStatement{
		User: [16]byte(sent.User), Role: sent.Role, Seal: sent.Seal,
		From: fromSeconds(sent.From), Until: fromSeconds(sent.Until), Issued: fromSeconds(sent.Issued),
	}
	if err := read.Key.UnmarshalBinary(sent.Key); err != nil {
		return nil, err
	}
	again, err := read.MarshalBinary()
	if err != nil {
		return nil, err
	}
	if len(again) > maxKeyStatement || !bytes.Equal(again, data[:len(data)-len(rest)]) {
		return nil, fmt.Errorf("%w: key statement: not the deterministic encoding", ErrKey)
	}
	*s = read
	return rest, nil
}

// check tells whether the fields agree.
func (s KeyStatement) check() error {
	if s.Key.pub == nil || s.Role > RoleRevoked {
		return fmt.Errorf("%w: key statement without a key or with an unknown role", ErrKey)
	}
	if none := s.User == [16]byte{}; s.Role == RoleUser && none || s.Role == RoleAuthority && !none {
		return fmt.Errorf("%w: key statement: user %x does not fit the role", ErrKey, s.User)
	}
	for _, t := range []time.Time{s.From, s.Until, s.Issued} {
		if !t.IsZero() && (t.Unix() < 1 || t.Unix() > maxTime) {
			return fmt.Errorf("%w: key statement: time %v", ErrKey, t)
		}
	}
	return nil
}

func (s KeyStatement) appendTimes(b []byte) []byte {
	b = wire.AppendUint(b, toSeconds(s.From))
	b = wire.AppendUint(b, toSeconds(s.Until))
	return wire.AppendUint(b, toSeconds(s.Issued))
}

// Supersedes reports whether s counts rather than another statement on the same key:
// a revocation is final, and of two others the later one counts, or of two of one
// second the greater. Whether both are vouched for a [Keyring] knows.
func (s KeyStatement) Supersedes(other KeyStatement) bool {
	if s.Role == RoleRevoked || other.Role == RoleRevoked {
		return other.Role != RoleRevoked
	}
	return s.later(other)
}

// later reports whether s counts rather than other: it was issued later, or in
// the same second and its statement is the greater one.
func (s KeyStatement) later(other KeyStatement) bool {
	if !s.Issued.Equal(other.Issued) {
		return s.Issued.After(other.Issued)
	}
	times, others := s.appendTimes(nil), other.appendTimes(nil)
	return bytes.Compare(times, others) > 0
}

func wholeSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// maxTime is the end of the year 9999.
const maxTime = 253402300799

func toSeconds(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.Unix())
}

func fromSeconds(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

package signature

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/internal/userid"
	"github.com/glimpse-go/glimpse/internal/wire"
)

// RosterType is the content type of the seals of rosters.
const RosterType = "application/glimpse.roster"

// Limits on rosters.
const (
	MaxStations = 16 // that stand, and as many more that were removed
	maxBefore   = 8  // rosters that a roster carries
	maxRoster   = 1 << 16
)

// UserID returns the id of the user who starts with this key:
// SHA-256("glimpse user", thumbprint)[:16]. See [Roster].
func (k PublicKey) UserID() [16]byte { return userid.Of(k.id) }

// StationRole says what a key may do.
type StationRole uint8

// The roles of stations.
const (
	StationPeer    StationRole = iota // seals anything
	StationDevice                     // a camera: seals anything but updates and sources, which say what is there, and who else may have it
	StationRemoved                    // counts no more: only what somebody else has sealed, too, stands
)

// Station is one key in a roster.
type Station struct {
	Key  PublicKey
	Role StationRole
	// Proof is by the station's key, that it is the user's: see ProvePossession, with no
	// authority.
	Proof []byte
}

// NewStation returns a user's station, whose key agrees to that. The errors are those of
// [Signer.Sign].
func NewStation(ctx context.Context, user [16]byte, key *Signer, role StationRole) (Station, error) {
	proof, err := ProvePossession(ctx, key, none, user)
	return Station{Key: key.public, Role: role, Proof: proof}, err
}

// Roster is the list of a user's stations, which the user key seals. Rosters have
// numbers, and the greatest that the user key has sealed counts, whatever any clock
// says. The keys of the stations that it lists are the user's; those removed count no
// more. The user key itself counts, too, unless it stands there with a role of its own;
// so who has one key only needs no roster. Whoever holds a roster needs nothing else to
// verify its stations, if the user's id is that of the user key, or an authority has
// countersigned it.
//
// Succession: a roster with a Next is the last of its key, and the next is sealed by
// that one. Of two successions the first that an authority has countersigned counts;
// without, the second is reported as a [*ChangedError]. A former user key counts only
// if it is listed. Recovery is a key that outranks: a roster that it has sealed counts
// whatever the number of those that the user key has sealed, and it alone can be
// replaced by itself alone. A user key that is lost without it is a lost user.
//
// An authority's roster has the zero user, and no Recovery or Next: its root key, which
// collections name, is kept offline, and the stations are its operating keys, which all
// speak for it. An authority with one key needs none.
type Roster struct {
	User     [16]byte
	Number   uint64    // from 1
	Stations []Station // ascending by thumbprint
	Recovery [32]byte  // thumbprint of the key that outranks; zero = none
	Next     PublicKey // the key that seals from the next number on; zero = the same
	By       PublicKey // the user key, or the recovery key
	Seal     []byte    // by that key, over Statement
	CoSeal   []byte    // an authority's, over the same; empty = none
	// Before are those rosters, the earliest first, that are needed to see why By may
	// seal this one. They carry none themselves.
	Before []Roster
}

// Statement returns the bytes that are sealed: [user, number, thumbprint of By,
// SHA-256 of the content], in deterministic CBOR, where the content is [[station…],
// recovery, next]. It is at most 100 bytes. The error wraps [ErrKey] if a field is out
// of range.
func (r Roster) Statement() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	content := sha256.Sum256(r.appendContent(wire.AppendArray(nil, 3)))
	b := wire.AppendUint(wire.AppendBytes(wire.AppendArray(nil, 4), r.User[:]), r.Number)
	return wire.AppendBytes(wire.AppendBytes(b, r.By.id[:]), content[:]), nil
}

// Sign returns r, with its stations in order, sealed by the user key or the recovery
// key. The error wraps [ErrKey] if a field is out of range.
func (r Roster) Sign(ctx context.Context, by *Signer) (Roster, error) {
	r.Stations = slices.Clone(r.Stations)
	slices.SortFunc(r.Stations, func(a, b Station) int { return bytes.Compare(a.Key.id[:], b.Key.id[:]) })
	r.By, r.CoSeal = by.public, nil
	statement, err := r.Statement()
	if err != nil {
		return r, err
	}
	r.Seal, err = by.Sign(ctx, RosterType, statement)
	return r, err
}

// CoSign returns r with an authority's seal: that the authority holds r for the
// user's, and no other of the same number.
func (r Roster) CoSign(ctx context.Context, authority *Signer) (Roster, error) {
	statement, err := r.Statement()
	if err != nil {
		return r, err
	}
	r.CoSeal, err = authority.Sign(ctx, RosterType, statement)
	return r, err
}

// Station returns the station with a key, if it is listed.
func (r Roster) Station(key [32]byte) (Station, bool) {
	i, found := slices.BinarySearchFunc(r.Stations, key, func(s Station, key [32]byte) int { return bytes.Compare(s.Key.id[:], key[:]) })
	if !found {
		return Station{}, false
	}
	return r.Stations[i], true
}

// Join returns the roster that follows r with one more station, or another role of one,
// not sealed yet. The zero Roster is followed by the first.
func (r Roster) Join(s Station) Roster {
	stations := slices.DeleteFunc(slices.Clone(r.Stations), func(old Station) bool { return old.Key.Equal(s.Key) })
	next := Roster{User: r.User, Number: r.Number + 1, Stations: append(stations, s), Recovery: r.Recovery, Before: r.Before}
	if r.Next.pub != nil {
		next.Before = append(slices.Clone(r.Before), r.alone())
	}
	return next
}

// alone returns r without those before it.
func (r Roster) alone() Roster {
	r.Before = nil
	return r
}

// same reports whether two rosters say the same.
func (r Roster) same(other Roster) bool {
	a, errA := r.Statement()
	b, errB := other.Statement()
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// check tells whether the fields agree.
func (r Roster) check() error {
	removed := 0
	for i, s := range r.Stations {
		if s.Role == StationRemoved {
			removed++
		}
		if s.Key.pub == nil || s.Role > StationRemoved || i > 0 && bytes.Compare(r.Stations[i-1].Key.id[:], s.Key.id[:]) >= 0 {
			return fmt.Errorf("%w: roster: station %d", ErrKey, i)
		}
	}
	for _, before := range r.Before {
		if before.User != r.User || len(before.Before) > 0 {
			return fmt.Errorf("%w: roster after one of another user, or with more before it", ErrKey)
		}
	}
	authority := r.User == [16]byte{}
	switch {
	case r.By.pub == nil || r.Number == 0:
		return fmt.Errorf("%w: roster without a key or a number", ErrKey)
	case max(removed, len(r.Stations)-removed) > MaxStations || len(r.Before) > maxBefore:
		return fmt.Errorf("%w: roster of %d stations, %d before it", ErrKey, len(r.Stations), len(r.Before))
	case authority && (r.Recovery != none || r.Next.pub != nil || len(r.Before) > 0):
		return fmt.Errorf("%w: roster of an authority with a successor", ErrKey)
	}
	return nil
}

package signature

import (
	"bytes"
	"encoding"
	"fmt"

	"github.com/glimpse-go/glimpse/internal/wire"
)

var (
	_ encoding.BinaryMarshaler   = Roster{}
	_ encoding.BinaryUnmarshaler = (*Roster)(nil)
)

// rosterFields is how many members the array of a sealed roster has, more than that of a
// sealed key statement.
const rosterFields = 9

// MarshalBinary returns the sealed roster, to be stored and sent: [user, number,
// COSE_Key, [[COSE_Key, role, proof]…], recovery, next, seal, countersignature,
// [roster…]].
func (r Roster) MarshalBinary() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	b := wire.AppendUint(wire.AppendBytes(wire.AppendArray(nil, rosterFields), r.User[:]), r.Number)
	b = r.appendContent(wire.AppendBytes(b, r.By.cose))
	b = wire.AppendArray(wire.AppendBytes(wire.AppendBytes(b, r.Seal), r.CoSeal), len(r.Before))
	for _, before := range r.Before {
		data, err := before.MarshalBinary()
		if err != nil {
			return nil, err
		}
		b = wire.AppendBytes(b, data)
	}
	if len(b) > maxRoster {
		return nil, fmt.Errorf("%w: roster of %d bytes", ErrKey, len(b))
	}
	return b, nil
}

// appendContent appends stations, recovery and next.
func (r Roster) appendContent(b []byte) []byte {
	b = wire.AppendArray(b, len(r.Stations))
	for _, s := range r.Stations {
		b = wire.AppendBytes(wire.AppendArray(b, 3), s.Key.cose)
		b = wire.AppendBytes(wire.AppendUint(b, uint64(s.Role)), s.Proof)
	}
	return wire.AppendBytes(appendName(b, r.Recovery), r.Next.cose)
}

// sentRoster is a roster as it is read.
type sentRoster struct {
	_            struct{} `cbor:",toarray"`
	User         []byte
	Number       uint64
	By           []byte
	Stations     []sentStation
	Recovery     []byte
	Next         []byte
	Seal, CoSeal []byte
	Before       [][]byte
}

type sentStation struct {
	_     struct{} `cbor:",toarray"`
	Key   []byte
	Role  StationRole
	Proof []byte
}

// UnmarshalBinary reads what MarshalBinary writes, and nothing else; it verifies no
// seal. The error wraps [ErrKey].
func (r *Roster) UnmarshalBinary(data []byte) error {
	read, err := parseRoster(data)
	if err != nil {
		return err
	}
	again, err := read.MarshalBinary()
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("%w: roster: not the deterministic encoding", ErrKey)
	}
	*r = read
	return nil
}

func parseRoster(data []byte) (r Roster, err error) {
	if len(data) > maxRoster {
		return r, fmt.Errorf("%w: roster of %d bytes", ErrKey, len(data))
	}
	var sent sentRoster
	if err := strict.Unmarshal(data, &sent); err != nil {
		return r, fmt.Errorf("%w: roster: %w", ErrKey, err)
	}
	sizes := len(sent.User) == 16 && (len(sent.Recovery) == 0 || len(sent.Recovery) == 32)
	if !sizes || len(sent.Stations) > 2*MaxStations || len(sent.Before) > maxBefore {
		return r, fmt.Errorf("%w: roster: out of range", ErrKey)
	}
	r = Roster{User: [16]byte(sent.User), Number: sent.Number, Seal: sent.Seal, CoSeal: sent.CoSeal}
	copy(r.Recovery[:], sent.Recovery)
	if err := sent.readKeys(&r); err != nil {
		return r, err
	}
	for _, data := range sent.Before {
		before, err := parseRoster(data)
		if err != nil {
			return r, err
		}
		r.Before = append(r.Before, before)
	}
	return r, nil
}

// readKeys reads the keys of a roster.
func (sent *sentRoster) readKeys(r *Roster) error {
	if err := r.By.UnmarshalBinary(sent.By); err != nil {
		return err
	}
	if len(sent.Next) > 0 {
		if err := r.Next.UnmarshalBinary(sent.Next); err != nil {
			return err
		}
	}
	for _, s := range sent.Stations {
		station := Station{Role: s.Role, Proof: s.Proof}
		if err := station.Key.UnmarshalBinary(s.Key); err != nil {
			return err
		}
		r.Stations = append(r.Stations, station)
	}
	return nil
}

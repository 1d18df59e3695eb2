package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// record is a State as it is stored.
type record struct {
	Collection []byte `cbor:"1,keyasint"`
	fields
}

// fields are those of a State, without its methods.
type fields State

// MarshalBinary returns the form in which a state is stored.
func (s State) MarshalBinary() ([]byte, error) {
	c, err := s.Collection.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return transport.Encode(record{c, fields(s)})
}

// Stored is s as UnmarshalBinary returns it: without what lasts for one step only.
func (s State) Stored() State {
	s.lost = nil
	return s
}

// UnmarshalBinary reads what MarshalBinary writes. The collection's seals are
// not looked at; whoever loads a state verifies it again, since a key may have
// been revoked.
func (s *State) UnmarshalBinary(data []byte) error {
	r, err := transport.Decode[record](data)
	if err != nil {
		return err
	}
	c, err := collection.Decode(r.Collection)
	if err != nil {
		return err
	}
	*s = State(r.fields)
	s.Collection = c
	return nil
}

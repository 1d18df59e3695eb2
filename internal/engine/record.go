package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// record is a State as it is stored.
type record struct {
	Collection       []byte             `cbor:"1,keyasint"`
	Sealed           bool               `cbor:"2,keyasint,omitempty"`
	Held             []transport.Bits   `cbor:"3,keyasint,omitempty"`
	Asked            []transport.Bits   `cbor:"4,keyasint,omitempty"`
	Sources          []transport.Source `cbor:"5,keyasint,omitempty"`
	Notifier         Notifier           `cbor:"6,keyasint,omitempty"`
	Notified         collection.Digest  `cbor:"7,keyasint"`
	News             uint64             `cbor:"8,keyasint,omitempty"`
	PendingOriginals transport.Bits     `cbor:"9,keyasint,omitempty"`

	NotifiedLabelled int `cbor:"10,keyasint,omitempty"`

	Notifies bool `cbor:"11,keyasint,omitempty"`
	Edited   bool `cbor:"12,keyasint,omitempty"`

	Quiet bool `cbor:"13,keyasint,omitempty"`

	Failures []Failure `cbor:"20,keyasint,omitempty"`
	Wants    []Want    `cbor:"21,keyasint,omitempty"`
}

// MarshalBinary returns the form in which a state is stored.
func (s State) MarshalBinary() ([]byte, error) {
	c, err := s.Collection.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return transport.Encode(record{
		Collection: c, Sealed: s.Sealed, Held: s.Held, Asked: s.Asked,
		Sources: s.Sources, Notifier: s.Notifier, Notified: s.Notified, News: s.News, PendingOriginals: s.PendingOriginals, NotifiedLabelled: s.NotifiedLabelled,
		Quiet: s.Quiet, Notifies: s.Notifies, Edited: s.Edited, Failures: s.Failures, Wants: s.Wants,
	})
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
	*s = State{
		Collection: c, Sealed: r.Sealed, Held: r.Held, Asked: r.Asked,
		Sources: r.Sources, Notifier: r.Notifier, Notified: r.Notified, News: r.News, PendingOriginals: r.PendingOriginals, NotifiedLabelled: r.NotifiedLabelled,
		Quiet: r.Quiet, Notifies: r.Notifies, Edited: r.Edited, Failures: r.Failures, Wants: r.Wants,
	}
	return nil
}

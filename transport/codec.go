package transport

import (
	"bytes"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/label"
)

// Limits on a message beyond its size, which the receiver bounds.
const (
	maxNesting  = 8
	maxElements = 1 << 16 // sources, addresses, updates, parts, notifications
	maxPairs    = 32      // keys of one map
)

// The CBOR modes of all messages: built once, never changed.
var (
	encMode = must(cbor.EncOptions{
		Sort:          cbor.SortCoreDeterministic,
		IndefLength:   cbor.IndefLengthForbidden,
		TagsMd:        cbor.TagsForbidden,
		NilContainers: cbor.NilContainerAsEmpty,
	}.EncMode())
	decMode = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxNestedLevels:   maxNesting,
		MaxArrayElements:  maxElements,
		MaxMapPairs:       maxPairs,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode())
)

// must is for options that are constant, and so are right or never right.
func must[T any](mode T, err error) T {
	if err != nil {
		panic(err)
	}
	return mode
}

// Encode returns the one wire form of a message of this package.
func Encode(message any) ([]byte, error) {
	data, err := encMode.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return data, nil
}

// Decode reads a message of type M strictly: bytes that are not what [Encode]
// returns for the message are refused with an error that wraps [ErrMalformed].
// The message shares no memory with data.
func Decode[M any](data []byte) (M, error) {
	var m M
	if err := decMode.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	again, err := encMode.Marshal(m)
	if err != nil || !bytes.Equal(again, data) {
		return m, At(ErrMalformed, "not in the deterministic form")
	}
	if c, ok := any(m).(interface{ check() error }); ok {
		return m, c.check()
	}
	return m, nil
}

// check refuses what the form cannot: set columns longer than any ladder, and
// sets that are not trimmed.
func (s Share) check() error {
	if s.From > Peer {
		return At(ErrMalformed, "from")
	}
	return checkSets(s.Serves, s.Offers)
}

func (a Answer) check() error {
	if a.Next < Upload || a.Next > Done {
		return At(ErrMalformed, "next")
	}
	for _, p := range a.Parts {
		if p.Item < 0 || p.Version < 0 || p.Version >= label.MaxVersions || p.Size < 0 {
			return At(ErrMalformed, "parts")
		}
	}
	return checkSets(a.Missing)
}

func (a Announcement) check() error { return checkSets([]Bits{a.Items}) }

func (s State) check() error {
	for _, source := range s.Sources {
		if err := checkSets([]Bits{source.Items}); err != nil {
			return err
		}
	}
	return nil
}

func (d Deliveries) check() error {
	for _, one := range d.Waiting {
		if one.State != nil {
			if err := one.State.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSets(columns ...[]Bits) error {
	for _, sets := range columns {
		if len(sets) > label.MaxVersions {
			return At(ErrMalformed, "more sets than versions")
		}
		for _, b := range sets {
			if len(b) > 0 && b[len(b)-1] == 0 {
				return At(ErrMalformed, "a set with zero bytes at its end")
			}
		}
	}
	return nil
}

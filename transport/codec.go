package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// Limits on a message beyond its size, which the receiver bounds.
const (
	maxNesting  = 8
	maxElements = 1 << 16 // sources, addresses, updates, parts, notifications
	maxPairs    = 32      // keys of one map
	// How many bytes an element of a message's list takes that is no text, and one that is a
	// map: each of those has an id.
	minElement, minMap = 4, 19
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

// DecodeMessage is [Decode] of a message that somebody else has sent. It refuses one, too, that
// would take many times its bytes in memory, which none does that Encode returns: one whose
// lists are of elements too short to be any.
func DecodeMessage[M any](data []byte) (M, error) {
	if checkLists(bytes.NewReader(data), 0) != nil {
		var none M
		return none, At(ErrMalformed, "lists")
	}
	return Decode[M](data)
}

// checkLists reads a value, and refuses lists whose elements are too short: room is made for
// all of them before the first is looked at.
func checkLists(r *bytes.Reader, nesting int) error {
	major, n, err := wire.ReadHead(r)
	switch {
	case err != nil || nesting > maxNesting || n > uint64(r.Len()) && wire.Bytes <= major && major <= wire.Map:
		return ErrMalformed
	case major == wire.Bytes || major == wire.Text:
		_, err = r.Seek(int64(n), io.SeekCurrent)
	case major == wire.Array:
		return checkList(r, n, nesting)
	case major == wire.Map:
		for ; n > 0 && err == nil; n-- {
			err = errors.Join(checkLists(r, nesting+1), checkLists(r, nesting+1))
		}
	}
	return err
}

// checkList is checkLists of n elements.
func checkList(r *bytes.Reader, n uint64, nesting int) error {
	first, _ := r.ReadByte() // what is missing, checkLists finds
	_ = r.UnreadByte()
	least := n * minElement
	switch {
	case wire.Major(first>>5) == wire.Map:
		least = n * minMap
	case wire.Major(first>>5) == wire.Text || n <= label.MaxVersions: // texts, and sets of which some are empty
		least = 0
	}
	if uint64(r.Len()) < least {
		return ErrMalformed
	}
	end := uint64(r.Len()) - least
	for range n {
		if err := checkLists(r, nesting+1); err != nil {
			return err
		}
	}
	if uint64(r.Len()) > end {
		return ErrMalformed
	}
	return nil
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
	if a.Next < Upload || a.Next > Done || len(a.Unknown) > MaxUnknown {
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

func (r CollectionsRequest) check() error {
	if len(r.Known) > MaxCollections {
		return At(ErrTooLarge, "collections")
	}
	return nil
}

func (l Lacking) check() error {
	switch {
	case (l.State == nil) == (l.Refused == nil):
		return At(ErrMalformed, "neither a state nor a refusal, or both")
	case l.State != nil:
		return l.State.check()
	}
	return nil
}

func (c Changes) check() error {
	for _, one := range c.Entries {
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

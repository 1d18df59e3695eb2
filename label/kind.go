package label

import (
	"errors"
	"fmt"
	"strconv"
)

// Kind is how a collection writes and shows its labels. It never takes part
// in a join: what is joined are ranks, and the value that a kind shows, in
// which true may stand for less than false, is made from the joined rank.
type Kind uint8

// The three kinds.
const (
	// Flag labels are present or not; present says not complete.
	Flag Kind = iota
	// Boolean labels are true, restricted, or false, complete.
	Boolean
	// Degree labels are the number of versions that are there.
	Degree
)

// ErrKind says that there is no such kind, or that a kind cannot say
// something; it comes wrapped in a *KindError.
var ErrKind = errors.New("label: not of this kind")

// KindError is the refusal of something that a kind cannot say.
type KindError struct {
	Kind  Kind
	Value any // the Rank, or the value read; nil may be such a value
}

// Error names what was refused and why.
func (e *KindError) Error() string {
	return fmt.Sprintf("%v: %s cannot say %v (%T)", ErrKind, e.Kind, e.Value, e.Value)
}

// Unwrap returns ErrKind.
func (e *KindError) Unwrap() error { return ErrKind }

// Allows returns nil if the kind can write the rank, in any generation, and a
// *KindError otherwise. Flag and Boolean have one level below complete, so
// they write pending, complete and withdrawn; Degree writes every rank. A kind
// that is none of the three allows nothing.
func (k Kind) Allows(r Rank) error {
	level := r & levelMask
	if k == Degree || k < Degree && (level == Pending || level >= Complete) {
		return nil
	}
	return &KindError{Kind: k, Value: r}
}

const withdrawnText = "withdrawn"

// Show returns what people and JSON see of a rank, its generation left out:
//
//	          pending  2 versions  complete  withdrawn
//	Flag      true     true        nil       "withdrawn"
//	Boolean   true     true        false     "withdrawn"
//	Degree    0        2           nil       "withdrawn"
//
// nil is no label. Numbers have the type int. A kind that is none of the three
// shows the text of [Rank.String].
func (k Kind) Show(r Rank) any {
	switch {
	case k > Degree:
		return r.String()
	case r.Withdrawn():
		return withdrawnText
	case k == Boolean:
		return r.Labelled()
	case r.Complete():
		return nil
	case k == Flag:
		return true
	}
	return r.Level()
}

// Read is the inverse of [Kind.Show] in generation 0, for what people write or
// JSON holds: numbers may be int, int64, uint64 or float64. Every other value
// is a *KindError, and Pending. Whether a ladder has the level, [Ladder.Check]
// says.
func (k Kind) Read(v any) (Rank, error) {
	if k <= Degree && v == withdrawnText {
		return Withdrawn, nil
	}
	switch k {
	case Flag:
		if v == nil {
			return Complete, nil
		}
		if v == true {
			return Pending, nil
		}
	case Boolean:
		if v == true {
			return Pending, nil
		}
		if v == false {
			return Complete, nil
		}
	case Degree:
		if v == nil {
			return Complete, nil
		}
		if level, ok := readLevel(v); ok {
			return level, nil
		}
	}
	return Pending, &KindError{Kind: k, Value: v}
}

// readLevel compares with the few levels there are, so that no number, however
// large or broken, is ever converted.
func readLevel(v any) (Rank, bool) {
	for level := Pending; level < Complete; level++ {
		switch v {
		case int(level), int64(level), uint64(level), float64(level):
			return level, true
		}
	}
	return Pending, false
}

var kindNames = [...]string{Flag: "flag", Boolean: "boolean", Degree: "degree"}

// Validate returns nil for the three kinds and a *KindError otherwise.
func (k Kind) Validate() error { return k.Allows(Pending) }

// String returns "flag", "boolean" or "degree", or "kind" and its number.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// MarshalText returns the kind's name; a kind that is none of the three is a
// *KindError.
func (k Kind) MarshalText() ([]byte, error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads a kind's name; any other text is an error that wraps
// ErrKind and leaves k as it was.
func (k *Kind) UnmarshalText(text []byte) error {
	for i, name := range kindNames {
		if string(text) == name {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("%w: no kind is named %.64q", ErrKind, text)
}

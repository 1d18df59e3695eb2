package column

import (
	"errors"
	"fmt"
)

// The families of errors of [Parse], by the part that is wrong.
var (
	ErrDict = errors.New("column: dictionary is not canonical")
	ErrForm = errors.New("column: form is not canonical")
	ErrData = errors.New("column: data is not canonical")
)

// What is wrong with the dictionary: each wraps [ErrDict].
var (
	// ErrOrder: the values are not strictly ascending.
	ErrOrder = fmt.Errorf("%w: values not ascending", ErrDict)
	// ErrUnused: no item has the value.
	ErrUnused = fmt.Errorf("%w: value not used", ErrDict)
	// ErrEmpty: there are items but no values.
	ErrEmpty = fmt.Errorf("%w: no values", ErrDict)
)

// What is wrong with the form: each wraps [ErrForm].
var (
	// ErrUnknown: the form is neither 0 (runs) nor 1 (packed).
	ErrUnknown = fmt.Errorf("%w: unknown", ErrForm)
	// ErrLonger: the other form is the one to use here.
	ErrLonger = fmt.Errorf("%w: not the shorter one", ErrForm)
)

// What is wrong with the data: each wraps [ErrData].
var (
	// ErrLength: the data has more or fewer items than the column, or the
	// number of items is negative.
	ErrLength = fmt.Errorf("%w: wrong number of items", ErrData)
	// ErrNumber: a LEB128 number is cut off, too great or too long.
	ErrNumber = fmt.Errorf("%w: bad number", ErrData)
	// ErrRun: a run has the value of the run before it, or is a last run of
	// zeros, which is left out.
	ErrRun = fmt.Errorf("%w: run out of place", ErrData)
	// ErrPlace: a place is outside the dictionary.
	ErrPlace = fmt.Errorf("%w: place outside the dictionary", ErrData)
	// ErrPadding: an unused bit is set.
	ErrPadding = fmt.Errorf("%w: unused bit set", ErrData)
)

// Error says where [Parse] found a departure from the canonical form.
type Error struct {
	Part   string // "dict", "form" or "data"
	Offset int    // index of a value in the dictionary, or of a byte in the data
	Err    error  // one of this package's errors
}

// Error names what was refused and why.
func (e *Error) Error() string {
	return fmt.Sprintf("%v (%s, at %d)", e.Err, e.Part, e.Offset)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func dictError(i int, err error) error { return &Error{"dict", i, err} }
func formError(err error) error        { return &Error{"form", 0, err} }
func dataError(i int, err error) error { return &Error{"data", i, err} }

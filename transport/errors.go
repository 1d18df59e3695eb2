package transport

import (
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
)

// The errors that cross a link. Each wraps Err, so that errors.Is(err, Err)
// tells an answer of the other side from a broken connection. Their code on
// the wire is their place in the table of [Fault].
var (
	// Err is the family of all answers that refuse.
	Err = errors.New("transport")

	// ErrNotFound: there is no such thing, or the caller may not read it. The
	// two cannot be told apart from outside.
	ErrNotFound = fmt.Errorf("%w: not found", Err)
	// ErrUnauthenticated: the caller is not known.
	ErrUnauthenticated = fmt.Errorf("%w: not authenticated", Err)
	// ErrForbidden: the caller is known and may read, yet not do this.
	ErrForbidden = fmt.Errorf("%w: forbidden", Err)
	// ErrMalformed: a message or a stream that breaks the rules of its form.
	ErrMalformed = fmt.Errorf("%w: malformed", Err)
	// ErrTooLarge: more than a limit of the receiver allows.
	ErrTooLarge = fmt.Errorf("%w: too large", Err)
	// ErrDigest: the bytes are not those that the author's digest names.
	ErrDigest = fmt.Errorf("%w: digest mismatch", Err)
	// ErrSeal: a seal that does not verify, or is missing where one must be.
	ErrSeal = fmt.Errorf("%w: seal refused", Err)
	// ErrDiffers: a known collection was shared again with other fixed parts.
	// The parts that differ are in [Fault].Differs.
	ErrDiffers = fmt.Errorf("%w: fixed parts differ", Err)
	// ErrOffset: an upload that begins beyond what is stored.
	ErrOffset = fmt.Errorf("%w: wrong offset", Err)
	// ErrNotAsked: an upload of something that the answer did not ask for.
	ErrNotAsked = fmt.Errorf("%w: not asked for", Err)
	// ErrUnreachable: nobody who serves it answers now. Later may be better.
	ErrUnreachable = fmt.Errorf("%w: unreachable", Err)
	// ErrWithdrawn: the author withdrew the item; its original never comes.
	ErrWithdrawn = fmt.Errorf("%w: withdrawn", Err)
	// ErrConflict: something was changed by somebody else in between.
	ErrConflict = fmt.Errorf("%w: conflict", Err)
	// ErrStorage: a store could not keep something: the disk is full, a folder
	// may not be written. Nothing half-written is left.
	ErrStorage = fmt.Errorf("%w: storage", Err)
	// ErrClosed: this station has stopped, or is stopping, or what is used of it was closed.
	// Of another station, over a link, it is ErrStopped.
	ErrClosed = fmt.Errorf("%w: closed", Err)
	// ErrStopped: the station that was asked has stopped, or is stopping. It wraps
	// ErrUnreachable: who asks goes on, and asks another one, or again later.
	ErrStopped = fmt.Errorf("%w: it has stopped", ErrUnreachable)
	// ErrPending: somebody was asked for it, and it has not come yet.
	ErrPending = fmt.Errorf("%w: pending", Err)
	// ErrQuota: the caller has used what the receiver lets one user have. What, and how
	// much it is, a [QuotaError] says.
	ErrQuota = fmt.Errorf("%w: quota", Err)
	// ErrPeerKey: who answers does not show the key that was named, or no key of the
	// station's user has sealed the address. It is not asked for anything.
	ErrPeerKey = fmt.Errorf("%w: not the station that was named", Err)
	// ErrStale: the authority has not been heard for too long to let new readers in, or to
	// take its labels off, since keys may have been revoked. Viewing, and those who are
	// known, are not concerned. It is over when the authority is heard again.
	ErrStale = fmt.Errorf("%w: the authority's latest word is too old", Err)
)

// faults are the sentinels by their codes on the wire: their places. Codes are never
// used again for another meaning; 0 is an error of no known kind.
var faults = []error{
	Err, ErrNotFound, ErrUnauthenticated, ErrForbidden, ErrMalformed,
	ErrTooLarge, ErrDigest, ErrSeal, ErrDiffers, ErrOffset, ErrNotAsked,
	ErrUnreachable, ErrWithdrawn, ErrConflict, ErrStorage, ErrClosed,
	ErrPending, ErrQuota, ErrPeerKey, ErrStale,
}

// Fault is an error as it crosses a link: its code, what it is about, and, for
// [ErrDiffers], which fixed parts differ. It unwraps to the code's sentinel,
// so errors.Is returns the same answer on both sides; but of [ErrClosed], since it is another
// station that is closed: that unwraps to [ErrStopped].
type Fault struct {
	Code    uint     `cbor:"1,keyasint"`
	About   string   `cbor:"2,keyasint,omitempty"`
	Differs []string `cbor:"3,keyasint,omitempty"`
	Limit   int64    `cbor:"4,keyasint,omitempty"` // with ErrQuota, as
	Used    int64    `cbor:"5,keyasint,omitempty"` // in [QuotaError]

	own bool // it is this station's, and has not crossed a link
}

// NewFault makes the fault that tells the other side of err. Only the sentinel
// and the place go out; the text of an error of another kind stays here, since
// it may name files and hosts.
func NewFault(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	err = Wrap(err)
	f := &Fault{own: true}
	if d, ok := errors.AsType[*collection.DiffError](err); ok {
		f.Differs = d.Fields
	}
	for code, known := range faults[1:] {
		if errors.Is(err, known) {
			f.Code = uint(code + 1)
			break
		}
	}
	if p, ok := errors.AsType[*PlaceError](err); ok {
		f.About = p.Place
	}
	if q, ok := errors.AsType[*QuotaError](err); ok {
		f.About, f.Limit, f.Used = q.What, q.Limit, q.Used
	}
	return f
}

// Wrap puts the errors of package collection into the family of this package,
// so that they are the same on both sides of a link; others stay as they are.
func Wrap(err error) error {
	if err == nil || errors.Is(err, Err) {
		return err
	}
	for _, family := range [][2]error{
		{collection.ErrDiffers, ErrDiffers}, {collection.ErrSeal, ErrSeal},
		{collection.ErrTooOld, ErrSeal}, {collection.ErrReplay, ErrSeal},
		{collection.ErrLimit, ErrTooLarge}, {collection.ErrMalformed, ErrMalformed},
		{collection.ErrDuplicate, ErrMalformed}, {collection.ErrNoItem, ErrMalformed},
		{digest.ErrInvalid, ErrDigest}, {digest.ErrRange, ErrMalformed},
	} {
		if errors.Is(err, family[0]) {
			return fmt.Errorf("%w: %w", family[1], err)
		}
	}
	return err
}

// Error implements error.
func (f *Fault) Error() string {
	if q, ok := f.Unwrap().(*QuotaError); ok {
		return q.Error()
	}
	s := f.Unwrap().Error()
	if f.About != "" {
		s += ": " + f.About
	}
	for i, d := range f.Differs {
		s += [2]string{": ", ", "}[min(i, 1)] + d
	}
	return s
}

// Unwrap returns the sentinel of f's code, for [ErrQuota] a *QuotaError, and Err for one
// that is not known.
func (f *Fault) Unwrap() error {
	if f.Code < uint(len(faults)) {
		switch known := faults[f.Code]; {
		case known == ErrQuota:
			return &QuotaError{f.About, f.Limit, f.Used}
		case known == ErrClosed && !f.own:
			return ErrStopped
		default:
			return known
		}
	}
	return Err
}

// PlaceError says what an error is about: a field, a version, a record.
type PlaceError struct {
	Place string
	Err   error
}

// Error implements error.
func (e *PlaceError) Error() string { return e.Err.Error() + ": " + e.Place }

// Unwrap returns the cause.
func (e *PlaceError) Unwrap() error { return e.Err }

// At wraps err with the place it is about. A nil err stays nil.
func At(err error, place string) error {
	if err == nil {
		return nil
	}
	return &PlaceError{Place: place, Err: err}
}

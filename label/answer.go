package label

import "errors"

// ErrRefused is what all the answers below wrap.
var ErrRefused = errors.New("refused")

// The answers that are not yes. Each is an error of its own, to be asked for
// with [errors.Is], and wraps [ErrRefused]. A [Gate] returns all of them but
// ErrUnreachable; the packages that know collections and networks give those
// that a label alone cannot.
var (
	// ErrPending: the item is labelled, and the right comes with more of its
	// versions. The gate looks nothing up.
	ErrPending error = answer{"the item is not complete yet", "when the item is complete", ErrRefused}
	// ErrUnaccepted wraps ErrPending: the item is complete, but the author has not accepted
	// yet that the holder is who the collection was shared with by address.
	ErrUnaccepted error = answer{"the author has not accepted who reads", "when the author does", ErrPending}
	// ErrWithdrawn: the author has said that the complete version will never
	// come.
	ErrWithdrawn error = answer{"the complete version will never come", "by nothing", ErrRefused}
	// ErrUnknown: what is said about the item cannot be relied on here: its
	// state is not verified, too old, or not one of its collection.
	ErrUnknown error = answer{"the state of the item is not known here", "by asking for the collection's state", ErrRefused}
	// ErrUnreachable: the label allows it, but nobody who serves the version
	// answers now.
	ErrUnreachable error = answer{"nobody who has it can be reached now", "by trying again later", ErrRefused}
	// ErrForbidden: the policy or the list of those who may read grants this
	// holder no such right, and more versions would not change that.
	ErrForbidden error = answer{"it is not allowed", "by the author or another policy only", ErrRefused}
	// ErrNotFound: there is no such collection, item or version, or nobody
	// here may know of it.
	ErrNotFound error = answer{"it is not to be found here", "by nothing", ErrRefused}
)

// answer is why a right is refused, what lifts it in general, and what it wraps.
type answer struct {
	why, lift string
	family    error
}

func (a answer) Error() string { return a.why }

// Unwrap makes every answer one of the family.
func (a answer) Unwrap() error { return a.family }

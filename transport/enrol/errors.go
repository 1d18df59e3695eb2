package enrol

import (
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/transport"
)

// The outcomes that are no admission. What is not in its form, or cut off, wraps
// transport.ErrMalformed; what is not sealed as it must be, an error of package signature.
var (
	// ErrSpent: there is no attempt for this here: none is open, it is somebody else's, it
	// has failed or its time is over. The other side is told no more than that.
	ErrSpent = fmt.Errorf("no enrolment is open: %w", transport.ErrNotFound)
	// ErrRefused: the person at the admitting station said no.
	ErrRefused = fmt.Errorf("enrolment: %w", transport.ErrForbidden)
	// ErrCommitment: what is revealed was not committed to, or an admission is not what was
	// offered. Somebody interferes.
	ErrCommitment = errors.New("enrolment: not what was said before")
	// ErrUser: a request or an admission is for another user.
	ErrUser = errors.New("enrolment: for another user")
	// ErrKey: an admission is not by the key that was named, or not for the station's.
	ErrKey = errors.New("enrolment: for another key")
	// ErrReplayed: an admission answers another request of the same station.
	ErrReplayed = errors.New("enrolment: the answer to another request")
	// ErrListed: the roster lists the key with another role, or as removed, for good.
	ErrListed = errors.New("enrolment: the roster lists the key already, with another role")
)

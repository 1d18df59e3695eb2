package transport

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
)

// Directory is the user base that a hub works with: its own, or one that a
// server has already. For unknown users and addresses the error wraps
// ErrNotFound. No error repeats an address, since errors are logged.
type Directory interface {
	// ByAddress returns the user who has a mail address, in the form that
	// collection.NormalAddress returns. Other forms may be taken as well; what is no
	// address is ErrNotFound or an error that wraps collection.ErrAddress.
	ByAddress(ctx context.Context, address string) (collection.UserID, error)
	// KeyStatements returns the key statements that the authority has made for a
	// user, in the binary form of signature.KeyStatement, and the user's latest roster,
	// which the authority has countersigned, in that of signature.Roster; none is no
	// error. The first key has a statement, unless there is a roster; others must stand
	// in it. A revocation stays among them for good, so that all hear of it. The caller
	// owns them.
	KeyStatements(ctx context.Context, user collection.UserID) ([][]byte, error)
}

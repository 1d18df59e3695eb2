package signature

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// PossessionType is the content type of seals by which the holder of a key agrees that
// it is a user's.
const PossessionType = "application/glimpse.possession"

// ProvePossession returns a seal by which the holder of a key agrees that it is a
// user's: at the authority that is named where the key is registered, or, with none,
// in the user's roster. Without it anybody could call another's key their own. The
// errors are those of [Signer.Sign].
func ProvePossession(ctx context.Context, key *Signer, authority [32]byte, user [16]byte) ([]byte, error) {
	return key.Sign(ctx, PossessionType, possessionStatement(authority, user))
}

// CheckPossession checks a proof that [ProvePossession] made with this key. The error
// wraps [ErrKey], and [ErrUnsigned] or [ErrBadSeal] or [ErrUnknownKey], as those of
// [PublicKey.Verify] do.
func (k PublicKey) CheckPossession(authority [32]byte, user [16]byte, proof []byte) error {
	if err := k.Verify(PossessionType, possessionStatement(authority, user), proof); err != nil {
		return fmt.Errorf("%w: possession not proved: %w", ErrKey, err)
	}
	return nil
}

// possessionStatement is [authority, user], where no authority is the empty string.
func possessionStatement(authority [32]byte, user [16]byte) []byte {
	return wire.AppendBytes(appendName(wire.AppendArray(nil, 2), authority), user[:])
}

// appendName appends a thumbprint, or the empty string for none.
func appendName(b []byte, key [32]byte) []byte {
	if key == none {
		return wire.AppendBytes(b, nil)
	}
	return wire.AppendBytes(b, key[:])
}

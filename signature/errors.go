package signature

import (
	"encoding/hex"
	"fmt"

	"github.com/glimpse-go/glimpse/internal/sealerr"
)

// The outcomes of verifying a seal; all wrap Err. They are the same values as
// those of package collection.
var (
	Err           = sealerr.Err           // every refusal of a seal
	ErrUnsigned   = sealerr.ErrUnsigned   // there is no seal
	ErrUnknownKey = sealerr.ErrUnknownKey // the key is not known here; another verifier may know it
	ErrBadSeal    = sealerr.ErrBadSeal    // the seal does not belong to the statement
	ErrMalformed  = sealerr.ErrMalformed  // an ErrBadSeal: not a seal, or not in its one encoding
	ErrAlgorithm  = sealerr.ErrAlgorithm  // an ErrBadSeal: algorithm unknown, not allowed, or not the key's
	ErrRevoked    = sealerr.ErrRevoked    // the key, or the authority that vouched for it, is revoked
	ErrExpired    = sealerr.ErrExpired    // the key was not valid when the seal was issued
	ErrPurpose    = sealerr.ErrPurpose    // an ErrBadSeal: the seal was made for another content type
)

// The refusals of a key, a key statement or a keyring; all wrap ErrKey.
var (
	ErrKey        = sealerr.ErrKey
	ErrPassphrase = fmt.Errorf("%w: passphrase missing or wrong", ErrKey)
	ErrChanged    = fmt.Errorf("%w: another key or user was known", ErrKey)
)

// SealError says which seal was refused and why.
type SealError struct {
	Type string   // the content type asked for
	Key  [32]byte // the thumbprint that the seal names; zero if there is none
	Err  error    // one of the outcomes above
}

// Error names the purpose, the key's first bytes and the cause.
func (e *SealError) Error() string {
	return fmt.Sprintf("%s, key %s: %v", e.Type, short(e.Key), e.Err)
}

// Unwrap returns the cause.
func (e *SealError) Unwrap() error { return e.Err }

// ChangedError reports that a claim does not agree with what the keyring
// holds: the user has another key, or the key belongs to another user. Nothing
// was stored. Ask the user; [Keyring.Trust] accepts a new key. It wraps
// [ErrChanged].
type ChangedError struct {
	User      [16]byte // the user claimed
	Key       [32]byte // the key claimed for that user
	KnownUser [16]byte // the user of the key held
	KnownKey  [32]byte // the key held
}

// Error names the claim and what is held.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("%v: key %s for user %x, held: key %s for user %x",
		ErrChanged, short(e.Key), e.User, short(e.KnownKey), e.KnownUser)
}

// Unwrap returns [ErrChanged].
func (e *ChangedError) Unwrap() error { return ErrChanged }

func short(key [32]byte) string { return hex.EncodeToString(key[:8]) }

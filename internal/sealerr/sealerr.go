// Package sealerr holds the outcomes of verifying a seal that package
// collection, package signature and its small signer share without importing one another. They
// publish them under their own names; errors.Is holds across the two.
package sealerr

import (
	"errors"
	"fmt"
)

// The outcomes. Each wraps Err, the family of all refusals of a seal.
var (
	Err           = errors.New("seal refused")
	ErrUnsigned   = fmt.Errorf("%w: unsigned", Err)
	ErrUnknownKey = fmt.Errorf("%w: unknown key", Err)
	ErrBadSeal    = fmt.Errorf("%w: bad seal", Err)
	ErrMalformed  = fmt.Errorf("%w: malformed", ErrBadSeal)
	ErrAlgorithm  = fmt.Errorf("%w: algorithm not allowed", ErrBadSeal)
	ErrPurpose    = fmt.Errorf("%w: made for another purpose", ErrBadSeal)
	ErrRevoked    = fmt.Errorf("%w: key revoked", Err)
	ErrExpired    = fmt.Errorf("%w: key not valid at that time", Err)
)

// ErrKey is the family of all refusals of a key, of those who seal.
var ErrKey = errors.New("key refused")

package digest

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrInvalid is the family of all answers to bytes that are not what the
	// digest names: whoever sent them lied, was cut off or has a damaged copy.
	ErrInvalid = errors.New("digest: bytes do not belong to the digest")
	// ErrMismatch says that bytes are of the right length but hash to something
	// else. It is of the family ErrInvalid.
	ErrMismatch = fmt.Errorf("%w: mismatch", ErrInvalid)
	// ErrTruncated says that bytes or hashes are missing at the end. It is of the
	// family ErrInvalid.
	ErrTruncated = fmt.Errorf("%w: truncated", ErrInvalid)
	// ErrTrailing says that there are bytes or hashes too many. It is of the
	// family ErrInvalid.
	ErrTrailing = fmt.Errorf("%w: trailing data", ErrInvalid)

	// ErrKept says that hashes of blocks that were read before are not the version's:
	// they are damaged, or the size that was claimed then or now is false.
	ErrKept = errors.New("digest: hashes of earlier blocks do not belong to the digest")

	// ErrRange says that a size is negative, or that a block or a range lies
	// outside the version.
	ErrRange = errors.New("digest: outside the version")
	// ErrSyntax says that a text is not 64 lower-case hexadecimal digits.
	ErrSyntax = errors.New("digest: not 64 lower-case hexadecimal digits")
)

// BlockError names the block that was wrong. Err is ErrMismatch, ErrTruncated or
// ErrTrailing, or the error of the source, which is no lie of anybody's.
type BlockError struct {
	// Block counts from 0. What trails after a range is counted as the block
	// that would come next.
	Block int64
	// Err is the cause.
	Err error
}

// Error implements error.
func (e *BlockError) Error() string { return fmt.Sprintf("block %d: %v", e.Block, e.Err) }

// Unwrap returns the cause.
func (e *BlockError) Unwrap() error { return e.Err }

// readError turns what io.ReadFull says at block i into a BlockError.
func readError(i int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrTruncated
	}
	return &BlockError{Block: i, Err: err}
}

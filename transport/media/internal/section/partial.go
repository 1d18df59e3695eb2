package section

import "fmt"

// PartialError comes with a picture that is not whole: what was decoded is there.
type PartialError struct {
	// Rows is how many rows of pixels from the top were decoded, of Height.
	Rows, Height int
	Err          error // wraps [ErrShort] or what the decoder or the reader returned
}

// Error implements error.
func (e *PartialError) Error() string {
	return fmt.Sprintf("only the first %d of %d rows are whole: %v", e.Rows, e.Height, e.Err)
}

// Unwrap returns the cause.
func (e *PartialError) Unwrap() error { return e.Err }

// Because returns an error of a kind, with its cause on the same line if there is
// one.
func Because(kind, cause error) error {
	if cause == nil {
		return kind
	}
	return fmt.Errorf("%w: %w", kind, cause)
}

package jpeg

import (
	"errors"
	"fmt"
)

// The kinds of failure, which the errors of this package wrap.
var (
	// ErrFormat says that the data is no JPEG picture, or that its header
	// makes no sense.
	ErrFormat = errors.New("no JPEG picture")
	// ErrUnsupported says that the picture is JPEG of a kind that is not read
	// here: lossless, arithmetic, hierarchical, of 12 bits. It wraps
	// [errors.ErrUnsupported].
	ErrUnsupported = fmt.Errorf("kind of JPEG: %w", errors.ErrUnsupported)
	// ErrCorrupt says that data inside the picture is damaged.
	ErrCorrupt = errors.New("damaged JPEG data")
	// ErrTruncated says that the data ends before the picture does.
	ErrTruncated = errors.New("JPEG data cut short")
	// ErrWork says that the scans of the picture visit more blocks than
	// Options.Work allows.
	ErrWork = errors.New("too many blocks in the scans")
)

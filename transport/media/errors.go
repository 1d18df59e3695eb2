package media

import (
	"errors"
	"strings"
)

// The kinds of failure that say that a version cannot be made of a file here. They
// wrap [errors.ErrUnsupported], by which a peer's Renderer tells the peer to go on
// without the version.
var (
	// ErrEmpty says that the file has no bytes.
	ErrEmpty error = kind("empty")
	// ErrFormat says that the file is not a picture or video of a kind that is
	// known here. [Maker.Icon] still has something to show.
	ErrFormat error = kind("no readable picture or video")
	// ErrNoEngine says that the file is a picture of a known kind, and that none
	// of the engines reads it. The cause names one that would.
	ErrNoEngine error = kind("no engine for this kind of picture")
	// ErrCorrupt says that the file is damaged or cut short.
	ErrCorrupt error = kind("damaged or cut short")
	// ErrTooLarge says that the file alone needs more memory than the whole
	// budget, or more work than any picture that people have.
	ErrTooLarge error = kind("larger than the memory budget")
	// ErrNoFFmpeg says that a video needs ffmpeg and that it is not installed.
	ErrNoFFmpeg error = kind("ffmpeg is not installed")
)

// kind is a text of its own, without that of the error it wraps.
type kind string

// Error implements error.
func (k kind) Error() string { return string(k) }

// Unwrap returns errors.ErrUnsupported.
func (kind) Unwrap() error { return errors.ErrUnsupported }

// Error says which file failed and why.
type Error struct {
	Name      string // file name, empty if the bytes came from a reader
	MediaType string // what the file is, by its content; may be empty
	Kind      error  // ErrEmpty, ErrFormat and so on; nil if reading failed or the context ended
	Err       error  // cause, may be nil if Kind is not
}

// Error returns name, media type, kind and cause, as far as they are known.
func (e *Error) Error() string {
	parts := []string{"media"}
	for _, s := range []string{e.Name, e.MediaType} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	for _, err := range e.Unwrap() {
		parts = append(parts, err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Kind, e.Err} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// because makes an error of the given kind, unless err already has a kind.
func because(kind, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	return &Error{Kind: kind, Err: err}
}

package media

import (
	"errors"
	"strings"
)

var (
	// ErrFormat says that the file is not a picture or video that can be read.
	// [Maker.Icon] still gives it something to show.
	ErrFormat = errors.New("no readable picture or video")
	// ErrCorrupt says that the file is damaged or cut short.
	ErrCorrupt = errors.New("damaged or cut short")
	// ErrTooLarge says that the file alone needs more memory than the whole
	// budget.
	ErrTooLarge = errors.New("larger than the memory budget")
	// ErrNoFFmpeg says that a video needs ffmpeg and that it is not installed.
	ErrNoFFmpeg = errors.New("ffmpeg is not installed")
)

// Error says which file failed and why.
type Error struct {
	Name      string // file name, empty if the bytes came from a reader
	MediaType string // what the file is, by its content; may be empty
	Kind      error  // ErrFormat, ErrCorrupt, ErrTooLarge, ErrNoFFmpeg; nil if reading failed or the context ended
	Err       error  // cause, may be nil if Kind is not
}

// Error gives name, media type, kind and cause, as far as they are known.
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

// Unwrap gives the kind and the cause.
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

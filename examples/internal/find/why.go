package find

import (
	"errors"
	"io/fs"

	"github.com/glimpse-go/glimpse/transport/media"
)

// Why says what a file is, and why it is not shared, or not shown, by an error of package
// mediafiles or of the file system.
func Why(err error) string {
	e, ok := errors.AsType[*media.Error](err)
	switch {
	case errors.Is(err, media.ErrEmpty):
		return "an empty file"
	case !ok:
		return Unreadable(err)
	case e.Kind == nil:
		return Unreadable(e.Err)
	}
	words := e.Kind.Error()
	if e.MediaType != "" {
		words = e.MediaType + ", " + words
	}
	if e.Err != nil && !errors.Is(err, media.ErrNoFFmpeg) {
		words += ": " + e.Err.Error()
	}
	return words
}

// Unreadable says why a file or folder cannot be read, and what would help.
func Unreadable(err error) string {
	switch path, ok := errors.AsType[*fs.PathError](err); {
	case errors.Is(err, fs.ErrPermission):
		return "cannot be read: no permission; its owner can give it"
	case errors.Is(err, fs.ErrNotExist):
		return "not there any more"
	case ok:
		return "cannot be read: " + path.Err.Error()
	}
	return "cannot be read: " + err.Error()
}

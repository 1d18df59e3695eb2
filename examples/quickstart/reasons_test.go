package main

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// A reason says what the file is, what is wrong with it, and what would help.
func TestReason(t *testing.T) {
	for want, err := range map[string]error{
		"an empty file": &media.Error{Kind: media.ErrEmpty},
		"image/heic, no engine for this kind of picture; another engine may read it" + helpOfEngines:     &media.Error{MediaType: "image/heic", Kind: media.ErrNoEngine},
		"image/png, larger than the memory budget: 9 bytes; a larger -budget would help" + helpOfEngines: &media.Error{MediaType: "image/png", Kind: media.ErrTooLarge, Err: errors.New("9 bytes")},
		"video/mp4, ffmpeg is not installed; install it to see the first frame":                          &media.Error{MediaType: "video/mp4", Kind: media.ErrNoFFmpeg, Err: errors.New("not in PATH")},
		"image/gif, damaged or cut short; another copy may be whole":                                     &media.Error{MediaType: "image/gif", Kind: media.ErrCorrupt},
		"cannot be read: input/output error":                                                             &media.Error{Err: &fs.PathError{Op: "read", Path: "a.jpg", Err: syscall.EIO}},
		"cannot be read: no permission; its owner can give it":                                           &fs.PathError{Op: "open", Path: "a.jpg", Err: syscall.EACCES},
		"not there any more": &media.Error{Name: "a.jpg", Err: fs.ErrNotExist},
	} {
		if got := reason(err); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

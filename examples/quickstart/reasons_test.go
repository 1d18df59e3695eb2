package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
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
		"not there any more":                      &media.Error{Name: "a.jpg", Err: fs.ErrNotExist},
		"video/mp4, ffmpeg took longer than 1m0s": &media.Error{MediaType: "video/mp4", Kind: errPatience},
	} {
		if got := reason(err); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

// The icon of a document has its extension, unless that is wrong.
func TestTypeName(t *testing.T) {
	for _, c := range [][3]string{
		{"tickets.pdf", "application/pdf", ".pdf"}, {"sidecar.AAE", "text/xml; charset=utf-8", ".AAE"},
		{"photo.jpg", "text/plain; charset=utf-8", "TXT"}, {"README", "text/plain", "TXT"},
		{"film.png", "application/octet-stream", "FILE"}, {"x", "audio/mpeg", "mpeg"},
		{"FILM.MOV", "application/octet-stream", "FILE"}, {"logo.svg", "text/plain; charset=utf-8", ".svg"},
		{"layers.psd", "application/octet-stream", ".psd"}, {"scan.jp2", "application/octet-stream", ".jp2"},
	} {
		if got := typeName(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %q instead of %q", c[0], got, c[2])
		}
	}
}

// What takes too long is shared without a thumbnail. When the user interrupts, the
// run ends instead.
func TestThumbnailInterrupted(t *testing.T) {
	path := filepath.Join(folder{files: files{"a.jpg": small(1)}}.lay(t), "a.jpg")
	c := &camera{stage: &stage{timeline: &timeline{}}, dir: t.TempDir()}
	interrupted := errors.New("interrupted")
	for _, cause := range []error{errPatience, interrupted} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		p, why, err := c.takePhoto(ctx, found{"a.jpg", path})
		if shared := !p.id.IsZero(); shared != (cause == errPatience) || shared != errors.Is(why, errPatience) || shared == (err == interrupted) {
			t.Errorf("%v: shared %v, %v, %v", cause, shared, why, err)
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// openedPhoto is the original of a photo as a transport.Blob, whose errors name it.
type openedPhoto struct {
	transport.Blob
	photo photo
}

// ReadAt implements io.ReaderAt.
func (o openedPhoto) ReadAt(b []byte, at int64) (int, error) {
	n, err := o.Blob.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &photoError{o.photo, err}
	}
	return n, err
}

// errChanged says that a file is not what it was when the camera took it: its
// thumbnail shows something else.
var errChanged = errors.New("changed while it was being shared")

// open opens the original, if it is still the one that was taken. The error is the system's,
// since a device goes on without what is not found, and this camera leaves the photo out.
func (p photo) open() (transport.Blob, error) {
	b, err := device.UnchangedBlob(p.path, p.size, p.changed)
	if err == nil {
		return openedPhoto{b, p}, nil
	}
	if system, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &photoError{p, system}
	}
	return nil, &photoError{p, errChanged}
}

// openOriginal opens the original of a photo. One that is gone after the camera has
// sealed the collection is as one that the camera never had: the others go on.
func (c *camera) openOriginal(p photo) (transport.Blob, error) {
	blob, err := p.open()
	var e *photoError
	if c.name == (collection.Name{}) || !errors.As(err, &e) {
		return blob, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost[p.id] = skipped{p.name, e.why()}
	return nil, fmt.Errorf("%w: %w", transport.ErrNotFound, err)
}

// photoError says what is wrong with the file of a photo.
type photoError struct {
	photo photo
	err   error
}

// Error names the file, as people know it.
func (e *photoError) Error() string { return e.photo.name + ": " + e.why() }

// Unwrap returns the cause.
func (e *photoError) Unwrap() error { return e.err }

func (e *photoError) why() string {
	if errors.Is(e.err, errChanged) {
		return errChanged.Error()
	}
	return unreadable(e.err)
}

// makeOfWhatIsThere makes the collection, and leaves out what has changed or gone
// since the camera took it. The others do not wait for such files.
func (c *camera) makeOfWhatIsThere(ctx context.Context, title string, photos []photo, recipients ...collection.UserID) (kept []photo, lost []skipped, err error) {
	for len(photos) > 0 {
		err = c.make(ctx, title, photos, recipients...)
		if err == nil || ctx.Err() != nil {
			return photos, lost, err
		}
		there, gone := stillThere(photos, err)
		if len(gone) == 0 {
			return photos, lost, err
		}
		photos, lost = there, append(lost, gone...)
	}
	return nil, lost, err
}

// stillThere parts photos into those that can be opened as they were, and those
// that cannot, among them the one that an error tells of.
func stillThere(photos []photo, told error) (there []photo, gone []skipped) {
	var first *photoError
	errors.As(told, &first)
	for _, p := range photos {
		blob, err := p.open()
		switch e := (*photoError)(nil); {
		case first != nil && first.photo.id == p.id:
			gone = append(gone, skipped{p.name, first.why()})
		case errors.As(err, &e):
			gone = append(gone, skipped{p.name, e.why()})
		default:
			there = append(there, p)
		}
		if err == nil {
			blob.Close()
		}
	}
	return there, gone
}

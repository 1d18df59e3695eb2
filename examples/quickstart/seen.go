package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/media"
)

// What a generic picture says below the type of its item, while the home computer
// may still make the thumbnail, and when it could not either.
const (
	noPreviewYet = "no preview yet"
	noPreview    = "no preview"
)

// fetchThumbnails has the thumbnails of all items come with one request. Each could be shown
// as soon as it is yielded. It returns how many there are.
func (r *recipient) fetchThumbnails(ctx context.Context) (n int, err error) {
	name, all := r.view.Collection().Name(), int64(len(having(r.view, thumbnail)))
	for _, err := range r.peer.Reader.Versions(ctx, name, thumbnail) {
		if err != nil {
			return n, err
		}
		n++
		r.timeline.progress(r.name+" fetches", int64(n), all, number)
	}
	return n, r.look(ctx, name)
}

// keepSeen writes what the recipient's screen shows of each item to a folder:
// its thumbnail, or, where there is none, a generic picture, which the recipient's
// software draws itself.
func (r *recipient) keepSeen(ctx context.Context, when string) error {
	dir := filepath.Join(r.dir, "seen", when)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	c := r.view.Collection()
	digits := max(3, len(fmt.Sprint(c.Len())))
	for i := range c.Len() {
		item, note := c.Item(i), noPreview
		if _, rank := c.At(i); rank.Labelled() {
			note = noPreviewYet
		}
		picture, err := r.shown(ctx, c.Name(), item, note)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%0*d-%s.jpg", digits, i+1, safeName(item.Caption))), picture, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shown is the picture that stands for an item on the recipient's screen.
func (r *recipient) shown(ctx context.Context, name collection.Name, item collection.Item, note string) ([]byte, error) {
	blob, err := r.peer.Reader.Open(ctx, transport.Ref{Collection: name, Item: item.ID, Version: thumbnail})
	if errors.Is(err, transport.ErrNotFound) {
		var maker media.Maker
		return maker.Generic(item.MediaType, note, thumbnailBox).JPEG, nil
	}
	return contents(blob, err)
}

// contents are all bytes of a small version that was opened.
func contents(blob transport.Blob, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
}

// mostSafe is how many characters of a caption a file name has. A character has
// at most four bytes, and file systems take 255 in all.
const mostSafe = 56

// safeName makes a part of a file name of a caption that every file system takes:
// letters and digits of all scripts, and what never has a meaning.
func safeName(caption string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, caption)
	return short(name, mostSafe)
}

package main

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/transport/media"
)

// isDocument reports whether a file is neither a picture nor a film.
func isDocument(mediaType string) bool {
	return !strings.HasPrefix(mediaType, "image/") && !isFilm(mediaType)
}

func isFilm(mediaType string) bool {
	return strings.HasPrefix(mediaType, "video/") || mediaType == "application/mp2t"
}

// shownFiles are the extensions of pictures and films that package media tells by
// their content.
var shownFiles = []string{
	".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".gif", ".webp", ".bmp", ".ico", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif",
	".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2",
	".mp4", ".m4v", ".mov", ".3gp", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts",
}

// typeName is what people call the type of a document: its extension, unless that
// says that it is a picture or a film, which its content has shown to be wrong. The
// computer's own list of types is not asked: it differs from one to the next.
func typeName(name, mediaType string) string {
	if ext := path.Ext(name); ext != "" && !slices.Contains(shownFiles, strings.ToLower(ext)) {
		return ext
	}
	switch mediaType, _, _ = strings.Cut(mediaType, ";"); mediaType {
	case "text/plain":
		return "TXT"
	case "application/octet-stream":
		return "FILE"
	}
	return path.Base(mediaType)
}

// helps says what can be done about a picture that cannot be made.
var helps = []struct {
	kind  error
	words string
}{
	{media.ErrNoEngine, "another engine may read it" + helpOfEngines},
	{media.ErrFormat, "another engine may read it" + helpOfEngines},
	{media.ErrTooLarge, "a larger -budget would help" + helpOfEngines},
	{media.ErrNoFFmpeg, "install it to see the first frame"},
	{media.ErrCorrupt, "another copy may be whole"},
}

// reason says what a file is, what is wrong with it, and what would help.
func reason(err error) string {
	var e *media.Error
	if !errors.As(err, &e) {
		return unreadable(err)
	}
	switch {
	case errors.Is(err, media.ErrEmpty):
		return "an empty file"
	case e.Kind == nil:
		return unreadable(e.Err)
	}
	words := e.Kind.Error()
	if e.MediaType != "" {
		words = e.MediaType + ", " + words
	}
	if e.Err != nil && !errors.Is(err, media.ErrNoFFmpeg) {
		words += ": " + e.Err.Error()
	}
	for _, h := range helps {
		if errors.Is(err, h.kind) {
			return words + "; " + h.words
		}
	}
	return words
}

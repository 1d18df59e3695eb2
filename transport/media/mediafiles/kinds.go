package mediafiles

import (
	"path/filepath"
	"slices"
	"strings"
)

// IsDocument reports whether a file is neither a picture nor a video, so that its
// icon is all that can be shown of it.
func IsDocument(mediaType string) bool {
	return !strings.HasPrefix(mediaType, "image/") && !isVideo(mediaType)
}

func isVideo(mediaType string) bool {
	return strings.HasPrefix(mediaType, "video/") || mediaType == "application/mp2t"
}

// shownFiles are the extensions of pictures and videos that package media tells by
// their content.
var shownFiles = []string{
	".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".gif", ".webp", ".bmp", ".ico", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif",
	".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2",
	".mp4", ".m4v", ".mov", ".3gp", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts",
}

// typeName is what people call the type of a document: its extension, unless that
// says that it is a picture or a video, which its content has shown to be wrong. The
// computer's own list of types is not asked: it differs from one to the next.
func typeName(path, mediaType string) string {
	if ext := filepath.Ext(path); ext != "" && !slices.Contains(shownFiles, strings.ToLower(ext)) {
		return ext
	}
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch mediaType {
	case "text/plain":
		return "TXT"
	case "application/octet-stream":
		return "FILE"
	}
	return mediaType[strings.LastIndexByte(mediaType, '/')+1:]
}

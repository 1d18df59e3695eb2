package find

import (
	"io/fs"
	"slices"
	"strings"
)

// systemFiles are files and folders that systems put beside photos without being
// asked, in lower case. They hold thumbnails, settings and deleted files.
var systemFiles = []string{
	"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", // Windows
	"$recycle.bin", "system volume information", "found.000",
	"__macosx", "icon\r", // macOS: in archives, and of folders
	"@eadir", "#recycle", // Synology
	"lost+found",
}

// isHidden reports whether a file or folder is not among what its owner would call
// the photos of a folder: systems hide names that begin with a dot, such as .DS_Store,
// macOS's ._IMG_1.JPG and Android's .trashed-1234-IMG_1.jpg, which is a photo that
// its owner has deleted.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains(systemFiles, strings.ToLower(name))
}

// notFile says what something in a folder is that is neither file nor folder.
func notFile(kind fs.FileMode) string {
	switch {
	case kind&fs.ModeDevice != 0:
		return "a device, not a file"
	case kind&fs.ModeNamedPipe != 0:
		return "a pipe, not a file"
	case kind&fs.ModeSocket != 0:
		return "a socket, not a file"
	}
	return "not a file"
}

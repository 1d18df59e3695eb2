package find

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// Files are found once, through links, by names below the folder; what is hidden is counted,
// and what is no file is named.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.jpg", "sub/a.jpg", ".hidden/c.jpg", "Thumbs.db"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"again": "sub", "a link.jpg": "b.jpg", "gone": "nowhere", "sub/up": "..", "null": os.DevNull} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	found, err := Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found.Files {
		names = append(names, f.Name)
	}
	if want := []string{"b.jpg", "sub/a.jpg"}; !slices.Equal(names, want) || found.Hidden != 2 {
		t.Errorf("found %q, %d hidden", names, found.Hidden)
	}
	want := []Remark{{"gone", "a link that leads nowhere"}, {"null", "a device, not a file"}}
	if !slices.Equal(found.Bad, want) {
		t.Errorf("left out %q", found.Bad)
	}
	if path := filepath.Join(found.root, "b.jpg"); found.Paths()[0] != path {
		t.Errorf("%q instead of %q", found.Paths()[0], path)
	}
}

// A folder without files is one; what is none is refused.
func TestNoFolder(t *testing.T) {
	dir := t.TempDir()
	if found, err := Files(dir); err != nil || len(found.Files) > 0 {
		t.Error(found, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below"), filepath.Join(dir, "none")} {
		if _, err := Files(path); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// People read what a file is and why it is left out, and not what the system calls that.
func TestWhy(t *testing.T) {
	for want, err := range map[string]error{
		"an empty file": &media.Error{Name: "a.jpg", Kind: media.ErrEmpty},
		"image/gif, damaged or cut short: at byte 9":           &media.Error{MediaType: "image/gif", Kind: media.ErrCorrupt, Err: errors.New("at byte 9")},
		"cannot be read: input/output error":                   &media.Error{Err: &fs.PathError{Op: "read", Path: "a.jpg", Err: syscall.EIO}},
		"not there any more":                                   fs.ErrNotExist,
		"cannot be read: no permission; its owner can give it": &fs.PathError{Op: "open", Path: "a.jpg", Err: syscall.EACCES},
	} {
		if got := Why(err); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

// Package find finds the files that people mean when they share a folder, for all programs,
// and says in their words why others are left out.
package find

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/glimpse-go/glimpse/transport/device"
)

// ErrNone says that what is to be shared is no folder.
var ErrNone = errors.New("not a folder")

// File is a file that may be shared.
type File struct {
	Name string // its path below the folder, through links
	Path string // without links
}

// Remark is what there is to say of a file: why it is left out, for one.
type Remark struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// LeftOut says so of a file that is not shared, on a line that is safe to print.
func (r Remark) LeftOut() string { return device.Caption(r.File + " is left out: " + r.Reason) }

// Found is what was found in a folder.
type Found struct {
	Files  []File   // in the order of their names
	Bad    []Remark // what cannot be read
	Hidden int      // files and folders that people do not mean: see isHidden

	root  string          // without links
	links []File          // still to be followed
	seen  map[string]bool // what has been reached, by its path without links
}

// Files lists the files in a folder and those below it. Links are
// followed, to files and to folders, wherever they lead but up. What is reached a
// second time is left out, so that a file is shared once and every circle of links
// ends; the name without a link counts. Devices, pipes and the like are not opened, so
// that nothing waits for them. The error wraps ErrNone, or is that of the folder itself.
func Files(dir string) (*Found, error) {
	root, kind, err := behind(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	case err != nil:
		return nil, err
	case !kind.IsDir():
		return nil, fmt.Errorf("%s is %w", dir, ErrNone)
	}
	s := &Found{root: root, seen: map[string]bool{root: true}}
	if err := s.folder(File{"", root}); err != nil {
		return nil, err
	}
	for len(s.links) > 0 {
		link := s.links[0]
		s.links = s.links[1:]
		s.follow(link)
	}
	slices.SortFunc(s.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return s, nil
}

// Paths are those of the files.
func (s *Found) Paths() []string {
	paths := make([]string, len(s.Files))
	for i, f := range s.Files {
		paths[i] = f.Path
	}
	return paths
}

// folder lists one folder, whose path has no links.
func (s *Found) folder(dir File) error {
	entries, err := os.ReadDir(dir.Path)
	for _, e := range entries {
		f := File{filepath.Join(dir.Name, e.Name()), filepath.Join(dir.Path, e.Name())}
		switch {
		case isHidden(e.Name()):
			s.Hidden++
		case e.Type()&fs.ModeSymlink != 0:
			s.links = append(s.links, f)
		default:
			s.take(f, e.Type())
		}
	}
	return err
}

// follow takes what a link leads to.
func (s *Found) follow(link File) {
	path, kind, err := behind(link.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		s.Bad = append(s.Bad, Remark{link.Name, "a link that leads nowhere"})
	case errors.Is(err, syscall.ELOOP):
		s.Bad = append(s.Bad, Remark{link.Name, "a link that leads to itself"})
	case err != nil:
		s.Bad = append(s.Bad, Remark{link.Name, Unreadable(err)})
	case s.isAbove(path):
		s.Bad = append(s.Bad, Remark{link.Name, "a link to a folder in which this one is"})
	default:
		s.take(File{link.Name, path}, kind)
	}
}

// isAbove reports whether the folder is somewhere in the one at this path. A link to
// it makes a circle, and nobody who shares a folder means all that is around it.
func (s *Found) isAbove(path string) bool {
	below, err := filepath.Rel(path, s.root)
	return err == nil && below != "." && filepath.IsLocal(below)
}

// behind returns what a path leads to: the path without links, and its kind.
func behind(path string) (real string, kind fs.FileMode, err error) {
	info, err := os.Stat(path)
	if err == nil {
		real, err = filepath.EvalSymlinks(path)
	}
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return "", 0, err
	}
	return real, info.Mode().Type(), nil
}

// take takes what has not been reached before, by its path without links.
func (s *Found) take(f File, kind fs.FileMode) {
	if s.seen[f.Path] {
		return
	}
	s.seen[f.Path] = true
	switch {
	case kind.IsDir():
		if err := s.folder(f); err != nil {
			s.Bad = append(s.Bad, Remark{f.Name, Unreadable(err)})
		}
	case kind.IsRegular():
		s.Files = append(s.Files, f)
	default:
		s.Bad = append(s.Bad, Remark{f.Name, notFile(kind)})
	}
}

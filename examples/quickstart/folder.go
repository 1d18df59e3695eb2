package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/glimpse-go/glimpse/examples/internal/human"
)

// found is a file that may be shared. Its name is its path below the folder.
type found struct{ name, path string }

// skipped is a file that is not shared, or not as one would like, and why.
type skipped struct{ name, why string }

// search looks for files in a folder and the folders below it.
type search struct {
	root   string // without links
	files  []found
	bad    []skipped       // what cannot be read
	hidden int             // files and folders that people do not mean: see isHidden
	links  []found         // still to be followed
	seen   map[string]bool // what has been reached, by its path without links
}

// findFiles lists the files in a folder in the order of their names. Links are
// followed, to files and to folders, wherever they lead but up. What is reached a
// second time is left out, so that a file is shared once and every circle of links
// ends; the name without a link counts. Devices, pipes and the like are not opened, so
// that nothing waits for them.
func findFiles(dir string) (*search, error) {
	root, kind, err := behind(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, usageError{fmt.Errorf("-photos: %w", err)}
	case err != nil:
		return nil, err
	case !kind.IsDir():
		return nil, usageError{fmt.Errorf("-photos: %s is not a folder", dir)}
	}
	s := &search{root: root, seen: map[string]bool{root: true}}
	if err := s.folder(found{"", root}); err != nil {
		return nil, err
	}
	for len(s.links) > 0 {
		link := s.links[0]
		s.links = s.links[1:]
		s.follow(link)
	}
	byName := func(a, b found) int { return cmp.Compare(a.name, b.name) }
	slices.SortFunc(s.files, byName)
	if len(s.files)+len(s.bad) == 0 {
		return nil, usageError{fmt.Errorf("there is no file in %s that could be shared%s", dir, s.leftOut())}
	}
	return s, nil
}

// leftOut says how many files are hidden, if any.
func (s *search) leftOut() string {
	if s.hidden == 0 {
		return ""
	}
	return ", and " + human.Count(s.hidden, "hidden or system file was", "hidden or system files were") + " left out"
}

// folder lists one folder, whose path has no links.
func (s *search) folder(dir found) error {
	entries, err := os.ReadDir(dir.path)
	for _, e := range entries {
		f := found{filepath.Join(dir.name, e.Name()), filepath.Join(dir.path, e.Name())}
		switch {
		case isHidden(e.Name()):
			s.hidden++
		case e.Type()&fs.ModeSymlink != 0:
			s.links = append(s.links, f)
		default:
			s.take(f, e.Type())
		}
	}
	return err
}

// follow takes what a link leads to.
func (s *search) follow(link found) {
	path, kind, err := behind(link.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		s.bad = append(s.bad, skipped{link.name, "a link that leads nowhere"})
	case errors.Is(err, syscall.ELOOP):
		s.bad = append(s.bad, skipped{link.name, "a link that leads to itself"})
	case err != nil:
		s.bad = append(s.bad, skipped{link.name, unreadable(err)})
	case s.isAbove(path):
		s.bad = append(s.bad, skipped{link.name, "a link to a folder in which this one is"})
	default:
		s.take(found{link.name, path}, kind)
	}
}

// isAbove reports whether the folder is somewhere in the one at this path. A link to
// it makes a circle, and nobody who shares a folder means all that is around it.
func (s *search) isAbove(path string) bool {
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
func (s *search) take(f found, kind fs.FileMode) {
	if s.seen[f.path] {
		return
	}
	s.seen[f.path] = true
	switch {
	case kind.IsDir():
		if err := s.folder(f); err != nil {
			s.bad = append(s.bad, skipped{f.name, unreadable(err)})
		}
	case kind.IsRegular():
		s.files = append(s.files, f)
	default:
		s.bad = append(s.bad, skipped{f.name, notFile(kind)})
	}
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// found is a file that may be a photo. Its name is its path below the folder.
type found struct{ name, path string }

// findFiles lists the files in a folder and the folders below it, in the order
// of their names, and what cannot be read. Links to files are followed; device
// files and the like are skipped, so that nothing waits for them.
func findFiles(dir string) (files []found, bad []skipped, err error) {
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		if err == nil {
			err = fmt.Errorf("%s is not a folder", dir)
		}
		return nil, nil, usageError{err}
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name, relErr := filepath.Rel(dir, path)
		if relErr != nil || err != nil && path == dir {
			return err
		}
		if err != nil {
			bad = append(bad, skipped{name, plain(err)})
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		switch info, err := os.Stat(path); {
		case err != nil:
			bad = append(bad, skipped{name, plain(err)})
		case !info.Mode().IsRegular():
			bad = append(bad, skipped{name, "not a file"})
		default:
			files = append(files, found{name, path})
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = usageError{fmt.Errorf("there is no file in %s that could be a photo", dir)}
	}
	return files, bad, err
}

// workplace makes the folder that holds the stations' folders, and gives what
// removes it again. With -keep, it removes what was made of it.
func workplace(keep string) (dir string, remove func() error, err error) {
	if keep == "" {
		dir, err = os.MkdirTemp("", "glimpse-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	entries, err := os.ReadDir(keep)
	switch {
	case os.IsNotExist(err):
		return keep, func() error { return os.RemoveAll(keep) }, os.MkdirAll(keep, 0o700)
	case err != nil:
		return "", nil, err
	case len(entries) > 0:
		return "", nil, usageError{fmt.Errorf("-keep %s: the folder is not empty", keep)}
	}
	return keep, func() error { return empty(keep) }, nil
}

// empty removes all that is in a folder.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

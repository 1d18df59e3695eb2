package main

import (
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// workplace makes the folder that holds the stations' folders, and returns what
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
		return "", nil, program.Usage("-keep %s: the folder is not empty", keep)
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

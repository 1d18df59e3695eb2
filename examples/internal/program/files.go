package program

import (
	"io/fs"
	"path/filepath"
	"strings"
)

// Files lists the files in a folder and those below it, by their names. Hidden ones, links
// and what is no file are left out.
func Files(dir string) (paths []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(e.Name(), ".") && path != dir
		switch {
		case err != nil:
			return err
		case hidden && e.IsDir():
			return fs.SkipDir
		case !hidden && e.Type().IsRegular():
			paths = append(paths, path)
		}
		return nil
	})
	return paths, err
}

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media"
)

// photo is one to measure with.
type photo struct {
	name string // for people
	link string // to it, under a name that every program takes
}

// comparable are the formats that both sides read as a picture: what vips makes
// of a raw file is not the preview in it.
var comparable = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff", "image/bmp", "image/heic", "image/avif"}

// quickPhotos is how many photos -quick takes of a folder.
const quickPhotos = 8

// inFolder lists the pictures in the folder of -photos and those below it.
func (b *bench) inFolder() ([]string, error) {
	folder, err := filepath.EvalSymlinks(b.options.photos)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.options.photos, err)
	}
	var files []string
	others := 0
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case isComparable(path):
			files = append(files, path)
		default:
			others++
		}
		return nil
	})
	if others > 0 {
		b.note("%d files are no pictures that can be compared", others)
	}
	if b.quick {
		files = spread(files, quickPhotos)
	}
	return files, err
}

// spread returns n of all, evenly spread, or all if there are fewer.
func spread[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	some := make([]T, n)
	for i := range some {
		some[i] = all[i*len(all)/n]
	}
	return some
}

func isComparable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil || !stat.Mode().IsRegular() {
		return false
	}
	info, err := media.Inspect(f, stat.Size())
	return err == nil && slices.Contains(comparable, info.MediaType)
}

// link links the files under names that no program stumbles over.
func (b *bench) link(files []string) error {
	dir, err := b.folder("photos")
	for i, file := range files {
		if err == nil {
			file, err = filepath.Abs(file)
		}
		link := filepath.Join(dir, fmt.Sprintf("%05d", i))
		if err == nil {
			err = os.Symlink(file, link)
		}
		b.photos = append(b.photos, photo{filepath.Base(file), link})
	}
	return err
}

package programtest

import (
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Photos writes photos into a folder, which it makes: 003.jpg to 005.jpg if they are to be from
// 3 to 6. No two are the same.
func Photos(t testing.TB, dir string, from, to int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := from; i < to; i++ {
		m := image.NewGray(image.Rect(0, 0, 400, 300))
		for j := range m.Pix {
			m.Pix[j] = uint8(j * (i + 1) / 100)
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%03d.jpg", i)))
		if err == nil {
			err = jpeg.Encode(f, m, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// SameFiles fails the test unless a folder has copies of the files in another one, in their order,
// and nothing else.
func SameFiles(t testing.TB, got, want string) {
	t.Helper()
	copies, files := contents(t, got), contents(t, want)
	if len(copies) != len(files) {
		t.Errorf("%d files of %d: %s", len(copies), len(files), Files(t, got))
		return
	}
	for i := range files {
		if copies[i] != files[i] {
			t.Errorf("file %d is another one", i)
		}
	}
}

// contents are those of the files in a folder, by the order of their names.
func contents(t testing.TB, dir string) (all []string) {
	t.Helper()
	for _, name := range strings.Fields(Files(t, dir)) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(data))
	}
	return all
}

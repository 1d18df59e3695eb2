package programtest

import (
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
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

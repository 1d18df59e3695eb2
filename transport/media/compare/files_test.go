package main

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

func TestStriped(t *testing.T) {
	s := striped{width: 128, height: 32, drawn: 3, stripes: 11} // more than there are restart markers
	file := filepath.Join(t.TempDir(), "striped.jpg")
	if err := writeFile(file, s.write); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil || m.Bounds() != image.Rect(0, 0, 128, 32*11) {
		t.Fatalf("%v, error %v", m.Bounds(), err)
	}
	whole := asLuma(m)
	for i := range s.stripes {
		want := asLuma(landscape(i%3, 8)(128, 32))
		got := luma{128, 32, whole.pix[i*128*32:][:128*32]}
		if like := ssim(got, want); like < 0.95 {
			t.Errorf("stripe %d: SSIM %.3f", i, like)
		}
	}
}

func TestWriteFileKeepsTheError(t *testing.T) {
	broken := errors.New("broken")
	err := writeFile(filepath.Join(t.TempDir(), "x"), func(*os.File) error { return broken })
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestDrawPairs(t *testing.T) {
	const pictures, pairs = 12, 4
	dir := t.TempDir()
	if err := drawPairs(dir, pictures, pairs); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != pictures {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	sameBytes, sameLook := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		sameBytes[string(data)], sameLook[string(m.(*image.YCbCr).Y)] = true, true
	}
	if len(sameLook) != pictures-pairs || len(sameBytes) != pictures-pairs/2 {
		t.Errorf("%d different files that show %d pictures", len(sameBytes), len(sameLook))
	}
}

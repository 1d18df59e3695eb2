package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/media"
)

// previewed is a collection of an orange picture, upright, of something that is no
// preview, and of nothing.
func previewed(t *testing.T) collection.Collection {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 90, 120))
	for i := range m.Pix {
		m.Pix[i] = []uint8{250, 150, 10, 255}[i%4]
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := media.Picture{JPEG: b.Bytes()}.Preview()
	if err != nil {
		t.Fatal(err)
	}
	c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: collection.UserID{1}}, collection.Body{
		Items: []collection.Item{{ID: collection.ItemID{1}, Preview: preview}, {ID: collection.ItemID{2}, Preview: []byte{1}}, {ID: collection.ItemID{3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPreviewsInWords(t *testing.T) {
	lines := previews(previewed(t), false)
	if len(lines) != 1 || !strings.Contains(lines[0], "previews of 2 of 3 items") || strings.Contains(lines[0], "\x1b") {
		t.Errorf("%q", lines)
	}
}

// On a terminal the pictures stand side by side, in their own colours, and what is no
// preview takes its place in blank.
func TestPreviewsOnATerminal(t *testing.T) {
	lines := previews(previewed(t), true)
	if len(lines) != previewHigh+3 {
		t.Fatalf("%d lines", len(lines))
	}
	codes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, line := range lines[2 : 2+previewHigh] {
		plain := []rune(codes.ReplaceAllString(line, ""))
		if len(plain) != 3*(previewWide+1) || strings.Count(string(plain), "▀") != 4 {
			t.Errorf("%q", string(plain))
		}
		if r, g, b := colour(t, line); r < 200 || g < 100 || g > 200 || b > 80 {
			t.Errorf("drawn in %d, %d, %d", r, g, b)
		}
		if !strings.HasSuffix(strings.TrimRight(line, " "), "\x1b[0m") {
			t.Error("the colours do not end with the line")
		}
	}
}

// colour is that of the first character of a line.
func colour(t *testing.T, line string) (r, g, b int) {
	t.Helper()
	if _, err := fmt.Sscanf(line, "\x1b[0;38;2;%d;%d;%d", &r, &g, &b); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return r, g, b
}

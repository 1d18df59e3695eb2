package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// seen reads what a recipient has seen.
func seen(t *testing.T, keep, who, when string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	paths, err := filepath.Glob(filepath.Join(keep, who, "seen", when, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = data
	}
	return all
}

// With -keep, each recipient's folder has what that person sees of each item.
func TestKeepsWhatIsSeen(t *testing.T) {
	f := folder{files: map[string][]byte{
		"IMG.jpg": small(1), "img.JPG": small(2), "caf\xe9: 1?.jpg": small(3), "tickets.pdf": document,
		"cut.jpg": goodFiles()["plain.jpg"][:100],
	}}
	keep := filepath.Join(t.TempDir(), "kept")
	shared(t, "-photos", f.lay(t), "-keep", keep)
	var maker media.Maker
	want := map[string][]byte{
		"001-IMG.jpg.jpg":      thumbnailOf(small(1)),
		"002-café__1_.jpg.jpg": thumbnailOf(small(3)),
		"003-cut.jpg.jpg":      nil,
		"004-img.JPG.jpg":      thumbnailOf(small(2)),
		"005-tickets.pdf.jpg":  iconOf("tickets.pdf"),
	}
	notes := texts{"first": "no preview yet", "second": "no preview"}
	for _, who := range []string{"bob", "carol"} {
		for when, note := range notes {
			want["003-cut.jpg.jpg"] = maker.Generic("image/jpeg", note, thumbnailBox).JPEG
			got := seen(t, keep, who, when)
			for name, picture := range want {
				if !bytes.Equal(got[name], picture) {
					t.Errorf("%s, %s: %s is not what %s has to see", who, when, name, who)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d pictures", who, when, len(got))
			}
		}
	}
}

// What the camera cannot show, the home computer may. Then the recipients see a
// generic picture first, and the thumbnail after the second news.
func TestHomeMakesThumbnail(t *testing.T) {
	photo := wideGIF()
	dir := folder{files: map[string][]byte{"a.gif": photo, "b.gif": photo}}.lay(t)
	keep := t.TempDir()
	var made int
	err := perform(t.Context(), options{photos: dir, keep: keep, json: true, budget: 1}, new(bytes.Buffer), tricks{
		chapter: func(c *cast, n int) error {
			if n == 5 {
				c.home.render.Maker.Budget = 0 // it has more memory than the camera
			}
			return nil
		},
		end: func(c *cast) { made = c.home.thumbnails },
	})
	if err != nil || made != 2 {
		t.Fatal(made, err)
	}
	var maker media.Maker
	generic := maker.Generic("image/gif", noPreviewYet, thumbnailBox).JPEG
	for name, want := range map[string][]byte{"first": generic, "second": thumbnailOf(photo)} {
		for file, got := range seen(t, keep, "bob", name) {
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %s is another picture", name, file)
			}
		}
	}
}

// Names of what is kept are names on every file system, and differ.
func TestSafeName(t *testing.T) {
	for caption, want := range map[string]string{
		"IMG_1.jpg": "IMG_1.jpg", `a/b\c:d*e?f"g<h>i|j`: "a_b_c_d_e_f_g_h_i_j", "写真 é é.jpg": "写真_é_é.jpg", "␊�": "__", "": "",
	} {
		if got := safeName(caption); got != want {
			t.Errorf("%q becomes %q instead of %q", caption, got, want)
		}
	}
	if got := safeName(strings.Repeat("写", 300) + ".jpg"); len(got) > 240 || !strings.HasSuffix(got, ".jpg") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

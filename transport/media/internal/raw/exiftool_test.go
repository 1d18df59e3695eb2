package raw_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raw"
	"github.com/glimpse-go/glimpse/transport/media/internal/raw/rawtest"
)

// ExifTool reads the same preview and orientation from the made files. It is the
// description that these files follow.
func TestExifTool(t *testing.T) {
	if _, err := exec.LookPath("exiftool"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("exiftool is not installed")
	}
	for i, m := range rawtest.Makers() {
		f := file()
		f.Thumb = nil
		if m.MediaType == raw.RAF {
			f.Preview = inExif(f.Preview, f.Orientation, f.Taken)
		}
		name := filepath.Join(t.TempDir(), fmt.Sprint(i)+extensions[i])
		if err := os.WriteFile(name, m.Make(f), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-b", "-JpgFromRaw", "-PreviewImage", "-OtherImage", name}
		if out, err := exec.Command("exiftool", args...).Output(); err != nil || !bytes.Equal(out, f.Preview) {
			t.Errorf("%s: ExifTool reads a preview of %d bytes, want %d: %v", name, len(out), len(f.Preview), err)
		}
		out, err := exec.Command("exiftool", "-s3", "-n", "-Orientation", name).Output()
		if err != nil || string(out) != "6\n" {
			t.Errorf("%s: ExifTool reads orientation %q: %v", name, out, err)
		}
	}
}

// extensions are those that ExifTool expects, in the order of Makers.
var extensions = []string{".cr2", ".cr3", ".nef", ".arw", ".sr2", ".dng", ".raf", ".orf", ".rw2"}

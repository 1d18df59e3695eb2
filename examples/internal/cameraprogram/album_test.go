package cameraprogram

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestSaidOnce: what keeps a camera from keeping an album is the same text at each try, so that
// watch says it once, and is no fault of the photos.
func TestSaidOnce(t *testing.T) {
	disk, dir := programtest.NewDisk(t, "1"), t.TempDir()
	programtest.Photos(t, dir, 0, 2)
	found, err := find.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	disk.Fill()
	var said [2]string
	var left strings.Builder
	for i := range said {
		_, err := newAlbum(t.Context(), program.Env{Out: io.Discard, Err: &left}, disk.Path("albums"), time.Time{}, found.Paths())
		if err == nil {
			t.Fatal("there is an album")
		}
		said[i] = program.Trouble(err)
	}
	if said[0] != said[1] || !strings.Contains(said[0], "the disk is full; make room") || left.Len() > 0 {
		t.Errorf("%q\n%s", said, left.String())
	}
	if got := programtest.Files(t, disk.Dir); got != "filling" {
		t.Error("written:", got)
	}
}

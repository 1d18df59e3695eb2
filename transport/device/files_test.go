package device_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// TestFiles: a version is its file, and what has no path, or no file, is not there.
func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo")
	if err := os.WriteFile(path, []byte("photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := device.Files{{1}: {path, "", path + "2"}}
	b, err := files.Open(t.Context(), collection.ItemID{1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if b.Size() != 5 || b.Close() != nil {
		t.Error(b.Size())
	}
	for item, version := range map[collection.ItemID]int{{1}: 1, {2}: 0} {
		if _, err := files.Open(t.Context(), item, version); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%v, %d: %v", item, version, err)
		}
	}
	for version := 2; version < 4; version++ {
		if _, err := files.Open(t.Context(), collection.ItemID{1}, version); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%d: %v", version, err)
		}
	}
}
